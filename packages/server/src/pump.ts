import type { Clock } from '@tygase/gamestate'

/** Timers of sessions are looked at this often at least, however slow the ticks are. */
const maxIntervalMs = 100

/** How much later than the next tick is due the pump turns by itself. */
const patience = 1.5

/** Turns on every n-th tick; by its own timer where there are no ticks, so that acks and keep-alives flow during a pause. */
export class Pump {
  readonly #clock: Clock
  readonly #turn: (isTick: boolean) => void
  readonly #everyTicks: number
  readonly #intervalMs: number
  #cancel: (() => void) | undefined
  #running = false

  /** @param turn is told whether a tick made it turn */
  constructor(clock: Clock, tickRate: number, everyTicks: number, turn: (isTick: boolean) => void) {
    this.#clock = clock
    this.#turn = turn
    this.#everyTicks = everyTicks
    this.#intervalMs = Math.min((1000 / tickRate) * everyTicks, maxIntervalMs)
  }

  /** Does nothing when it runs. */
  start(): void {
    if (this.#running) return
    this.#running = true
    this.#schedule(this.#intervalMs)
  }

  stop(): void {
    this.#running = false
    this.#cancel?.()
    this.#cancel = undefined
  }

  onTick(tick: number): void {
    if (!this.#running || tick % this.#everyTicks !== 0) return
    this.#schedule(this.#intervalMs * patience)
    this.#turn(true)
  }

  #schedule(delayMs: number): void {
    this.#cancel?.()
    this.#cancel = this.#clock.schedule(delayMs, () => {
      this.#schedule(this.#intervalMs)
      this.#turn(false)
    })
  }
}
