import type { Transport } from '@tygase/protocol/internal'
import { type ClientError, invalidArgument } from './errors.js'
import { WebSocketTransport } from './web-socket/web-socket-transport.js'

/** Opens a transport to a server, now or later; throws or rejects if it cannot. `signal` gives the attempt up. */
export type OpenTransport = (signal: AbortSignal) => Transport | Promise<Transport>

/**
 * The address of a server: a `ws:` or `wss:` URL, a `Server` in the same process or its `at(path)`, or a function that opens
 * a transport.
 */
export type ServerAddress =
  | string
  | URL
  | { openTransport(): Transport | Promise<Transport>; readonly path?: string }
  | OpenTransport

/** How to reach a server, and the path to ask for there. */
export interface TransportSource {
  readonly open: OpenTransport
  readonly path: string
  /** The address, if it is a URL. */
  readonly url?: string | undefined
  /** Set if a transport is ready: the source that opens all others. */
  readonly usual?: TransportSource
}

/** @throws ClientError `invalid_argument` for a value that is no address */
export function transportSourceOf(address: ServerAddress): TransportSource {
  if (typeof address === 'function') return { open: address, path: '/' }
  // undefined for all values that are no server, and for null
  const server = address as Partial<Extract<ServerAddress, { openTransport: unknown }>> | null
  if (typeof server?.openTransport === 'function') {
    return { open: () => server.openTransport!(), path: server.path ?? '/' }
  }
  const url = urlOf(address)
  return { open: (signal) => WebSocketTransport.open(url, signal), path: url.pathname, url: url.href }
}

function urlOf(address: unknown): URL {
  // a URL of another realm is no `instanceof URL` here
  const text = (address as { href?: unknown } | null | undefined)?.href ?? address
  const invalid = (fault = 'expected a URL as ws://host:port/path'): ClientError =>
    invalidArgument(`not the address of a game server: ${withoutUser(text)}; ${fault}`)
  if (typeof text !== 'string') throw invalid()
  let url: URL
  try {
    url = new URL(text)
  } catch {
    throw invalid()
  }
  const { protocol } = url
  if (/^https?:$/.test(protocol)) throw invalid(`use ${protocol.replace('http', 'ws')} for ${protocol}`)
  if (!/^wss?:$/.test(protocol) || url.hostname === '' || url.hash !== '') throw invalid()
  return url
}

/** An address for the text of an error, which programs log: without a user and a password. */
export function withoutUser(address: unknown): string {
  return String(address).replace(/\/\/[^/?#]*@/, '//')
}
