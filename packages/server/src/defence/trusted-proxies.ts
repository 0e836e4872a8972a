import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientAddress } from '../client-address.js'
import { ServerError } from '../errors.js'
import { BlockList } from './block-list.js'
import { normalHost } from './host.js'

/** Whose word counts about where a client is: nobody's, that of the last n proxies, or that of proxies at these addresses. */
export type TrustProxy = false | number | readonly string[]

/**
 * Finds out where a client is when proxies stand before the server. `X-Forwarded-For` is read from the right: each proxy has
 * appended whom it got the request from, and what is left of the first one that is not trusted could be written by anybody.
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

  /** Whether clients come through whoever this is: what it does is not one client's doing then. */
  isProxy(host: string): boolean {
    return this.#isTrusted(host, 0)
  }

  clientOf(request: Pick<IncomingMessage, 'socket' | 'headers'>): ClientAddress {
    let client = addressOf(request.socket)
    const header = request.headers['x-forwarded-for']
    const hops = header === undefined ? [] : String(header).split(',').reverse()
    for (const [hop, text] of hops.entries()) {
      if (!this.#isTrusted(client.host, hop)) break
      const next = parseHop(text.trim())
      // what is left of garbage is nobody's word: the last one known is as far as it goes
      if (next === undefined) break
      client = next
    }
    return client
  }
}

/** @returns the other end of a socket; of one that has closed, the address that means nothing */
export function addressOf(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): ClientAddress {
  return { host: normalHost(socket.remoteAddress ?? '') ?? '::', port: socket.remotePort }
}

/** An address as proxies write it: alone, with a port, in brackets. */
function parseHop(text: string): ClientAddress | undefined {
  const [, bracketed, dotted, port] = /^(?:\[([^\]]*)\]|([\d.]+))(?::(\d{1,5}))?$/.exec(text) ?? []
  const host = normalHost(bracketed ?? dotted ?? text)
  return host === undefined ? undefined : { host, port: port === undefined ? undefined : Number(port) }
}
