import { nextTick } from 'node:process'
import { setImmediate } from 'node:timers/promises'
import { VirtualClock } from '@tygase/protocol/sim'
import { SimulationError } from './errors.js'

/** After so many calls the real event loop gets a turn, so that a test runner can do its work beside a long simulation. */
const turnsBetweenBreaths = 4096

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

  /**
   * @param untilMs to stop at, on the clock
   * @param isDone looked at before the first call and after each one; stops there when it is true. May throw.
   * @returns whether it was true
   * @throws SimulationError `time_moves_already` when called before an earlier call has resolved
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
        this.clock.runNext()
        await followPromises()
        if (++this.#turns % turnsBetweenBreaths === 0) await setImmediate()
      }
      return true
    } finally {
      this.#isMoving = false
    }
  }
}
