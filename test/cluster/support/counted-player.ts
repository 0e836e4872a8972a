import { type Connection, connect } from '@tygase/client'
import type { counting } from './counting-game.js'

/** A client of the counting game, and what it knows of its own events. */
export interface CountedPlayer {
  readonly player: Connection<typeof counting>
  readonly path: string
  /** Events whose ack has come. */
  acked: number
  /** Events that failed. */
  failed: number
}

/** @param at a server: `ws://127.0.0.1:8080/play` @param path of a room below it */
export async function join(at: string, path: string): Promise<CountedPlayer> {
  const player = await connect<typeof counting>(`${at}${path}`, {
    logger: false,
    timeoutMs: 60_000,
  })
  return { player, path, acked: 0, failed: 0 }
}

/** Sends an event that counts. */
export function send(counted: CountedPlayer): void {
  counted.player.dispatchEvent('add', {
    retries: Number.POSITIVE_INFINITY,
    onAck: () => void counted.acked++,
    onFail: () => void counted.failed++,
  })
}
