import { encodeDelta, type GameStateMachine, type GameStateStore } from '@tygase/gamestate'
import { type EventInput, isPlain, TickRecordWriter } from '@tygase/gamestate/internal'
import type { Hello, SessionLedger } from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import type { Traits } from '../rooms/listing.js'
import type { BegunSession, JournaledSession, RoomFacts, RoomSnapshot } from './room-snapshot.js'

/** The room, with all that another process needs to go on with it. */
export interface ReadableRoom {
  readonly key: string
  readonly clock: { now(): number }
  readonly wallClock: { now(): number }
  readonly store: GameStateStore<object>
  readonly machine: GameStateMachine
  readonly links: RoomClients
  readonly lifecycle: { readonly present: ReadonlySet<string> }
  readonly lifetime: { readonly isPaused: boolean }
  readonly traits: Traits
  readonly seats: { readonly reservations: ReadableReservations }
  readonly news: { readonly presence: { readonly values: readonly (readonly [clientId: string, value: unknown])[] } }
  /** True if its rules look back at versions. */
  readonly hasRewind: boolean
  /** Version of the saved state. */
  readonly stateVersion: number
  readonly madeAtMs: number
  /** What is kept of a secret; undefined: the secret itself. */
  readonly hashOf: ((secret: Uint8Array) => Uint8Array) | undefined
}

interface ReadableReservations {
  /** Counts the changes. */
  readonly changes: number
  /** @returns what `hashOf` makes of each ticket, and its expiry on the clock of the server */
  entries(hashOf: ((secret: Uint8Array) => Uint8Array) | undefined): readonly (readonly [Uint8Array, number])[]
}

export interface ReadOptions {
  /** True for an event whose handler has begun: it must not begin again. */
  hasBegun(link: ClientLink, sequence: number): boolean
  /** @returns the events of a client that wait for their tick, whose handlers have not begun, and that its ledger awaits */
  queuedOf(link: ClientLink, ledger: SessionLedger): readonly EventInput[]
}

/** The facts of a room that were read, to find out if they have changed. */
const changesOf = new WeakMap<RoomFacts, number>()

/** @param last what is returned if nothing has changed */
export function factsOf(room: ReadableRoom, last: RoomFacts | undefined): RoomFacts {
  const { links, traits, lifetime, seats } = room
  const host = links.host ?? null
  const running = !lifetime.isPaused
  const { changes } = seats.reservations
  const isKept = last !== undefined && changesOf.get(last) === changes
  if (isKept && last.host === host && last.traits === traits && last.running === running) return last
  const facts = { host, running, traits, reservations: isKept ? last.reservations : reservationsOf(room) }
  changesOf.set(facts, changes)
  return facts
}

/** @throws GameStateError `invalid_value` for join data that are not plain */
export function readRoom(room: ReadableRoom, options: ReadOptions): RoomSnapshot {
  const { key, wallClock, machine, links, lifecycle, news } = room
  const all = [...links.all.values()]
  const numbers = new Map(all.map((link, number) => [link, number]))
  const sessions = all.map((link) => sessionOf(link, room, options))
  const inputs = sessions.flatMap(({ ledger }, number) => {
    const link = all[number]!
    // the next process has its own, and the data may not be plain
    const client = { id: link.id, userId: undefined, name: undefined, isHost: false, data: undefined }
    return options.queuedOf(link, ledger).map(({ checked: _, ...input }) => ({ ...input, client }))
  })
  return {
    ...factsOf(room, undefined),
    room: key,
    gameVersion: room.stateVersion,
    seed: machine.seed,
    atMs: wallClock.now(),
    madeAtMs: room.madeAtMs,
    tick: machine.tick,
    untimedTicks: machine.untimedTicks,
    versions: versionsOf(room),
    sessions,
    joined: [...links.joined.values()].map((link) => numbers.get(link)!),
    queued: new TickRecordWriter().write({ tick: machine.tick, timeStep: false, inputs }),
    present: [...lifecycle.present],
    presences: news.presence.values,
    isHashed: room.hashOf !== undefined,
  }
}

/** A session that begins. */
export function begunSessionOf(link: ClientLink, hello: Hello, room: ReadableRoom): BegunSession {
  const { clientId, token, names } = link.ledger()
  return { ...whoOf(link, room), clientId, token, names, attempt: hello.attempt }
}

function sessionOf(link: ClientLink, room: ReadableRoom, { hasBegun }: ReadOptions): JournaledSession {
  const ledger = link.ledger()
  // nothing has come of these. The last ones count as not received: if their clients send them again, they run
  const unbegun = ledger.awaited.filter((sequence) => !hasBegun(link, sequence))
  return { ...whoOf(link, room), ledger: unbegun.length === 0 ? ledger : link.ledger(new Set(unbegun)) }
}

function whoOf(link: ClientLink, room: ReadableRoom): Omit<JournaledSession, 'ledger'> {
  const { connectedAtMs, identity, data, gameVersion } = link
  return {
    connectedAtMs: room.wallClock.now() - (room.clock.now() - connectedAtMs),
    ...(identity && { identity: plainIdentity(identity) }),
    ...(data !== undefined && isPlain(data) && { data }),
    ...(gameVersion !== undefined && { gameVersion }),
  }
}

/** Claims may be of any kind: those that are not plain stay behind. */
function plainIdentity({ userId, name, claims, expiresAtMs }: Identity): Identity {
  return {
    userId,
    ...(name !== undefined && { name }),
    ...(expiresAtMs !== undefined && { expiresAtMs }),
    ...(claims && { claims: Object.fromEntries(Object.entries(claims).filter(([, claim]) => isPlain(claim))) }),
  }
}

function versionsOf({ store, hasRewind }: ReadableRoom): RoomSnapshot['versions'] {
  const numbers = hasRewind ? store.versions().filter((version) => version >= store.oldestUnbroken) : [store.version]
  return numbers.map((version, place) => {
    const base = place === 0 ? undefined : store.at(numbers[place - 1]!)
    return [version, store.timeOf(version)!, encodeDelta<object>(base, store.at(version)!)]
  })
}

function reservationsOf({ clock, wallClock, seats, hashOf }: ReadableRoom): RoomFacts['reservations'] {
  const sinceMs = wallClock.now() - clock.now()
  return seats.reservations.entries(hashOf).map(([ticket, expiresAtMs]) => [ticket, expiresAtMs + sinceMs])
}
