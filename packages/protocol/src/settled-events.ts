import { AckBuilder } from './ack-builder.js'
import { ProtocolError } from './errors.js'
import type { AckMessage } from './messages/ack-message.js'
import type { Outcome } from './session-types.js'

/** What is remembered of an event beyond that it was handled. */
type Entry =
  /** `bytes`: what it counts for. */
  | { kind: 'waiting' | 'handling'; bytes: number }
  | { kind: 'lost'; count: number; bytes: 0 }
  /** `sentMs`: when the outcome was last told, -Infinity for never. */
  | { kind: 'settled'; outcome: Outcome; bytes: number; sentMs: number }

/** Something to tell, once, on a reliable transport. */
type News = { sequence: number; count: number; outcome: Outcome | 'done' | 'lost' }

/** On a transport that is not reliable, an ack that only says "done" is said this many times in all. */
const plainAckTimes = 3
/** Below this, news are not worth sorting. */
const minCompactLength = 1024
/** Stands for the memory that an event or outcome takes beside its bytes. */
const overheadBytes = 64
/** An outcome of no more than this is always kept: their number is bounded. */
const smallOutcomeBytes = 256

/** In the place of an outcome for which there is no room. */
const dropped: Outcome = {
  kind: 'refused',
  code: 'result_dropped',
  message: 'the handler has run, but too much waits for acks to keep what it returned',
}

/**
 * The outcomes of the peer's events, kept until the peer has them, and the ACK messages that tell it.
 *
 * Memory is bounded by what `size` counts: an event that was simply handled leaves nothing behind, and neighbours that
 * were lost take one entry.
 *
 * Invariants: `#entries` is ascending by sequence; everything from `#resolved` to below `#next` that is not in it was
 * handled and returned nothing.
 */
export class SettledEvents {
  readonly #entries = new Map<number, Entry>()
  #last: { sequence: number; entry: Entry } | undefined
  #next = 1
  /** The peer knows the outcome of everything below. */
  #resolved = 1
  #isReliable = true
  #news: News[] = []
  #compactAt = minCompactLength
  #reference = 0
  #isDue = false
  #timesLeft = 0
  #repeatMs = Number.POSITIVE_INFINITY
  #lostCount = 0
  #bytes = 0
  readonly #maxBytes: number

  /** @param maxBytes of events and outcomes: an outcome that would go beyond is replaced by a refusal */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** Events that wait or are being handled, and outcomes that are kept. */
  get size(): number {
    return this.#entries.size
  }

  /** What they take, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** Whether there is something to tell that was not told yet. */
  get hasNews(): boolean {
    return this.#isDue
  }

  /** Whether `take` has something to tell. */
  isDue(nowMs: number): boolean {
    return this.#isDue || nowMs >= this.#repeatMs
  }

  /** How many events of the peer never came. */
  get lostCount(): number {
    return this.#lostCount
  }

  /** When something has to be told again, Infinity for never. */
  get repeatMs(): number {
    return this.#repeatMs
  }

  /** Another transport: all that the peer may not know is told on it. */
  attach(isReliable: boolean): void {
    this.#isReliable = isReliable
    this.#reference = 0
    this.#news = []
    this.#repeatMs = Number.POSITIVE_INFINITY
    for (const entry of this.#entries.values()) if (entry.kind === 'settled') entry.sentMs = Number.NEGATIVE_INFINITY
    if (isReliable) this.#news = this.#everything()
    this.#isDue = isReliable ? this.#news.length > 0 : this.#next > this.#resolved
    this.#timesLeft = plainAckTimes
  }

  accepted(sequence: number, bytes: number): void {
    this.#append(sequence, { kind: 'waiting', bytes: bytes + overheadBytes })
    this.#next = sequence + 1
  }

  lost(sequence: number, count: number): void {
    this.#lostCount += count
    this.#next = sequence + count
    const last = this.#last
    if (
      last?.entry.kind === 'lost' &&
      this.#entries.has(last.sequence) &&
      last.sequence + last.entry.count === sequence
    ) {
      last.entry.count += count
    } else this.#append(sequence, { kind: 'lost', count, bytes: 0 })
    this.#tell({ sequence, count, outcome: 'lost' })
  }

  /** The event is given to its handler now, and may be settled. */
  handed(sequence: number): void {
    const entry = this.#entries.get(sequence)
    if (entry?.kind === 'waiting') entry.kind = 'handling'
  }

  /** Throws `invalid_argument` when the event is not being handled. */
  settle(sequence: number, outcome: Outcome): void {
    const entry = this.#entries.get(sequence)
    if (entry?.kind !== 'handling') {
      throw new ProtocolError('invalid_argument', `event ${sequence} does not wait for an outcome`)
    }
    const isPlain = outcome.kind === 'done' && (outcome.payload === undefined || outcome.payload.length === 0)
    // a sender that has given up on the event does not ask how it went
    const isAskedFor = sequence >= this.#resolved
    if (isPlain || !isAskedFor) this.#remove(sequence, entry)
    if (!isAskedFor) return
    if (isPlain) return this.#tell({ sequence, count: 1, outcome: 'done' })
    const size = outcomeBytes(outcome)
    const left = this.#maxBytes - this.#bytes + entry.bytes
    const kept = size > smallOutcomeBytes && size > left ? dropped : outcome
    const bytes = outcomeBytes(kept) + overheadBytes
    this.#bytes += bytes - entry.bytes
    this.#entries.set(sequence, { kind: 'settled', outcome: kept, bytes, sentMs: Number.NEGATIVE_INFINITY })
    this.#tell({ sequence, count: 1, outcome: kept })
  }

  /** An event came again: the peer does not seem to have the ack. */
  repeat(): void {
    if (!this.#isReliable) this.#isDue = true
  }

  /** The peer knows all outcomes below `sequence`. */
  forget(sequence: number): void {
    if (sequence <= this.#resolved) return
    this.#resolved = sequence
    for (const [key, entry] of this.#entries) {
      if (key >= sequence) break
      const isOver = entry.kind === 'settled' || (entry.kind === 'lost' && key + entry.count <= sequence)
      if (isOver) this.#remove(key, entry)
    }
  }

  /**
   * @param maxBytes of outcomes that go into it, about: the rest follows in the next one
   * @param resendMs how long an outcome waits on a transport that is not reliable before it is told again
   * @returns undefined when there is nothing to tell
   */
  take(nowMs: number, maxBytes: number, resendMs: number): AckMessage | undefined {
    if (!this.isDue(nowMs)) return undefined
    return this.#isReliable ? this.#takeNews(maxBytes) : this.#takeAll(nowMs, maxBytes, resendMs)
  }

  #takeNews(maxBytes: number): AckMessage | undefined {
    this.#compact()
    const builder = new AckBuilder()
    let bytes = 0
    let taken = 0
    for (const { sequence, count, outcome } of this.#news) {
      if (bytes > 0 && bytes + outcomeBytes(outcome) > maxBytes) break
      bytes += outcomeBytes(outcome)
      taken++
      if (typeof outcome === 'string') builder.add(outcome, sequence, count)
      else builder.addOutcome(sequence, outcome)
    }
    this.#news.splice(0, taken)
    this.#isDue = this.#news.length > 0
    this.#compactAt = minCompactLength
    if (builder.isEmpty) return undefined
    const ack = builder.finish(this.#reference)
    this.#reference = builder.end
    return ack
  }

  #takeAll(nowMs: number, maxBytes: number, resendMs: number): AckMessage | undefined {
    const builder = new AckBuilder()
    let bytes = 0
    let isKept = false
    let isCut = false
    for (const { sequence, count, outcome } of this.#everything()) {
      if (typeof outcome === 'string') {
        builder.add(outcome, sequence, count)
        isKept ||= outcome === 'lost'
        continue
      }
      isKept = true
      const entry = this.#entries.get(sequence)
      if (entry?.kind !== 'settled' || nowMs < entry.sentMs + resendMs) continue
      if (bytes > 0 && bytes + outcomeBytes(outcome) > maxBytes) {
        isCut = true
        continue
      }
      bytes += outcomeBytes(outcome)
      entry.sentMs = nowMs
      builder.addOutcome(sequence, outcome)
    }
    if (this.#timesLeft > 0) this.#timesLeft--
    this.#repeatMs = isKept || this.#timesLeft > 0 ? nowMs + resendMs : Number.POSITIVE_INFINITY
    this.#isDue = isCut
    return builder.isEmpty ? undefined : builder.finish(0)
  }

  /** All that is known from `#resolved` on, ascending. */
  #everything(): News[] {
    const all: News[] = []
    let at = this.#resolved
    const done = (until: number) => {
      if (until > at) all.push({ sequence: at, count: until - at, outcome: 'done' })
    }
    for (const [key, entry] of this.#entries) {
      const end = key + (entry.kind === 'lost' ? entry.count : 1)
      if (end <= at) continue
      done(key)
      const sequence = Math.max(key, at)
      if (entry.kind === 'lost') all.push({ sequence, count: end - sequence, outcome: 'lost' })
      if (entry.kind === 'settled') all.push({ sequence, count: 1, outcome: entry.outcome })
      at = end
    }
    done(this.#next)
    return all
  }

  #append(sequence: number, entry: Entry): void {
    this.#entries.set(sequence, entry)
    this.#bytes += entry.bytes
    this.#last = { sequence, entry }
  }

  #remove(sequence: number, entry: Entry): void {
    this.#entries.delete(sequence)
    this.#bytes -= entry.bytes
  }

  #tell(news: News): void {
    this.#isDue = true
    this.#timesLeft = plainAckTimes
    if (!this.#isReliable) return
    const last = this.#news.at(-1)
    if (last && canJoin(last, news)) last.count += news.count
    else this.#news.push(news)
    // a peer that never lets its acks leave must not make them pile up
    if (this.#news.length >= this.#compactAt) {
      this.#compact()
      this.#compactAt = Math.max(minCompactLength, this.#news.length * 2)
    }
  }

  #compact(): void {
    const compact: News[] = []
    for (const news of this.#news.sort((a, b) => a.sequence - b.sequence)) {
      const last = compact.at(-1)
      if (news.sequence + news.count <= this.#resolved) continue
      if (last && canJoin(last, news)) last.count += news.count
      else compact.push(news)
    }
    this.#news = compact
  }
}

function canJoin(last: News, news: News): boolean {
  return (
    typeof news.outcome === 'string' && last.outcome === news.outcome && last.sequence + last.count === news.sequence
  )
}

/** On the wire, about; a text may take up to three bytes for a unit. */
export function outcomeBytes(outcome: Outcome | 'done' | 'lost'): number {
  if (typeof outcome === 'string') return 4
  if (outcome.kind === 'done') return 8 + (outcome.payload?.length ?? 0)
  return 8 + (outcome.code.length + outcome.message.length) * 3
}
