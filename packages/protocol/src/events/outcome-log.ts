import { ProtocolError } from '../errors.js'
import { bookkeepingBytes } from '../fixed-limits.js'
import type { Outcome } from '../session/session-types.js'
import { never } from '../timing.js'
import { AckBuilder, type AckMessage, type News } from '../wire/event-messages.js'
import type { MakeList, SequenceList } from './sequence-list.js'

/** The remembered state of an event. An event that was handled and returned nothing needs no entry. */
interface Entry {
  readonly sequence: number
  /** The memory that it takes, about. */
  bytes: number
  /** `lost`: this event and those behind it, `count` in all. */
  kind: 'waiting' | 'handling' | 'lost' | 'settled'
  count: number
  /** Set if it is settled. */
  outcome: Outcome | undefined
}

/** Repeats the outcomes of a log over a transport that is not reliable. */
export interface OutcomeRepeats {
  /** True if an outcome was not sent yet. */
  readonly hasNews: boolean
  /** The log has got another outcome. */
  announce(): void
  /** The peer knows all outcomes. */
  rest(): void
}

/** Fewer news are not worth sorting. */
const minCompactLength = 1024
/** An outcome of no more than this is always kept: their number is bounded. */
const smallOutcomeBytes = 256

/** Replaces an outcome for which there is no room. */
const dropped: Outcome = {
  kind: 'refused',
  code: 'result_dropped',
  message: 'the handler has run, but too much waits for acks',
}

/**
 * The outcomes of the peer's events, kept until the peer has them, and the ACK messages that send them.
 *
 * Memory is bounded by `size`: an event that was handled and returned nothing leaves no entry, and neighbours that were lost
 * share one.
 *
 * Invariants: every sequence from `#resolved` to below `#next` that has no entry was handled and returned nothing; entries
 * below `#resolved` are in `#givenUp`, except one of lost events that goes on above.
 */
export class OutcomeLog {
  readonly #entries: SequenceList<Entry>
  /** Events that wait or are being handled, though their sender wants no outcome any more. */
  readonly #givenUp = new Map<number, Entry>()
  #next = 1
  /** The peer knows the outcome of everything below. */
  #resolved = 1
  /** Set on a transport that is not reliable. */
  #repeats: OutcomeRepeats | undefined
  /** Outcomes to send once, on a reliable transport. */
  #news: News[] = []
  #compactAt = minCompactLength
  #reference = 0
  #bytes = 0
  readonly #maxBytes: number

  /** @param maxBytes of events and outcomes: an outcome beyond it is replaced by a refusal */
  constructor(maxBytes: number, makeList: MakeList) {
    this.#entries = makeList()
    this.#maxBytes = maxBytes
  }

  /** Events that wait or are being handled, and outcomes that are kept. */
  get size(): number {
    return this.#entries.size + this.#givenUp.size
  }

  /** The memory that they take, about. */
  get bytes(): number {
    return this.#bytes
  }

  /** True if an outcome was not sent yet. */
  get hasNews(): boolean {
    return this.#repeats?.hasNews ?? this.#news.length > 0
  }

  /** True if the peer may not know all outcomes yet. */
  get isUnresolved(): boolean {
    return this.#next > this.#resolved
  }

  /** Another transport: all outcomes that the peer may not know are sent on it. */
  attach(repeats?: OutcomeRepeats): void {
    this.#repeats = repeats
    this.#reference = 0
    this.#news = repeats ? [] : [...this.known()]
  }

  /** An event of this many bytes is next in order and will be handled. Called ascending, together with `lost`. */
  accepted(sequence: number, bytes: number): void {
    this.#append(sequence, 'waiting', 1, bytes + bookkeepingBytes)
    this.#next = sequence + 1
  }

  /** These events will never be handled. */
  lost(sequence: number, count: number): void {
    this.#next = sequence + count
    const { last } = this.#entries
    if (last?.kind === 'lost' && last.sequence + last.count === sequence) last.count += count
    else this.#append(sequence, 'lost', count, 0)
    this.#announce({ sequence, count, outcome: 'lost' })
  }

  /** The event goes to its handler now; `settle` may follow. */
  handed(sequence: number): void {
    const entry = this.#find(sequence)
    if (entry?.kind === 'waiting') entry.kind = 'handling'
  }

  /** True for an event that waits or is being handled. */
  isAwaited(sequence: number): boolean {
    return isAwaited(this.#find(sequence))
  }

  /** Throws `invalid_argument` if the event is not being handled. */
  settle(sequence: number, outcome: Outcome): void {
    const entry = this.#find(sequence)
    if (entry?.kind !== 'handling') {
      throw new ProtocolError('invalid_argument', `event ${sequence} does not wait for an outcome`)
    }
    const isPlain = outcome.kind === 'done' && (outcome.payload === undefined || outcome.payload.length === 0)
    // a sender that has given up on the event needs no outcome
    const isWanted = sequence >= this.#resolved
    if (isPlain || !isWanted) this.#remove(entry)
    if (!isWanted) return
    if (isPlain) return this.#announce({ sequence, count: 1, outcome: 'done' })
    const size = outcomeBytes(outcome)
    const left = this.#maxBytes - this.#bytes + entry.bytes
    const kept = size > smallOutcomeBytes && size > left ? dropped : outcome
    const bytes = outcomeBytes(kept) + bookkeepingBytes
    this.#bytes += bytes - entry.bytes
    entry.bytes = bytes
    entry.kind = 'settled'
    entry.outcome = kept
    this.#announce({ sequence, count: 1, outcome: kept })
  }

  /** The peer knows all outcomes below `sequence`. */
  forget(sequence: number): void {
    if (sequence <= this.#resolved) return
    this.#resolved = sequence
    if (!this.isUnresolved) this.#repeats?.rest()
    // each entry is taken out once, whatever has become of its event: a peer may send many floors
    for (let entry = this.#entries.first; entry !== undefined && entry.sequence < sequence; ) {
      if (entry.kind === 'lost' && entry.sequence + entry.count > sequence) return
      if (isAwaited(entry)) {
        this.#entries.remove(entry.sequence)
        this.#givenUp.set(entry.sequence, entry)
      } else this.#remove(entry)
      entry = this.#entries.first
    }
  }

  /**
   * For a reliable transport.
   * @param maxBytes of the outcomes in it, about. The others follow in the next ACK.
   * @returns the ACK to send now; undefined if it has no outcome to send
   */
  take(maxBytes: number): AckMessage | undefined {
    if (this.#news.length === 0) return undefined
    this.#compact()
    const builder = new AckBuilder()
    let bytes = 0
    let taken = 0
    for (const news of this.#news) {
      const size = outcomeBytes(news.outcome)
      if (bytes > 0 && bytes + size > maxBytes) break
      bytes += size
      taken++
      builder.add(news)
    }
    this.#news.splice(0, taken)
    this.#compactAt = minCompactLength
    if (builder.isEmpty) return undefined
    const ack = builder.finish(this.#reference)
    this.#reference = builder.end
    return ack
  }

  /** All that is known from `#resolved` on, ascending. Valid until the log changes. */
  *known(): Generator<News, undefined> {
    let at = this.#resolved
    for (const { sequence: first, kind, count, outcome } of this.#entries.values()) {
      const end = first + count
      if (end <= at) continue
      if (first > at) yield { sequence: at, count: first - at, outcome: 'done' }
      const sequence = Math.max(first, at)
      if (kind === 'lost') yield { sequence, count: end - sequence, outcome: 'lost' }
      if (outcome !== undefined) yield { sequence, count: 1, outcome }
      at = end
    }
    if (this.#next > at) yield { sequence: at, count: this.#next - at, outcome: 'done' }
    return undefined
  }

  #append(sequence: number, kind: Entry['kind'], count: number, bytes: number): void {
    this.#entries.push({ sequence, kind, count, bytes, outcome: undefined })
    this.#bytes += bytes
  }

  #find(sequence: number): Entry | undefined {
    return this.#entries.find(sequence) ?? this.#givenUp.get(sequence)
  }

  #remove({ sequence, bytes }: Entry): void {
    if (this.#entries.remove(sequence) === undefined) this.#givenUp.delete(sequence)
    this.#bytes -= bytes
  }

  #announce(news: News): void {
    if (this.#repeats) return this.#repeats.announce()
    this.#news.push(news)
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

/** True until the event has an outcome. */
function isAwaited(entry: Entry | undefined): boolean {
  return entry?.kind === 'waiting' || entry?.kind === 'handling'
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

/** A FLOOR that is owed goes along with another packet for this long; after that it gets a packet of its own. */
const floorDelayMs = 50
/** After this many acks with outcomes on a reliable transport, the FLOOR that frees them is sent at once. */
const mostAcks = 64
/** The same for those outcomes, of which a quick sender gets many in one ack: far fewer than a receiver keeps. */
const mostOutcomes = 1024
/** The same for the bytes of those acks. */
const mostBytes = 64 * 1024

/** The outcomes that this side has received and that the peer's log keeps until a FLOOR frees them. */
export class FloorDebt {
  /** When it has waited long enough on a transport that is not reliable. Only this class sets it. */
  dueMs = never
  #acks = 0
  #outcomes = 0
  #bytes = 0

  get isOwed(): boolean {
    return this.#acks > 0
  }

  /** True if so much is kept that it cannot wait for the next TIME. */
  get isLarge(): boolean {
    return this.#acks >= mostAcks || this.#outcomes >= mostOutcomes || this.#bytes >= mostBytes
  }

  /**
   * An ack has come.
   * @param outcomes in it that the peer keeps
   * @param bytes of the packet that they came in
   */
  add(outcomes: number, bytes: number, nowMs: number): void {
    this.#acks++
    this.#outcomes += outcomes
    this.#bytes += bytes
    this.dueMs = Math.min(this.dueMs, nowMs + floorDelayMs)
  }

  clear(): void {
    this.#acks = 0
    this.#outcomes = 0
    this.#bytes = 0
    this.dueMs = never
  }
}
