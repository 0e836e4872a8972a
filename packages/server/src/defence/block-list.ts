import { BlockList as NetBlockList } from 'node:net'
import { ServerError } from '../errors.js'
import { type HostRule, parseHostRule } from './host-rule.js'

/**
 * Addresses from which nobody is let in: single ones (`203.0.113.7`) and networks (`203.0.113.0/24`, `2001:db8::/32`). An
 * IPv4-mapped address is the same as the IPv4 address in it, in rules and in what is asked.
 *
 * May be changed at any time, and be given to several servers.
 */
export class BlockList {
  readonly #rules = new Map<string, HostRule>()
  readonly #listeners = new Set<() => void>()
  #compiled = new NetBlockList()

  /** @throws ServerError `invalid_argument` naming a rule that is none */
  constructor(rules: Iterable<string> = []) {
    for (const text of rules) this.#put(parseHostRule(text))
  }

  /** In their normal form, in the order in which they were added. */
  get rules(): readonly string[] {
    return [...this.#rules.keys()]
  }

  /**
   * From now on these addresses are not let in; sessions that they have end with `kicked`.
   * @throws ServerError `invalid_argument` naming the rule that is none; nothing is added then
   */
  add(...rules: string[]): void {
    const parsed = rules.map(parseHostRule)
    for (const rule of parsed) this.#put(rule)
    for (const listener of this.#listeners) listener()
  }

  /** Takes a rule back, which lets its addresses in again unless another rule holds. @returns whether it was there */
  delete(rule: string): boolean {
    if (!this.#rules.delete(parseHostRule(rule).text)) return false
    const rules = [...this.#rules.values()]
    this.#rules.clear()
    this.#compiled = new NetBlockList()
    for (const other of rules) this.#put(other)
    return true
  }

  /** @param host an IP address; what is none is not blocked */
  blocks(host: string): boolean {
    return this.#compiled.check(host, host.includes(':') ? 'ipv6' : 'ipv4')
  }

  /** Called after rules were added. @returns a function that ends the subscription. @throws ServerError `invalid_argument` */
  onAdd(listener: () => void): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'onAdd takes a function')
    const own = (): void => listener()
    this.#listeners.add(own)
    return () => this.#listeners.delete(own)
  }

  #put(rule: HostRule): void {
    this.#rules.set(rule.text, rule)
    this.#compiled.addSubnet(rule.host, rule.prefix, rule.family)
  }
}
