import type { Clock } from '@tygase/gamestate'
import { type CloseCode, closeCodes } from '@tygase/protocol'
import { neighbourhoodOf } from './address.js'

/** Why a client is not let in: the code that its session ends with, and a text for people. */
export interface Refusal {
  readonly code: CloseCode
  readonly reason: string
}

/** A client is not let in, for a reason that passes or that sends it on. */
export class TurnedAway extends Error {
  readonly refusal: Refusal
  readonly code: CloseCode

  constructor(refusal: Refusal) {
    super(refusal.reason)
    this.refusal = refusal
    this.code = refusal.code
  }
}

export interface PendingListOptions {
  clock: Clock
  /** Longest time in the list, in ms. */
  timeoutMs: number
  /** Most entries at a time. */
  max: number
  /** Most entries at a time from one address. */
  maxPerAddress(host: string): number
}

interface Pending {
  drop(refusal: Refusal): void
}

const waitingShare = 0.75

const timedOut: Refusal = { code: 'handshake_timeout', reason: 'no hello in time' }
const full: Refusal = { code: 'server_full', reason: closeCodes.server_full.reason }
const fullForAddress: Refusal = { code: 'too_many_sessions', reason: 'too many handshakes from one address' }

/**
 * Peers that have not finished a step on their way in, bounded in number and time: sockets without a whole request, transports
 * without a hello, clients that wait for auth or a room.
 *
 * If an address has too many, its oldest entry is dropped. If the list is full, the oldest entry of the address with the most
 * of them is. An honest client is done within a round trip, so peers that stay silent push out each other, and a rush from one
 * address pushes out no other.
 */
export class PendingList {
  readonly #options: PendingListOptions
  /** Oldest first. */
  readonly #entries = new Set<Pending>()
  /** The same entries by neighbourhood. Entries without an address share the key undefined, which has no limit. */
  readonly #byAddress = new Map<string | undefined, Set<Pending>>()

  constructor(options: PendingListOptions) {
    this.#options = options
  }

  /** Number of entries. */
  get size(): number {
    return this.#entries.size
  }

  /**
   * @param host address of the peer, in normal form; undefined if it has none, and then no limit for an address holds
   * @param drop called at most once: the entry was dropped before `leave` was called
   * @returns leave: removes the entry. Calling it again does nothing.
   */
  add(host: string | undefined, drop: (refusal: Refusal) => void): () => void {
    const { clock, timeoutMs, max, maxPerAddress } = this.#options
    const key = host === undefined ? undefined : neighbourhoodOf(host)
    const neighbours = this.#byAddress.get(key)
    if (host !== undefined && neighbours !== undefined && neighbours.size >= maxPerAddress(host)) {
      dropFirst(neighbours, fullForAddress)
    }
    if (this.#entries.size >= max) dropFirst(this.#largest, full)
    const entry: Pending = {
      drop: (refusal) => {
        leave()
        drop(refusal)
      },
    }
    const cancel = clock.schedule(timeoutMs, () => entry.drop(timedOut))
    const leave = (): void => {
      cancel()
      this.#remove(entry, key)
    }
    this.#put(entry, key)
    return leave
  }

  /**
   * For peers that are about to come to the same list of another process, and to wait there.
   * @returns a function that is true for as many of them as may wait, which leaves a quarter of each limit to others
   */
  allowance(): (host: string | undefined) => boolean {
    const { max, maxPerAddress } = this.#options
    let all = 0
    const counts = new Map<string, number>()
    return (host) => {
      const key = host && neighbourhoodOf(host)
      const count = (key && counts.get(key)) || 0
      if (all >= max * waitingShare || (host && count >= maxPerAddress(host) * waitingShare)) return false
      if (key) counts.set(key, count + 1)
      all++
      return true
    }
  }

  /** The entries of the address that has the most of them; all entries, if no address has two. */
  get #largest(): ReadonlySet<Pending> {
    let largest: ReadonlySet<Pending> | undefined
    for (const entries of this.#byAddress.values()) {
      if (entries.size > (largest?.size ?? 1)) largest = entries
    }
    return largest ?? this.#entries
  }

  #put(entry: Pending, key: string | undefined): void {
    this.#entries.add(entry)
    const neighbours = this.#byAddress.get(key)
    if (neighbours === undefined) this.#byAddress.set(key, new Set([entry]))
    else neighbours.add(entry)
  }

  #remove(entry: Pending, key: string | undefined): void {
    this.#entries.delete(entry)
    const neighbours = this.#byAddress.get(key)
    neighbours?.delete(entry)
    if (neighbours?.size === 0) this.#byAddress.delete(key)
  }
}

function dropFirst(entries: ReadonlySet<Pending>, refusal: Refusal): void {
  const [first] = entries
  first?.drop(refusal)
}
