import type { Connection } from '@tygase/client'
import { element } from '@tygase/frame/page'
import { tickRate } from '../../arena.js'
import type { tag } from '../../game.js'

/** Ticks without a version until the connection counts as poor. */
const missedTicks = 3
/** The sign stays for so long after the last gap: one that flickers says nothing. */
const holdMs = 800

/** Decides when to show that the connection is poor. */
export class SignalMeter {
  #poorUntilMs = 0

  /** @param ageMs time since the arrival of the newest version, in a game that makes one with each tick */
  isPoor(ageMs: number, nowMs: number): boolean {
    if (ageMs > ((missedTicks + 1) * 1000) / tickRate) this.#poorUntilMs = nowMs + holdMs
    return nowMs < this.#poorUntilMs
  }
}

/** A sign over the stage while versions come late or not at all. */
export class Signal {
  readonly #sign = element('signal', HTMLElement)
  readonly #meter = new SignalMeter()

  show(connection: Connection<typeof tag> | undefined, nowMs: number): void {
    // without a player who is *it* nothing changes from tick to tick, and an overlay says more than the sign
    const mayTell = connection?.status === 'connected' && connection.gameRunning && connection.state.it !== ''
    const arrivedMs = mayTell ? connection.store.timeOf(connection.version) : undefined
    this.#sign.hidden = arrivedMs === undefined || !this.#meter.isPoor(nowMs - arrivedMs, nowMs)
  }
}
