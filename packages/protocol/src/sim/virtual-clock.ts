interface Timer {
  readonly timeMs: number
  /** Breaks ties: what was scheduled first runs first. */
  readonly order: number
  callback: (() => void) | undefined
}

/**
 * Time that stands still until somebody moves it: a test runs hours of play in an instant and the same way every time.
 * Has the shape of gamestate's `Clock`.
 */
export class VirtualClock {
  #nowMs: number
  #order = 0
  #pending = 0
  /** A binary heap, the earliest timer at index 0. Cancelled ones stay until they come up. */
  readonly #heap: Timer[] = []

  /** @param startMs what `now` says at first */
  constructor(startMs = 0) {
    this.#nowMs = startMs
  }

  now(): number {
    return this.#nowMs
  }

  /** How many calls are scheduled. */
  get pending(): number {
    return this.#pending
  }

  /** When the next call is due; Infinity when none is scheduled. */
  get nextMs(): number {
    return this.#peek()?.timeMs ?? Number.POSITIVE_INFINITY
  }

  /** Calls `callback` when the clock has been moved by `delayMs` (0 or more). @returns a function that cancels it */
  schedule(delayMs: number, callback: () => void): () => void {
    const timer: Timer = { timeMs: this.#nowMs + Math.max(0, delayMs), order: this.#order++, callback }
    this.#pending++
    this.#push(timer)
    return () => {
      if (timer.callback === undefined) return
      timer.callback = undefined
      this.#pending--
    }
  }

  /** Moves to the next scheduled call and makes it. @returns false when there was none */
  runNext(): boolean {
    const timer = this.#peek()
    if (timer === undefined) return false
    this.#pop()
    this.#nowMs = Math.max(this.#nowMs, timer.timeMs)
    const { callback } = timer
    timer.callback = undefined
    this.#pending--
    callback?.()
    return true
  }

  /** Makes all calls that fall due by then, in order, each with the clock at its time, and ends at `timeMs`. */
  runUntil(timeMs: number): void {
    for (let timer = this.#peek(); timer !== undefined && timer.timeMs <= timeMs; timer = this.#peek()) this.runNext()
    this.#nowMs = Math.max(this.#nowMs, timeMs)
  }

  /** `runUntil` from now. */
  advance(ms: number): void {
    this.runUntil(this.#nowMs + ms)
  }

  #peek(): Timer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.callback === undefined) this.#pop()
    return this.#heap[0]
  }

  #push(timer: Timer): void {
    const heap = this.#heap
    let index = heap.push(timer) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(timer, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = timer
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let index = 0
    for (;;) {
      let child = index * 2 + 1
      if (child >= heap.length) break
      if (child + 1 < heap.length && isBefore(heap[child + 1]!, heap[child]!)) child++
      if (!isBefore(heap[child]!, last)) break
      heap[index] = heap[child]!
      index = child
    }
    heap[index] = last
  }
}

function isBefore(a: Timer, b: Timer): boolean {
  return a.timeMs < b.timeMs || (a.timeMs === b.timeMs && a.order < b.order)
}
