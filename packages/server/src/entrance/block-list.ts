import { ServerError } from '../errors.js'
import { type HostRule, hostBits, normalHost, parseHostRule } from './address.js'

/**
 * Addresses that may not connect: single ones (`203.0.113.7`) and networks (`203.0.113.0/24`, `2001:db8::/32`). An IPv4-mapped
 * address equals the IPv4 address in it, in rules and in questions.
 *
 * It may change at any time, and several servers may share one.
 */
export class BlockList {
  readonly #rules = new Map<string, HostRule>()
  /** The leading bits of each rule by family and prefix, so that a check takes one look-up for each prefix in use. */
  readonly #networks = { ipv4: new Map<number, Set<bigint>>(), ipv6: new Map<number, Set<bigint>>() }
  readonly #listeners = new Set<() => void>()

  /** @throws ServerError `invalid_argument` naming the entry that is neither an address nor a network */
  constructor(rules: Iterable<string> = []) {
    for (const text of rules) this.#put(parseHostRule(text))
  }

  /** The rules in normal form, in the order in which they were added. */
  get rules(): readonly string[] {
    return [...this.#rules.keys()]
  }

  /**
   * Blocks these addresses from now on. Sessions from there end with `kicked`.
   * @throws ServerError `invalid_argument` naming the wrong rule; then no rule is added
   */
  add(...rules: string[]): void {
    const parsed = rules.map(parseHostRule)
    for (const rule of parsed) this.#put(rule)
    for (const listener of [...this.#listeners]) listener()
  }

  /** Removes a rule. Its addresses may connect again, unless another rule has them. @returns true if the rule was there */
  delete(rule: string): boolean {
    const { text, host, family, prefix } = parseHostRule(rule)
    if (!this.#rules.delete(text)) return false
    const networks = this.#networks[family].get(prefix)
    networks?.delete(leadingBits(host, family, prefix))
    if (networks?.size === 0) this.#networks[family].delete(prefix)
    // another text may stand for the same network: 10.0.0.1/8 and 10.0.0.2/8
    for (const other of this.#rules.values()) if (other.family === family && other.prefix === prefix) this.#put(other)
    return true
  }

  /** @param host an IP address; another text is never blocked */
  blocks(host: string): boolean {
    const normal = this.#rules.size === 0 ? undefined : normalHost(host)
    if (normal === undefined) return false
    const family = normal.includes(':') ? 'ipv6' : 'ipv4'
    const bits = hostBits(normal)!
    for (const [prefix, blocked] of this.#networks[family]) {
      if (blocked.has(bits >> BigInt(widths[family] - prefix))) return true
    }
    return false
  }

  /** Calls `listener` after rules were added. @returns a function that removes the listener. @throws ServerError `invalid_argument` */
  onAdd(listener: () => void): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'onAdd takes a function')
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  #put(rule: HostRule): void {
    const { host, family, prefix } = rule
    this.#rules.set(rule.text, rule)
    const networks = this.#networks[family]
    const bits = leadingBits(host, family, prefix)
    const known = networks.get(prefix)
    if (known === undefined) networks.set(prefix, new Set([bits]))
    else known.add(bits)
  }
}

const widths = { ipv4: 32, ipv6: 128 } as const

function leadingBits(host: string, family: 'ipv4' | 'ipv6', prefix: number): bigint {
  return hostBits(host)! >> BigInt(widths[family] - prefix)
}
