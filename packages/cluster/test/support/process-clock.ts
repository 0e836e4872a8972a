import type { Clock } from '@tygase/gamestate'

/** The clock of one process: its time goes on while the process stands still, and what is due meanwhile is called afterwards. */
export class ProcessClock implements Clock {
  readonly #clock: Clock
  #isPaused = false
  #isGone = false
  readonly #due: (() => void)[] = []

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get runs(): boolean {
    return !this.#isPaused && !this.#isGone
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    let isOver = false
    const call = (): void => {
      if (!isOver) callback()
    }
    const cancel = this.#clock.schedule(delayMs, () => {
      if (this.#isGone) return
      if (this.#isPaused) this.#due.push(call)
      else call()
    })
    return () => {
      isOver = true
      cancel()
    }
  }

  /** As SIGSTOP does. */
  pause(): void {
    this.#isPaused = true
  }

  /** As SIGCONT does: each call has a turn of its own, so that promises are followed up between them. */
  resume(): void {
    if (!this.#isPaused) return
    const next = (): void => {
      const call = this.#due.shift()
      if (this.#isGone) return
      if (call === undefined) {
        this.#isPaused = false
        return
      }
      call()
      this.#clock.schedule(0, next)
    }
    next()
  }

  /** As `kill -9` does. */
  end(): void {
    this.#isGone = true
    this.#due.length = 0
  }
}
