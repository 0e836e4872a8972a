import type { Clock } from '@tygase/gamestate'
import type { OwnedConnection } from './owned-connection.js'

/**
 * Writes to clients whose answers need not wait for the tick: soon, and once for all that a client was answered within one
 * turn of the event loop.
 */
export class EarlyWrites {
  readonly #clock: Clock
  readonly #write: (connection: OwnedConnection) => void
  readonly #waiting = new Set<OwnedConnection>()
  #cancel: (() => void) | undefined

  constructor(clock: Clock, write: (connection: OwnedConnection) => void) {
    this.#clock = clock
    this.#write = write
  }

  request(connection: OwnedConnection): void {
    this.#waiting.add(connection)
    this.#cancel ??= this.#clock.schedule(0, () => {
      const waiting = [...this.#waiting]
      this.clear()
      for (const each of waiting) this.#write(each)
    })
  }

  /** All that wait are written to by somebody else, or by nobody. */
  clear(): void {
    if (this.#waiting.size === 0) return
    this.#cancel?.()
    this.#cancel = undefined
    this.#waiting.clear()
  }
}
