import type { AnyGame, Clock, GameStateStore, Immutable, Logger } from '@tygase/gamestate'
import { guard, KnownDigests } from '@tygase/gamestate/internal'
import { type Counters, digestEvent } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import { ServerError } from '../errors.js'
import type { EventSender } from '../events/event-sender.js'
import type { StateSender } from '../sending/state-sender.js'
import type { settleDivergence } from './divergence.js'
import { findDifferences } from './find-differences.js'

/** Checks of all rooms of a server take this share of its time at most: after one there is none for so many times as long. */
const restAfterCheck = 200
/** New clients are looked for so many times in the time between two questions to one of them. */
const looks = 8
/** Time between two reports of a room: a client may claim anything, and each report costs some questions. */
const reportMs = 60_000
/** The answer may take longer than that of another event: a page loads the part that makes it. */
const askRetries = 3
/** Checks are spread evenly, however many clients there are and whenever they come. */
const golden = (Math.sqrt(5) - 1) / 2

/** What the checks of all rooms of a server share. */
export interface CheckBudget {
  /** No digest is made before. */
  freeAtMs: number
}

/** The room as its checks see it. */
export interface CheckedRoom {
  readonly key: string
  readonly game: AnyGame
  readonly clock: Clock
  readonly wallClock: { now(): number }
  readonly logger: Logger
  readonly counters: Counters
  readonly store: GameStateStore<object>
  readonly links: RoomClients
  readonly sender: StateSender
  readonly out: EventSender
}

/** A version that a client was asked about. */
interface Asked {
  readonly version: number
  /** As the client may see it. */
  readonly state: Immutable<object>
  readonly digest: number
}

/**
 * Finds replicas that are wrong: each client is asked now and then for the digest of the version that it has just got, one client a
 * tick at most. One that answers another digest than its version has gets a snapshot.
 *
 * A client can claim anything: what that costs is a snapshot each time that it is asked, and a report a minute of the room.
 */
export class ReplicaChecks {
  /** Nothing is to be done before. A field, because it is read on each tick. */
  dueMs: number
  readonly #room: CheckedRoom
  readonly #options: NonNullable<ReturnType<typeof settleDivergence>>
  readonly #budget: CheckBudget
  #digests: KnownDigests
  /** When each client is asked next. */
  readonly #dueAt = new WeakMap<ClientLink, number>()
  #seen = 0
  /** Clients whose replica is wrong, until they can get a snapshot. */
  readonly #wrong = new Set<ClientLink>()
  #reportAtMs = Number.NEGATIVE_INFINITY

  constructor(room: CheckedRoom, options: NonNullable<ReturnType<typeof settleDivergence>>, budget: CheckBudget) {
    this.#room = room
    this.#options = options
    this.#budget = budget
    this.#digests = new KnownDigests(room.game.precision)
    this.dueMs = room.clock.now() + this.#lookMs
  }

  /** The game is another one, with a precision of its own. */
  replaceGame(game: AnyGame): void {
    this.#digests = new KnownDigests(game.precision)
  }

  /** Called before the clients are written to: a question goes out in one message with the version that it is about. */
  turn(nowMs: number): void {
    for (const link of this.#wrong) this.#heal(link)
    this.dueMs = this.#wrong.size > 0 ? nowMs : nowMs + this.#lookMs
    if (nowMs < this.#budget.freeAtMs) {
      this.dueMs = Math.min(this.dueMs, this.#budget.freeAtMs)
      return
    }
    let next: ClientLink | undefined
    let nextMs = Number.POSITIVE_INFINITY
    for (const link of this.#room.links.joined.values()) {
      const dueAtMs = this.#dueOf(link, nowMs)
      if (dueAtMs >= nextMs) continue
      next = link
      nextMs = dueAtMs
    }
    this.dueMs = Math.min(this.dueMs, Math.max(nextMs, nowMs))
    if (next === undefined || nextMs > nowMs) return
    // a client that is not there, or has no state to be asked about, gets its turn soon
    const mayAsk = next.transport !== undefined && next.backedUpSinceMs === undefined && next.stateBase !== undefined
    this.#dueAt.set(next, nowMs + (mayAsk ? this.#options.everyMs : this.#lookMs))
    if (mayAsk) this.#ask(next)
  }

  get #lookMs(): number {
    return this.#options.everyMs / looks
  }

  #dueOf(link: ClientLink, nowMs: number): number {
    const known = this.#dueAt.get(link)
    if (known !== undefined) return known
    // a client that has just come has got a snapshot
    const share = (1 + ((++this.#seen * golden) % 1)) / 2
    const dueAtMs = nowMs + this.#options.everyMs * share
    this.#dueAt.set(link, dueAtMs)
    return dueAtMs
  }

  #ask(link: ClientLink): void {
    const { store, sender, out, clock, logger } = this.#room
    const startMs = clock.now()
    guard(logger, 'a replica cannot be checked', () => {
      const { version } = store
      const state = sender.seenBy(link.id)
      const asked: Asked = { version, state, digest: this.#digests.of(state) }
      const onAck = (_: unknown, answer: unknown): void => this.#judge(link, asked, answer)
      out.send([link], { name: digestEvent, data: version, retries: askRetries, onAck })
    })
    const nowMs = clock.now()
    this.#budget.freeAtMs = nowMs + (nowMs - startMs) * restAfterCheck
  }

  /** @param answer undefined from a client that does not have the version any more */
  #judge(link: ClientLink, asked: Asked, answer: unknown): void {
    if (typeof answer !== 'number' || answer === asked.digest) return
    const { counters, logger, clock } = this.#room
    const { version } = asked
    const clientId = link.id
    counters.add('replicasDiverged')
    const err = new ServerError('replica_diverged', 'a client has another state than the one that it was sent')
    logger.warn({ err, clientId, version }, 'a replica was wrong: its client gets a snapshot')
    this.#wrong.add(link)
    this.dueMs = Number.NEGATIVE_INFINITY
    const nowMs = clock.now()
    if (this.#options.onDivergence === undefined || nowMs < this.#reportAtMs) return
    this.#reportAtMs = nowMs + reportMs
    guard(logger, 'a report about a replica failed', () => this.#report(link, asked))
  }

  #heal(link: ClientLink): void {
    const { transport } = link
    if (transport?.reliable === false && link.lastState?.version === this.#room.store.version) return
    this.#wrong.delete(link)
    if (link.isLive) link.distrust()
  }

  async #report(link: ClientLink, { version, state }: Asked): Promise<void> {
    const { key, wallClock, out } = this.#room
    const atMs = wallClock.now()
    const found = await findDifferences(
      state,
      this.#digests,
      (path, from) =>
        new Promise((resolve, reject) => {
          const onAck = (_: unknown, answer: unknown): void => resolve(answer)
          const onFail = (_: unknown, error: unknown): void => reject(error)
          const data = [version, path, from]
          out.send([link], {
            ...{ name: digestEvent, data, minVersion: 0, retries: Number.POSITIVE_INFINITY, onAck, onFail },
          })
        }),
    )
    await this.#options.onDivergence?.({ room: key, clientId: link.id, version, atMs, state, ...found })
  }
}
