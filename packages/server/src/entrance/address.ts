import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { atOnce } from '@tygase/gamestate/internal'
import { ServerError } from '../errors.js'

/** Address of a client: the other end of its socket, or the address that a trusted proxy reports. */
export interface ClientAddress {
  /** An IPv4 address, or an IPv6 address in the form of RFC 5952. An IPv4-mapped address is written as IPv4. */
  readonly host: string
  /** Undefined if a proxy has reported the address without a port. */
  readonly port: number | undefined
}

/** A single address or a network (CIDR), parsed. */
export interface HostRule {
  /** Normal form, equal for all ways to write the rule. */
  readonly text: string
  readonly host: string
  readonly family: 'ipv4' | 'ipv6'
  /** Number of leading bits that count: 0 to 32 for IPv4, 0 to 128 for IPv6. */
  readonly prefix: number
}

const byte = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)'
const ipv4 = new RegExp(`^${byte}(?:\\.${byte}){3}$`)
/** Longer than every IPv6 address with a zone. Longer texts are not parsed. */
const maxHostLength = 100
/** A dual-stack socket shows an IPv4 address in the network ::ffff:0:0/96. */
const mappedGroups = [0, 0, 0, 0, 0, 0xffff]
const mappedBits = 96

/**
 * Normal form of an IP address, the only form that is compared: IPv4 in decimals, IPv6 as in RFC 5952 without its zone, an
 * IPv4-mapped IPv6 address as IPv4.
 * @returns undefined for a text that is not an IP address
 */
export function normalHost(text: string): string | undefined {
  if (ipv4.test(text)) return text
  const groups = groupsOf(text)
  if (groups === undefined) return undefined
  if (mappedGroups.every((group, i) => groups[i] === group)) return dotted(groups[6]!, groups[7]!)
  return format(groups)
}

/**
 * Name of the group of addresses that share one limit: an IPv4 address, or an IPv6 network of 64 bits, because a single
 * household has 2^64 IPv6 addresses.
 * @param host in normal form
 */
export function neighbourhoodOf(host: string): string {
  const groups = groupsOf(host)
  return groups === undefined ? host : `${format([...groups.slice(0, 4), 0, 0, 0, 0])}/64`
}

/** True for an address of this machine. @param host in normal form */
export function isLoopback(host: string): boolean {
  return host === '::1' || (host.startsWith('127.') && ipv4.test(host))
}

/** The bits of an address as one number: 32 bits for IPv4, 128 for IPv6. @param host in normal form; undefined for another text */
export function hostBits(host: string): bigint | undefined {
  if (ipv4.test(host)) return host.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n)
  return groupsOf(host)?.reduce((bits, group) => (bits << 16n) | BigInt(group), 0n)
}

/** @throws ServerError `invalid_argument` for a text that is neither an address nor a network */
export function parseHostRule(rule: string): HostRule {
  const [address = '', bits, ...more] = String(rule).split('/')
  const host = normalHost(address)
  const family = host?.includes(':') ? 'ipv6' : 'ipv4'
  const width = family === 'ipv6' ? 128 : 32
  // an IPv4-mapped network counts its bits from the front of the IPv6 address
  const skipped = family === 'ipv4' && address.includes(':') ? mappedBits : 0
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) - skipped : Number.NaN
  if (host === undefined || more.length > 0 || !(prefix >= 0 && prefix <= width)) {
    throw new ServerError('invalid_argument', `not an IP address or a network like 203.0.113.0/24: '${rule}'`)
  }
  return { text: prefix === width ? host : `${host}/${prefix}`, host, family, prefix }
}

/** @returns `host:port`, with brackets around IPv6; the host alone if the port is unknown; `unknown` without an address */
export function formatAddress(address: ClientAddress | undefined): string {
  if (address === undefined) return 'unknown'
  const { host, port } = address
  if (port === undefined) return host
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** Address of the other end of a socket; host `::` if the socket has closed. */
export function addressOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): ClientAddress {
  return { host: normalHost(socket.remoteAddress ?? '') ?? '::', port: socket.remotePort }
}

/** Client addresses by request. A WeakMap, because the request listener of a user gets Node's own request objects. */
const clients = new WeakMap<object, ClientAddress>()

/** Stores the address that the listener has found for a request. */
export function setRequestAddress(request: IncomingMessage, client: ClientAddress): void {
  clients.set(request, client)
}

/** Address of the client of a request: the stored one, or the other end of its socket if another server took the request. */
export function requestAddress(request: Pick<IncomingMessage, 'socket'>): ClientAddress {
  return clients.get(request) ?? addressOf(request.socket)
}

/** @returns the eight 16-bit numbers of an IPv6 address; undefined for another text */
function groupsOf(text: string): number[] | undefined {
  if (text.length > maxHostLength || !text.includes(':')) return undefined
  const address = text.replace(/%[^%]+$/, '')
  const url = `http://[${address}]`
  if (!/^[\da-f:.]+$/i.test(address) || !URL.canParse(url)) return undefined
  // the parser of URLs writes IPv6 as in RFC 5952
  const [head = [], tail = []] = new URL(url).hostname
    .slice(1, -1)
    .split('::')
    .map((half) => (half === '' ? [] : half.split(':').map((group) => Number.parseInt(group, 16))))
  return [...head, ...new Array<number>(8 - head.length - tail.length).fill(0), ...tail]
}

function format(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':')
  return new URL(`http://[${text}]`).hostname.slice(1, -1)
}

function dotted(high: number, low: number): string {
  return [high >>> 8, high & 255, low >>> 8, low & 255].join('.')
}

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

  /** Calls `listener` after rules were added; what it throws comes back to the caller of `add`. @returns a function that removes the listener. @throws ServerError `invalid_argument` */
  onAdd(listener: () => void): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', 'onAdd takes a function')
    const own = (): void => atOnce('onAdd', listener())
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

/** Proxies whose `X-Forwarded-For` is believed: none, the last n, or proxies at these addresses and networks. */
export type TrustProxy = false | number | readonly string[]

/**
 * Finds the address of a client behind proxies. `X-Forwarded-For` is read from the right, because each proxy appends the
 * address of its peer. Any client can write the part left of the first proxy that is not trusted.
 */
export class TrustedProxies {
  readonly #isTrusted: (host: string, hop: number) => boolean

  /** @throws ServerError `invalid_argument` */
  constructor(trust: TrustProxy = false) {
    if (Array.isArray(trust)) {
      const proxies = new BlockList(trust)
      this.#isTrusted = (host) => proxies.blocks(host)
    } else {
      const hops = trust === false ? 0 : trust
      if (typeof hops !== 'number' || !Number.isInteger(hops) || hops < 0) {
        throw new ServerError('invalid_argument', `trustProxy is false, a number of proxies or a list, not ${trust}`)
      }
      this.#isTrusted = (_host, hop) => hop < hops
    }
  }

  /** True if many clients may share this address, because a trusted proxy has it. */
  isProxy(host: string): boolean {
    return this.#isTrusted(host, 0)
  }

  /** Address of the client of a request: as far back as trusted proxies report it. */
  clientOf(request: Pick<IncomingMessage, 'socket' | 'headers'>): ClientAddress {
    let client = addressOf(request.socket)
    const header = request.headers['x-forwarded-for']
    const hops = header === undefined ? [] : String(header).split(',').reverse()
    for (const [hop, text] of hops.entries()) {
      if (!this.#isTrusted(client.host, hop)) break
      const next = parseHop(text.trim())
      // an entry that is not an address ends the chain: the last known address is the client
      if (next === undefined) break
      client = next
    }
    return client
  }
}

/** An address as proxies write it: alone, with a port, or in brackets. */
function parseHop(text: string): ClientAddress | undefined {
  const [, bracketed, dotted, port] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = normalHost(bracketed ?? dotted ?? text)
  return host === undefined ? undefined : { host, port: port === undefined ? undefined : Number(port) }
}
