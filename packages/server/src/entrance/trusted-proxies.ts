import type { IncomingMessage } from 'node:http'
import { ServerError } from '../errors.js'
import { addressOf, type ClientAddress, normalHost } from './address.js'
import { BlockList } from './block-list.js'

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
