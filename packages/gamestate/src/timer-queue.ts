import type { Clock } from './clock.js'

/** A call that is due at a time. */
export interface Timer {
  readonly atMs: number
  /** The number of timers added before it. */
  readonly order: number
  readonly callback: () => void
}

interface Entry extends Timer {
  isOver: boolean
}

/** So many cancelled calls may stay besides as many as wait: few enough to take no memory worth a look at each. */
const mostCancelled = 256

/**
 * Calls in the order in which they are due; of those due at the same time the one added first comes first. For clocks: the
 * queue has no time of its own. Adding, taking and cancelling cost at most the logarithm of their number.
 */
export class TimerQueue {
  /** A binary heap, the earliest at index 0. Cancelled calls stay until they come up, or until they are more than the others. */
  #heap: Entry[] = []
  #added = 0
  #pending = 0

  /** How many calls wait. */
  get pending(): number {
    return this.#pending
  }

  /** How many calls were ever added. */
  get added(): number {
    return this.#added
  }

  /** @returns a function that cancels the call; harmless if it was taken or cancelled before */
  add(atMs: number, callback: () => void): () => void {
    const entry: Entry = { atMs, order: this.#added++, callback, isOver: false }
    this.#push(entry)
    this.#pending++
    return () => {
      if (entry.isOver) return
      entry.isOver = true
      this.#pending--
      // most timers of sessions are cancelled long before they are due: what they would call must not stay until then
      if (this.#heap.length > 2 * this.#pending + mostCancelled) this.#dropCancelled()
      else if (this.#pending === 0) this.#heap.length = 0
    }
  }

  /** The call that is due first; undefined when none waits. */
  peek(): Timer | undefined {
    while (this.#heap.length > 0 && this.#heap[0]!.isOver) this.#pop()
    return this.#heap[0]
  }

  /** As `peek`, and takes the call out. */
  take(): Timer | undefined {
    const entry = this.peek() as Entry | undefined // every timer in the heap is an entry
    if (entry === undefined) return undefined
    this.#pop()
    entry.isOver = true
    this.#pending--
    return entry
  }

  #dropCancelled(): void {
    const entries = this.#heap.filter(({ isOver }) => !isOver)
    this.#heap = []
    for (const entry of entries) this.#push(entry)
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let index = heap.push(entry) - 1
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(entry, heap[parent]!)) break
      heap[index] = heap[parent]!
      index = parent
    }
    heap[index] = entry
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
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order)
}

/**
 * A clock for many callers that schedule again and again, with one timer of the clock below: calls that are due together wake
 * the process once. If a call throws, the calls after it come with the next timer.
 */
export class JoinedClock implements Clock {
  readonly #clock: Clock
  readonly #calls = new TimerQueue()
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
    // the next turn of the event loop needs no timer
    if (delayMs <= 0) return this.#clock.schedule(delayMs, callback)
    const cancel = this.#calls.add(this.#clock.now() + delayMs, callback)
    if (!this.#isCalling) this.#setTimer()
    return () => {
      cancel()
      if (this.#calls.pending === 0) this.#dropTimer()
    }
  }

  #setTimer(): void {
    const next = this.#calls.peek()
    // a timer that fires earlier finds nothing to call and sets the next one
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
    // calls that are scheduled meanwhile wait for another timer, however soon they are due: sockets get their turn between
    const end = this.#calls.added
    this.#isCalling = true
    try {
      for (let call = this.#calls.peek(); call !== undefined; call = this.#calls.peek()) {
        if (call.atMs > nowMs || call.order >= end) break
        this.#calls.take()
        call.callback()
      }
    } finally {
      this.#isCalling = false
      this.#setTimer()
    }
  }
}
