import type { ClientAddress } from '@tygase/server/internal'
import { isLoopback } from '@tygase/server/internal'

/** The head of a request, of HTTP or for a WebSocket. */
export interface RequestHead {
  /** Value of a header, by its name in lower case. */
  header(name: string): string | undefined
  /** Undefined for a request without a network. */
  readonly client: ClientAddress | undefined
  /** True if the connection to this process is encrypted. */
  readonly isEncrypted: boolean
}

/** Headers by which proxies say for whom they ask. Only for a program on this machine they are left out. */
const proxyHeaders = ['forwarded', 'x-forwarded-for', 'x-forwarded-host', 'x-real-ip', 'via']

/**
 * True unless a page of another origin has sent the request. Browsers send the origin of the page with each WebSocket and each request
 * that is no plain GET, and cannot be kept from it by the page; other programs are no pages.
 * @param origins further ones that may ask: those of a proxy that changes the header `Host`
 */
export function isOfOwnPage({ header, isEncrypted }: RequestHead, origins: ReadonlySet<string>): boolean {
  const site = header('sec-fetch-site')
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  const origin = header('origin')
  if (origin === undefined || origins.has(origin)) return true
  const host = header('host')
  if (host === undefined || !URL.canParse(origin)) return false
  const { protocol, host: originHost } = new URL(origin)
  // behind a proxy with TLS the connection to this process may be plain
  const isRightProtocol = protocol === 'https:' || (protocol === 'http:' && !isEncrypted)
  const own = `${protocol}//${host}`
  return isRightProtocol && URL.canParse(own) && new URL(own).host === originHost
}

/**
 * True if a person at this very machine asks: the address is of this machine, no proxy has passed the request on, and the name of the
 * host is one of this machine. A page elsewhere may give its own name the address 127.0.0.1, and would be of the same origin then.
 */
export function isOfThisMachine({ header, client }: Pick<RequestHead, 'header' | 'client'>): boolean {
  if (client === undefined || !isLoopback(client.host)) return false
  if (proxyHeaders.some((name) => header(name) !== undefined)) return false
  const host = header('host')
  if (host === undefined || !URL.canParse(`http://${host}`)) return false
  const { hostname } = new URL(`http://${host}`)
  return hostname === 'localhost' || hostname.endsWith('.localhost') || isLoopback(hostname.replace(/^\[|\]$/g, ''))
}
