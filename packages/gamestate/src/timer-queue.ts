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

/**
 * Calls in the order in which they are due; of those due at the same time the one added first comes first. For clocks: the
 * queue has no time of its own. Adding, taking and cancelling cost at most the logarithm of their number.
 */
export class TimerQueue {
  /** A binary heap, the earliest at index 0. Cancelled calls stay until they come up, or until there are no others. */
  readonly #heap: Entry[] = []
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
      if (this.#pending === 0) this.#heap.length = 0
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
