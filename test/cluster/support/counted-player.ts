import { type Connection, connect } from '@tygase/client'
import { WebSocketTransport } from '../../../packages/client/src/web-socket/web-socket-transport.js'
import type { counting } from './counting-game.js'

/** How a client has reached its room. */
export interface Ways {
  /** Times a server has sent it on. */
  moves: number
  /** Connections that were tried. */
  tries: number
}

/** A client of the counting game, and what it knows of its own events. */
export interface CountedPlayer {
  readonly player: Connection<typeof counting>
  readonly path: string
  readonly ways: Ways
  /** Events whose ack has come. */
  acked: number
  /** Events that failed. */
  failed: number
}

/** @param at a server: `ws://127.0.0.1:8080/play` @param path of a room below it */
export async function join(at: string, path: string): Promise<CountedPlayer> {
  const ways: Ways = { moves: 0, tries: 0 }
  const player = await connect<typeof counting>(source(new URL(`${at}${path}`), ways), {
    logger: false,
    timeoutMs: 60_000,
  })
  return { player, path, ways, acked: 0, failed: 0 }
}

/** Sends an event that counts. */
export function send(counted: CountedPlayer): void {
  counted.player.dispatchEvent('add', {
    retries: Number.POSITIVE_INFINITY,
    onAck: () => void counted.acked++,
    onFail: () => void counted.failed++,
  })
}

/** An address as its URL would be, but that it counts. */
function source(url: URL, ways: Ways): Parameters<typeof connect>[0] {
  return {
    path: `${url.pathname}${url.search}`,
    openTransport: () => {
      ways.tries++
      return WebSocketTransport.open(url, new AbortController().signal)
    },
    addressOf: (address) => {
      ways.moves++
      return source(new URL(address, url), ways)
    },
  }
}
