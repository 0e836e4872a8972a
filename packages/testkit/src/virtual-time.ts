import { nextTick } from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { SimulationError } from './errors.js'
import { VirtualClock } from './sim/virtual-clock.js'

/** After so many calls the real event loop gets a turn, so that a test runner can do its work beside a long simulation. */
const turnsBetweenBreaths = 4096

/** So many calls at one moment are no play any more: something schedules itself again without delay. */
const maxTurnsAtOnce = 100_000

/** All promises that are settled have been followed up, and what that settled, and so on, when this resolves. */
function followPromises(): Promise<void> {
  // Node runs its queue of ticks when that of promises is empty, and not before
  return new Promise((resolve) => nextTick(resolve))
}

/**
 * Moves a virtual clock from call to call. After each call all promises are followed up before time goes on, as the event loop
 * does between two timers; so an `await` takes no virtual time, and what happens does not depend on the real one.
 */
export class VirtualTime {
  readonly clock = new VirtualClock()
  #isMoving = false
  #turns = 0
  #turnsAtOnce = 0

  /**
   * @param untilMs to stop at, on the clock
   * @param isDone looked at before the first call and after each one; stops there when it is true. May throw.
   * @returns whether it was true
   * @throws SimulationError `time_moves_already` when called before an earlier call has resolved; `time_stands_still` when
   * calls without delay follow each other without end
   */
  async moveTo(untilMs: number, isDone: () => boolean): Promise<boolean> {
    if (this.#isMoving) {
      throw new SimulationError('time_moves_already', 'time is being moved already: await one call before the next')
    }
    this.#isMoving = true
    try {
      // the caller may have come from outside of any promise
      await undefined
      await followPromises()
      while (!isDone()) {
        if (this.clock.nextMs > untilMs) {
          this.clock.runUntil(untilMs)
          return false
        }
        this.#turn()
        await followPromises()
        if (++this.#turns % turnsBetweenBreaths === 0) await setImmediate()
      }
      return true
    } finally {
      this.#isMoving = false
    }
  }
  #turn(): void {
    const before = this.clock.now()
    this.clock.runNext()
    this.#turnsAtOnce = this.clock.now() === before ? this.#turnsAtOnce + 1 : 0
    if (this.#turnsAtOnce < maxTurnsAtOnce) return
    this.#turnsAtOnce = 0
    throw new SimulationError('time_stands_still', `${maxTurnsAtOnce} calls have followed each other at ${before} ms`)
  }
}
