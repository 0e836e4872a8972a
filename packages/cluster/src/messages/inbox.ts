import { type Ask, maxSpans, type Span, type StreamHead, type StreamPacket } from './packets.js'

/** Times and sizes of an inbox. */
export interface InboxLimits {
  /** Messages overtake each other: a gap is asked for after this time, in ms. */
  readonly gapMs: number
  /** Between two requests for the same gap, in ms. */
  readonly askAgainMs: number
  /** A gap that no answer has closed for so long is lost, in ms: the sender is gone, or has nothing left of it. */
  readonly giveUpMs: number
  /** Messages of one sender that wait behind a gap, in bytes: more of them are dropped, and asked for later. */
  readonly maxHeldBytes: number
  /** A sender that is silent for so long is forgotten, in ms: longer than senders keep their streams. */
  readonly forgetMs: number
  readonly maxSenders: number
}

export const usualInboxLimits: InboxLimits = {
  gapMs: 20,
  askAgainMs: 250,
  giveUpMs: 12_000,
  maxHeldBytes: 1024 * 1024,
  forgetMs: 660_000,
  maxSenders: 4096,
}

/** What a receiver does next: it takes a message, or learns that so many got lost. */
export type Step =
  | { readonly sender: string; readonly bytes: Uint8Array }
  | { readonly sender: string; readonly lost: number }

/** What is known of the stream of one sender. */
interface Known {
  readonly sender: string
  readonly stream: number
  /** The message that comes next. */
  next: number
  /** The highest that was sent, as far as it is known. */
  last: number
  /** The oldest that can be sent again. */
  first: number
  /** Messages behind a gap. */
  readonly held: Map<number, Uint8Array>
  heldBytes: number
  /** Since when `next` is missing, if it is. */
  gapSinceMs: number
  askedMs: number
  heardMs: number
}

/**
 * Messages of one subject, as they come: each is passed on once, in the order of its sender. Time is an argument.
 *
 * Invariants: numbers below `next` are passed on or counted as lost, and never passed on later. `held` has none of them.
 */
export class Inbox {
  readonly #subject: string
  readonly #sinceMs: number
  readonly #limits: InboxLimits
  readonly #known = new Map<string, Known>()
  /** Those of which messages are missing: few, and looked at often. */
  readonly #gaps = new Set<Known>()

  /** @param sinceMs the beginning of the subscription */
  constructor(subject: string, sinceMs: number, limits: InboxLimits = usualInboxLimits) {
    this.#subject = subject
    this.#sinceMs = sinceMs
    this.#limits = limits
  }

  /** True if messages of some sender are missing. */
  get hasGap(): boolean {
    return this.#gaps.size > 0
  }

  /** Takes what has come. */
  take(packet: StreamPacket, nowMs: number): Step[] {
    const steps: Step[] = []
    const known = this.#knownOf(packet, nowMs, steps)
    if (known === undefined) return steps
    const { first, number } = packet.head
    known.heardMs = nowMs
    known.first = Math.max(known.first, first)
    known.last = Math.max(known.last, number)
    if (packet.kind !== 'beat') this.#takeMessage(known, number, packet.bytes, steps)
    // a gap that has become smaller is another one
    if (!this.#gaps.has(known) || steps.length > 0) this.#noteGap(known, nowMs)
    return steps
  }

  /** To be called often while there is a gap. @returns what is asked for, and what has to be passed on without it */
  due(nowMs: number): { readonly asks: readonly (Ask & { readonly sender: string })[]; readonly steps: Step[] } {
    const { gapMs, askAgainMs, giveUpMs } = this.#limits
    const steps: Step[] = []
    const asks: (Ask & { readonly sender: string })[] = []
    for (const known of [...this.#gaps]) {
      const { sender, stream } = known
      const waitedMs = nowMs - known.gapSinceMs
      if (waitedMs < gapMs) continue
      // a message that overtakes its neighbours may say that they are not kept any more: they have had their time to come
      if (known.first > known.next) this.#skip(known, known.first, nowMs, steps)
      else if (waitedMs >= giveUpMs) this.#skip(known, missingOf(known)[0]!.through + 1, nowMs, steps)
      if (known.next > known.last || nowMs - known.askedMs < askAgainMs) continue
      known.askedMs = nowMs
      asks.push({ sender, subject: this.#subject, stream, spans: missingOf(known) })
    }
    return { asks, steps }
  }

  /** Lets go senders that are silent for long. To be called now and then. */
  forget(nowMs: number): void {
    for (const [sender, known] of this.#known) {
      if (!this.#gaps.has(known) && nowMs - known.heardMs > this.#limits.forgetMs) this.#known.delete(sender)
    }
  }

  /** The engine was gone, and no sender could answer: each gets its time again. */
  renew(nowMs: number): void {
    for (const known of this.#known.values()) {
      known.heardMs = nowMs
      known.gapSinceMs = nowMs
    }
  }

  /** @returns undefined if the packet says nothing about what is to come */
  #knownOf({ kind, head }: StreamPacket, nowMs: number, steps: Step[]): Known | undefined {
    const { sender, stream } = head
    const known = this.#known.get(sender)
    if (known !== undefined && stream <= known.stream) return stream === known.stream ? known : undefined
    let next = 1
    if (known !== undefined) {
      // the sender has begun anew, and sends nothing of before again
      this.#skip(known, known.last + 1, nowMs, steps)
      this.#gaps.delete(known)
    } else {
      if (this.#known.size >= this.#limits.maxSenders) return undefined
      if (!this.#beganLater(head, nowMs)) {
        // what was sent before this receiver listened is for others
        if (kind === 'again') return undefined
        next = kind === 'message' ? head.number : head.number + 1
      }
    }
    const [last, heldBytes, askedMs] = [next - 1, 0, Number.NEGATIVE_INFINITY]
    const begun: Known = {
      ...{ sender, stream, next, last, first: head.first, held: new Map(), heldBytes, askedMs },
      ...{ gapSinceMs: nowMs, heardMs: nowMs },
    }
    this.#known.set(sender, begun)
    return begun
  }

  /** True if a stream began after the subscription: all of it is for this receiver. Each side has measured by its own clock. */
  #beganLater({ ageMs }: StreamHead, nowMs: number): boolean {
    return ageMs < nowMs - this.#sinceMs
  }

  #takeMessage(known: Known, number: number, bytes: Uint8Array, steps: Step[]): void {
    if (number < known.next || known.held.has(number)) return
    if (number > known.next) {
      if (known.heldBytes + bytes.length > this.#limits.maxHeldBytes) return
      known.held.set(number, bytes)
      known.heldBytes += bytes.length
      return
    }
    steps.push({ sender: known.sender, bytes })
    known.next++
    this.#passHeld(known, steps)
  }

  /** Passes on what follows without a gap. */
  #passHeld(known: Known, steps: Step[]): void {
    for (let bytes = known.held.get(known.next); bytes !== undefined; bytes = known.held.get(known.next)) {
      known.held.delete(known.next)
      known.heldBytes -= bytes.length
      steps.push({ sender: known.sender, bytes })
      known.next++
    }
  }

  /** What is missing below `to` is lost; what is held of it is passed on. */
  #skip(known: Known, to: number, nowMs: number, steps: Step[]): void {
    const { sender, held } = known
    for (const number of numbersOf(held)) {
      if (number >= to) break
      if (number > known.next) steps.push({ sender, lost: number - known.next })
      known.next = Math.max(known.next, number)
      this.#passHeld(known, steps)
    }
    if (to > known.next) {
      steps.push({ sender, lost: to - known.next })
      known.next = to
    }
    this.#passHeld(known, steps)
    known.last = Math.max(known.last, known.next - 1)
    this.#noteGap(known, nowMs)
  }

  #noteGap(known: Known, nowMs: number): void {
    known.gapSinceMs = nowMs
    if (known.next <= known.last) this.#gaps.add(known)
    else this.#gaps.delete(known)
  }
}

/** @returns the first spans that are missing, in order; there has to be one */
function missingOf({ next, last, held }: Known): Span[] {
  const spans: Span[] = []
  let from = next
  for (const number of numbersOf(held)) {
    if (number > from) spans.push({ from, through: number - 1 })
    if (spans.length === maxSpans) return spans
    from = number + 1
  }
  if (from <= last) spans.push({ from, through: last })
  return spans
}

function numbersOf(held: ReadonlyMap<number, unknown>): number[] {
  return [...held.keys()].sort((one, other) => one - other)
}
