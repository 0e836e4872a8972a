import type { Transport } from '@tygase/protocol'
import { ClientError } from './errors.js'
import { WebSocketTransport } from './web-socket/web-socket-transport.js'

/** Opens a transport to a server, now or later; throws or rejects when there is none. `signal` gives the attempt up. */
export type OpenTransport = (signal: AbortSignal) => Transport | Promise<Transport>

/**
 * Where a server is: a `ws:` or `wss:` URL, a server in the same process (`Server` and `Backend` have this method), or a
 * function that opens a transport.
 */
export type ServerAddress =
  | string
  | { openTransport(): Transport | Promise<Transport>; readonly path?: string }
  | OpenTransport

/** How to reach a server, and which game to ask for there. */
export interface TransportSource {
  open: OpenTransport
  path: string
}

/** @throws ClientError `invalid_argument` for what is no address */
export function transportSourceOf(address: ServerAddress): TransportSource {
  if (typeof address === 'function') return { open: address, path: '/' }
  if (typeof address === 'object' && typeof address?.openTransport === 'function') {
    return { open: () => address.openTransport(), path: address.path ?? '/' }
  }
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined
  if (url === undefined || !['ws:', 'wss:'].includes(url.protocol) || url.hash !== '') {
    throw new ClientError('invalid_argument', `not the URL of a game server (ws://host:port/path): ${String(address)}`)
  }
  return { open: (signal) => WebSocketTransport.open(url.href, signal), path: url.pathname }
}
