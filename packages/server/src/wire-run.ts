import type { Clock, EventWire, WireListener } from '@tygase/gamestate'

/** A server's hold on its event wire: listens to it while the server runs, and runs it then if nobody else does. */
export class WireRun {
  readonly #wire: EventWire | undefined
  readonly #clock: Clock
  readonly #listener: WireListener
  #end: (() => void) | undefined

  constructor(wire: EventWire | undefined, clock: Clock, listener: WireListener) {
    this.#wire = wire
    this.#clock = clock
    this.#listener = listener
  }

  /** Whether ticks come. */
  get running(): boolean {
    return this.#wire?.running ?? false
  }

  start(): void {
    const wire = this.#wire
    if (wire === undefined) return
    const unsubscribe = wire.subscribe(this.#listener)
    const isOurs = !wire.running
    if (isOurs) wire.run(this.#clock)
    this.#end = () => {
      unsubscribe()
      if (isOurs) wire.stop()
    }
  }

  stop(): void {
    this.#end?.()
    this.#end = undefined
  }
}
