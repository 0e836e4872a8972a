import type { MeteredPhase } from '@tygase/gamestate/internal'
import type { Meter } from '@tygase/server/internal'
import type { ProfileReading } from './metrics-reading.js'
import type { ProcessProbe } from './process-probe.js'
import { TickLateness } from './tick-lateness.js'

/** Codes come from rules: more of them would fill memory and the tables of Prometheus. */
const mostCodes = 50

/** Time by phase, in ms. */
export type PhaseTimes = Record<keyof ProfileReading, number>

/** Adds up what a server reports while it works. One object for each server: it is called on each tick. */
export class ServerMeter implements Meter {
  readonly lateness = new TickLateness()
  /** Refusals by code. */
  readonly refusals = new Map<string, number>()
  ticks = 0
  droppedTicks = 0
  readonly #probe: Pick<ProcessProbe, 'nowMs'>
  readonly #onTurn: (isRunning: boolean) => void
  #phase: MeteredPhase = 'handling'
  #sinceMs: number
  #updateMs = 0
  #networkMs = 0

  constructor(probe: Pick<ProcessProbe, 'nowMs'>, onTurn: (isRunning: boolean) => void) {
    this.#probe = probe
    this.#onTurn = onTurn
    this.#sinceMs = probe.nowMs()
  }

  ticked(lateMs: number): void {
    this.ticks++
    this.lateness.add(lateMs)
  }

  dropped(ticks: number): void {
    this.droppedTicks += ticks
  }

  enter(phase: MeteredPhase): MeteredPhase {
    const before = this.#phase
    this.#turnTo(phase)
    return before
  }

  leave(before: MeteredPhase): void {
    this.#turnTo(before)
  }

  refused(code: string, reason = ''): void {
    // the code of the close says that the server's own code has refused, the reason says with which code
    const own = code === 'refused' ? /^([a-z][a-z\d_]{0,63}): /.exec(reason)?.[1] : undefined
    const known = own ?? code
    const name = this.refusals.has(known) || this.refusals.size < mostCodes ? known : 'other'
    this.refusals.set(name, (this.refusals.get(name) ?? 0) + 1)
  }

  turned(isRunning: boolean): void {
    this.#onTurn(isRunning)
  }

  /**
   * Time by phase since the last call.
   * @param passedMs all of it
   * @param idleMs of it the event loop has waited for so long
   */
  takeTimes(passedMs: number, idleMs: number): PhaseTimes {
    this.#turnTo(this.#phase)
    // two clocks of the runtime: what they disagree about is none of the four
    const update = Math.min(this.#updateMs, passedMs)
    const network = Math.min(this.#networkMs, passedMs - update)
    const idle = Math.max(0, Math.min(idleMs, passedMs - update - network))
    this.#updateMs = 0
    this.#networkMs = 0
    return { handling: Math.max(0, passedMs - update - network - idle), update, network, idle }
  }

  #turnTo(phase: MeteredPhase): void {
    const nowMs = this.#probe.nowMs()
    // all other time is that of `handling`, which follows from the sum
    if (this.#phase === 'update') this.#updateMs += nowMs - this.#sinceMs
    else if (this.#phase === 'network') this.#networkMs += nowMs - this.#sinceMs
    this.#sinceMs = nowMs
    this.#phase = phase
  }
}
