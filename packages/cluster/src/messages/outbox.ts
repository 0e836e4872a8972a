import type { Ask, StreamHead, StreamPacket } from './packets.js'

/** Times and sizes of an outbox. */
export interface OutboxLimits {
  /** Messages can be sent again for so long, in ms. */
  readonly keepMs: number
  /** All that is kept, in bytes: beyond it the oldest go earlier. */
  readonly maxBytes: number
  /** Between two signs of a stream of which messages are kept, in ms. */
  readonly beatMs: number
  /** The same for one that has none, in ms. */
  readonly idleBeatMs: number
  /** A stream in which nothing was sent for so long is forgotten, in ms. */
  readonly forgetMs: number
}

export const usualOutboxLimits: OutboxLimits = {
  keepMs: 10_000,
  maxBytes: 8 * 1024 * 1024,
  beatMs: 500,
  idleBeatMs: 30_000,
  forgetMs: 600_000,
}

/** Many receivers ask for the same message after a break. It goes to all of them, so one sending does for this time, in ms. */
const againMs = 50
/** Most bytes for one request: the rest is asked for again. */
const maxAgainBytes = 1024 * 1024
/** A subscriber that is new hears where a stream stands after this time, in ms: several at once get one answer. */
const helloMs = 20

interface Kept {
  readonly stream: Stream
  readonly number: number
  readonly bytes: Uint8Array
  /** When it was sent first, or when the engine was back. */
  sinceMs: number
  againMs: number
}

interface Stream {
  readonly subject: string
  readonly id: number
  readonly startMs: number
  readonly kept: Map<number, Kept>
  last: number
  usedMs: number
  beatAtMs: number
}

/** A packet and where it goes. */
export interface Sent {
  readonly subject: string
  readonly packet: StreamPacket
}

/**
 * What this process has sent, numbered for each subject, and kept for some time. Time is an argument.
 *
 * Invariant: what is kept of a stream has numbers without a gap, up to its last one.
 */
export class Outbox {
  readonly #sender: string
  readonly #limits: OutboxLimits
  readonly #streams = new Map<string, Stream>()
  /** Of all streams, oldest first. */
  readonly #kept = new Set<Kept>()
  #bytes = 0
  #lastId = 0

  constructor(sender: string, limits: OutboxLimits = usualOutboxLimits) {
    this.#sender = sender
    this.#limits = limits
  }

  /** Number of `subjects`. */
  get size(): number {
    return this.#streams.size
  }

  /** Subjects with a stream. */
  get subjects(): Iterable<string> {
    return this.#streams.keys()
  }

  /** Numbers a message and keeps it. @param bytes not to be changed later */
  push(subject: string, bytes: Uint8Array, nowMs: number): StreamPacket {
    let stream = this.#streams.get(subject)
    if (stream === undefined) {
      const id = ++this.#lastId
      stream = { subject, id, startMs: nowMs, kept: new Map(), last: 0, usedMs: nowMs, beatAtMs: nowMs }
      this.#streams.set(subject, stream)
    }
    const number = ++stream.last
    const kept: Kept = { stream, number, bytes, sinceMs: nowMs, againMs: Number.NEGATIVE_INFINITY }
    stream.kept.set(number, kept)
    stream.usedMs = nowMs
    stream.beatAtMs = nowMs + this.#limits.beatMs
    this.#kept.add(kept)
    this.#bytes += bytes.length
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#limits.maxBytes) break
      this.#drop(oldest)
    }
    return { kind: 'message', head: this.#headOf(stream, number, nowMs), bytes }
  }

  /** A receiver has begun to listen to a subject, and wants to know where its stream stands. */
  hello(subject: string, nowMs: number): void {
    const stream = this.#streams.get(subject)
    if (stream !== undefined) stream.beatAtMs = Math.min(stream.beatAtMs, nowMs + helloMs)
  }

  /** @returns what is kept of what a receiver asks for, in order */
  again({ subject, stream: id, spans }: Ask, nowMs: number): StreamPacket[] {
    const stream = this.#streams.get(subject)
    if (stream?.id !== id) return []
    // the receiver learns from it what cannot be sent again
    if (!stream.kept.has(spans[0]!.from)) stream.beatAtMs = nowMs
    const packets: StreamPacket[] = []
    let bytes = 0
    for (const kept of stream.kept.values()) {
      if (bytes >= maxAgainBytes) break
      const isAsked = spans.some(({ from, through }) => kept.number >= from && kept.number <= through)
      if (!isAsked || nowMs - kept.againMs < againMs) continue
      kept.againMs = nowMs
      bytes += kept.bytes.length
      packets.push({ kind: 'again', head: this.#headOf(stream, kept.number, nowMs), bytes: kept.bytes })
    }
    return packets
  }

  /** Lets go what is old. @returns signs of life that are due, for receivers that have missed the last messages */
  beats(nowMs: number): Sent[] {
    const { keepMs, beatMs, idleBeatMs, forgetMs } = this.#limits
    for (const kept of this.#kept) {
      if (nowMs - kept.sinceMs <= keepMs) break
      this.#drop(kept)
    }
    const beats: Sent[] = []
    for (const stream of this.#streams.values()) {
      const { subject, kept, last, usedMs, beatAtMs } = stream
      if (kept.size === 0 && nowMs - usedMs > forgetMs) this.#streams.delete(subject)
      else if (beatAtMs <= nowMs) {
        stream.beatAtMs = nowMs + (kept.size > 0 ? beatMs : idleBeatMs)
        beats.push({ subject, packet: { kind: 'beat', head: this.#headOf(stream, last, nowMs) } })
      }
    }
    return beats
  }

  /** The engine was gone, and no receiver could ask: all that is kept is kept for the whole time again. */
  renew(nowMs: number): void {
    for (const kept of this.#kept) kept.sinceMs = nowMs
    for (const stream of this.#streams.values()) stream.beatAtMs = nowMs
  }

  #headOf({ id, startMs, kept, last }: Stream, number: number, nowMs: number): StreamHead {
    const [first = last + 1] = kept.keys()
    return { sender: this.#sender, stream: id, ageMs: Math.max(0, Math.round(nowMs - startMs)), first, number }
  }

  #drop(kept: Kept): void {
    this.#kept.delete(kept)
    kept.stream.kept.delete(kept.number)
    this.#bytes -= kept.bytes.length
  }
}
