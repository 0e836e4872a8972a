import { ServerError } from '../errors.js'
import { normalHost } from './host.js'

/** An address or a network (CIDR), taken apart. */
export interface HostRule {
  /** In normal form: the same for all ways to write it. */
  readonly text: string
  readonly host: string
  readonly family: 'ipv4' | 'ipv6'
  /** How many bits count, from the first one on. */
  readonly prefix: number
}

const mappedBits = 96

/** @throws ServerError `invalid_argument` naming what is neither */
export function parseHostRule(rule: string): HostRule {
  const [address = '', bits, ...more] = String(rule).split('/')
  const host = normalHost(address)
  const family = host?.includes(':') ? 'ipv6' : 'ipv4'
  const width = family === 'ipv6' ? 128 : 32
  // an IPv4-mapped network counts its bits from the front of the IPv6 address
  const skipped = family === 'ipv4' && address.includes(':') ? mappedBits : 0
  const prefix = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) - skipped : Number.NaN
  if (host === undefined || more.length > 0 || !(prefix >= 0 && prefix <= width)) {
    throw new ServerError('invalid_argument', `neither an IP address nor a network like 203.0.113.0/24: '${rule}'`)
  }
  return { text: prefix === width ? host : `${host}/${prefix}`, host, family, prefix }
}
