// What a client loads when its server sends it on to another one, which has its room.

// It imports nothing that the page has.

import type { TransportSource, transportSourceOf } from './transport-source.js'

/**
 * @param address as the server has sent it: a URL, or a path at the host of the one that the client was given. Or something else, which `addressOf` of a
 *   server in this process knows
 * @param from the source of the address that the client was given
 * @param sourceOf `transportSourceOf`
 * @returns the source of that address. Its path has the seat that is kept for the client there
 * @throws Error, ClientError `invalid_argument` for an address that is none, and one that is less safe
 */
export function sourceOfMove(
  address: string,
  from: TransportSource,
  sourceOf: typeof transportSourceOf,
): TransportSource {
  if (from.addressOf !== undefined) return sourceOf(from.addressOf(address))
  const { url, ...source } = sourceOf(new URL(address, from.url).href)
  const { protocol, pathname, search } = new URL(url!)
  if (from.url?.startsWith('wss:') && protocol !== 'wss:') {
    throw new Error('the server sends this client to an address without TLS')
  }
  return { ...source, url, path: `${pathname}${search}` }
}
