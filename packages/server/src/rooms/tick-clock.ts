import type { Clock } from '@tygase/gamestate'

interface Call {
  readonly atMs: number
  /** Breaks ties: what was scheduled first is called first. */
  readonly order: number
  callback: (() => void) | undefined
}

/**
 * A clock for many who schedule calls again and again, with one timer of the clock below for all of them: what falls due
 * together costs one waking of the process. Where a call throws, the ones behind it come with the next timer.
 */
export class TickClock implements Clock {
  readonly #clock: Clock
  /** A binary heap, the earliest call at index 0. Cancelled ones stay until they come up. */
  readonly #heap: Call[] = []
  #order = 0
  /** Calls that are scheduled and not cancelled. */
  #pending = 0
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  #isCalling = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    const call: Call = { atMs: this.#clock.now() + Math.max(0, delayMs), order: this.#order++, callback }
    push(this.#heap, call)
    this.#pending++
    if (!this.#isCalling) this.#setTimer()
    return () => {
      if (call.callback === undefined) return
      call.callback = undefined
      if (--this.#pending === 0) this.#clear()
    }
  }

  /** Where all that was scheduled is cancelled, no timer is left either. */
  #clear(): void {
    this.#heap.length = 0
    this.#dropTimer()
  }

  #setTimer(): void {
    const next = this.#next()
    // a timer that is set already and comes up earlier finds nothing to call and sets the next one
    if (next === undefined || next.atMs >= this.#timerAtMs) return
    this.#dropTimer()
    this.#timerAtMs = next.atMs
    this.#cancelTimer = this.#clock.schedule(Math.max(0, next.atMs - this.#clock.now()), () => this.#callDue())
  }

  #dropTimer(): void {
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerAtMs = Number.POSITIVE_INFINITY
  }

  #callDue(): void {
    this.#timerAtMs = Number.POSITIVE_INFINITY
    this.#cancelTimer = undefined
    const nowMs = this.#clock.now()
    // what is scheduled meanwhile waits for another timer, however soon it is due: sockets are to get their turn between
    const end = this.#order
    this.#isCalling = true
    try {
      for (let call = this.#next(); call !== undefined; call = this.#next()) {
        if (call.atMs > nowMs || call.order >= end) break
        pop(this.#heap)
        this.#pending--
        const callback = call.callback!
        call.callback = undefined
        callback()
      }
    } finally {
      this.#isCalling = false
      this.#setTimer()
    }
  }

  #next(): Call | undefined {
    const heap = this.#heap
    while (heap.length > 0 && heap[0]!.callback === undefined) pop(heap)
    return heap[0]
  }
}

function push(heap: Call[], call: Call): void {
  let index = heap.push(call) - 1
  while (index > 0) {
    const parent = (index - 1) >> 1
    if (!isBefore(call, heap[parent]!)) break
    heap[index] = heap[parent]!
    index = parent
  }
  heap[index] = call
}

/** Takes the first away. */
function pop(heap: Call[]): void {
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

function isBefore(a: Call, b: Call): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}
