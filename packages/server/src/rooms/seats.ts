import type { Clock } from '@tygase/gamestate'
import { equalBytes } from '@tygase/gamestate/internal'
import type { ClientTable, RoomClients } from '../clients/client-table.js'
import { neighbourhoodOf } from '../entrance/address.js'
import { ServerError } from '../errors.js'
import type { Reservation } from '../room.js'

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
/** 132 bits cannot be guessed. */
const secretLength = 22

/** What is kept of a secret. */
type HashOf = (secret: Uint8Array) => Uint8Array

/** A reservation that another process has made: its ticket is known by its hash alone. */
type HashedReservation = readonly [hash: Uint8Array, expiresAtMs: number]

/** Seats that are kept free, each for the client that presents its ticket in time. */
export class Reservations {
  readonly #clock: Clock
  readonly #random: () => number
  readonly #expiries = new Map<string, number>()
  #hashed: HashedReservation[] = []
  #hashOf: HashOf | undefined
  /** Counts the changes. Only this class sets it. */
  changes = 0

  constructor(clock: Clock, random: () => number) {
    this.#clock = clock
    this.#random = random
  }

  /** Number of seats that are kept now. */
  get size(): number {
    if (this.#expiries.size + this.#hashed.length === 0) return 0
    const nowMs = this.#clock.now()
    for (const [ticket, expiresAtMs] of this.#expiries) if (expiresAtMs <= nowMs) this.#expiries.delete(ticket)
    if (this.#hashed.length > 0) this.#hashed = this.#hashed.filter(([, expiresAtMs]) => expiresAtMs > nowMs)
    return this.#expiries.size + this.#hashed.length
  }

  /** Time at which the last one expires; undefined if there is none. */
  get lastExpiryMs(): number | undefined {
    if (this.size === 0) return undefined
    return Math.max(...this.#expiries.values(), ...this.#hashed.map(([, expiresAtMs]) => expiresAtMs))
  }

  /** @returns what `hashOf` makes of each ticket, and its expiry */
  entries(hashOf: HashOf = own): HashedReservation[] {
    const known = [...this.#expiries].map(
      ([ticket, expiresAtMs]): HashedReservation => [hashOf(bytesOf(ticket)), expiresAtMs],
    )
    return [...known, ...this.#hashed]
  }

  /** Keeps the seats that another process has kept. @param hashOf made the hashes; undefined: they are the tickets */
  restore(entries: readonly HashedReservation[], hashOf: HashOf = own): void {
    this.#hashed = [...entries]
    this.#hashOf = hashOf
  }

  add(forMs: number): Reservation {
    const secret = Array.from({ length: secretLength }, () => letters[Math.floor(this.#random() * letters.length)])
    const expiresAtMs = this.#clock.now() + forMs
    // the expiry is part of the ticket, so an expired ticket is recognised without being stored
    const ticket = `${secret.join('')}.${Math.ceil(expiresAtMs).toString(36)}`
    this.#expiries.set(ticket, expiresAtMs)
    this.changes++
    return { ticket, expiresAtMs }
  }

  /** True for a ticket of this room that is unused. It may have expired a moment ago. */
  has(ticket: string): boolean {
    this.#recognise(ticket)
    return this.#expiries.has(ticket)
  }

  /** Gives a seat back. @returns true if it was still kept */
  cancel(ticket: string): boolean {
    this.#recognise(ticket)
    this.changes++
    return this.#expiries.delete(ticket)
  }

  /** Uses up a ticket. @returns its expiry. @throws ServerError `ticket_expired`; `ticket_unknown` for a used or unknown one */
  take(ticket: string): number {
    const nowMs = this.#clock.now()
    this.#recognise(ticket)
    const expiresAtMs = this.#expiries.get(ticket)
    if (expiresAtMs === undefined || expiresAtMs <= nowMs) throw ticketError(ticket, nowMs)
    this.#expiries.delete(ticket)
    this.changes++
    return expiresAtMs
  }

  /** Makes a ticket good again, until its expiry. */
  giveBack(ticket: string, expiresAtMs: number): void {
    this.#expiries.set(ticket, expiresAtMs)
    this.changes++
  }

  /** A ticket of another process is one of this from the first time on that it is seen. */
  #recognise(ticket: string): void {
    if (this.#hashed.length === 0 || this.#hashOf === undefined) return
    const hash = this.#hashOf(bytesOf(ticket))
    const place = this.#hashed.findIndex(([other]) => equalBytes(other, hash))
    const [found] = place < 0 ? [] : this.#hashed.splice(place, 1)
    if (found !== undefined) this.#expiries.set(ticket, found[1])
  }
}

const own: HashOf = (secret) => secret

function bytesOf(ticket: string): Uint8Array {
  return new TextEncoder().encode(ticket)
}

/** @returns ServerError `ticket_expired`, or `ticket_unknown` for a used or unknown ticket */
export function ticketError(ticket: string, nowMs: number): ServerError {
  const expiresAtMs = Number.parseInt(ticket.split('.')[1] ?? '', 36)
  if (expiresAtMs <= nowMs) return new ServerError('ticket_expired', 'the reservation has expired')
  return new ServerError('ticket_unknown', 'there is no such reservation')
}

export interface SeatsOptions {
  maxClients: number
  clock: Clock
  random: () => number
  /** Sessions of the room. */
  links: RoomClients
  /** Sessions of the server. */
  table: ClientTable
}

/**
 * The seats of a room: for sessions, for clients on their way in, and for reservations.
 *
 * Invariant: each seat that `take` returns ends with exactly one of `release` and `occupy`.
 */
export class Seats {
  readonly reservations: Reservations
  readonly #options: SeatsOptions
  /** Seats of clients on their way in. */
  #held = 0

  constructor(options: SeatsOptions) {
    this.#options = options
    this.reservations = new Reservations(options.clock, options.random)
  }

  /** Clients in the room, suspended ones too, and clients on their way in. */
  get taken(): number {
    return this.#options.links.all.size + this.#held
  }

  /** Seats that are neither taken nor reserved. */
  get free(): number {
    return this.#options.maxClients - this.taken - this.reservations.size
  }

  /** @throws ServerError `room_full` */
  reserve(forMs: number): Reservation {
    if (this.free < 1) throw roomFull()
    return this.reservations.add(forMs)
  }

  /**
   * Takes a seat for a client on its way in.
   * @param leaving number of clients that will leave for it
   * @throws ServerError `room_locked`, `room_full`, `ticket_expired`, `ticket_unknown`
   */
  take(ticket: string | undefined, isLocked: boolean, leaving: number): Seat {
    const expiresAtMs = ticket === undefined ? undefined : this.reservations.take(ticket)
    if (ticket === undefined && isLocked) throw roomLocked()
    if (ticket === undefined && this.free + leaving < 1) throw roomFull()
    this.#held++
    this.#options.table.expected++
    return { ticket, expiresAtMs }
  }

  /** The client does not come: gives the seat back, and its ticket is good again. */
  release({ ticket, expiresAtMs }: Seat): void {
    this.occupy()
    if (ticket !== undefined && expiresAtMs !== undefined) this.reservations.giveBack(ticket, expiresAtMs)
  }

  /** The client of a seat has a session now, or its session could not begin. */
  occupy(): void {
    this.#held--
    this.#options.table.expected--
  }
}

/** A seat of a client on its way in. */
export interface Seat {
  /** The ticket that it has used up; undefined for none. */
  readonly ticket: string | undefined
  readonly expiresAtMs: number | undefined
}

export function roomLocked(): ServerError {
  return new ServerError('room_locked', 'the room is locked')
}

function roomFull(): ServerError {
  return new ServerError('room_full', 'the room takes no more clients')
}

export interface JoinPaceOptions {
  /** Clients that are let in per turn. */
  maxJoinsPerTick: number
  /** Bytes of snapshots per turn, after one client at least. */
  maxJoinBytesPerTick: number
  /** The expected cost of a join, in bytes. */
  sender: { readonly snapshotBytes: number }
}

/** A client that waits for its turn. */
interface Comer {
  readonly share: number
  letIn(): void
}

/** The share of a place that a client takes which comes back: no rule runs for it, and no other client gets a new member. */
export const shareToComeBack = 1 / 8

/**
 * Lets clients into a room at a pace that ticks can bear: a number of clients or of bytes in each turn of the room. The others
 * wait for the next turn. Addresses take turns, so that a rush from one of them holds up no other; the clients of one address
 * come in as they arrived.
 */
export class JoinPace {
  readonly #options: JoinPaceOptions
  /** Clients that wait, with the functions that let them in, by address. The address that is next comes first. */
  readonly #waiting = new Map<string | undefined, Map<object, Comer>>()
  readonly #hosts = new Map<object, string | undefined>()
  /** Places that are taken in this turn. Below 0 if places of the last turn were given back. */
  #joins = 0
  /** Clients that were let in in this turn, each of which gets a snapshot at most. */
  #states = 0
  #refused = 0
  /** True if a turn makes a difference: a field, because it is read on each tick. */
  isBusy = false

  constructor(options: JoinPaceOptions) {
    this.#options = options
  }

  /** Number of clients that wait. */
  get size(): number {
    return this.#hosts.size
  }

  /** @param share of a place, up to 1 @returns true if a client may come in at once; it counts then */
  take(share = 1): boolean {
    if (this.#hosts.size > 0 || !this.#hasRoom) return false
    this.isBusy = true
    this.#count(share)
    return true
  }

  /**
   * Resolves at the turn of this client, or when it is removed.
   * @param key names the client
   * @param host its address; clients without one share a turn
   * @param share of a place, up to 1
   */
  wait(key: object, host?: string, share = 1): Promise<void> {
    this.isBusy = true
    const group = host === undefined ? undefined : neighbourhoodOf(host)
    this.#hosts.set(key, group)
    return new Promise((letIn) => {
      const waiting = this.#waiting.get(group)
      if (waiting === undefined) this.#waiting.set(group, new Map([[key, { share, letIn }]]))
      else waiting.set(key, { share, letIn })
    })
  }

  remove(key: object): void {
    const group = this.#hosts.get(key)
    const waiting = this.#waiting.get(group)
    const comer = waiting?.get(key)
    if (!this.#hosts.delete(key) || waiting === undefined) return
    waiting.delete(key)
    if (waiting.size === 0) this.#waiting.delete(group)
    comer?.letIn()
  }

  /** The rules have refused the join of a client that was let in: the next turn has a place more, up to twice as many. */
  giveBack(): void {
    this.#refused = Math.min(this.#refused + 1, this.#options.maxJoinsPerTick)
  }

  /** A turn of the room has ended: more clients may come in. */
  turn(): void {
    this.#joins = -this.#refused
    this.#states = this.#joins
    this.#refused = 0
    let letIn = 0
    for (; this.#hosts.size > 0 && this.#hasRoom; letIn++) this.#letIn()
    this.isBusy = letIn > 0 || this.#joins < 0 || this.#hosts.size > 0
  }

  /** Lets in the first client of the address that is next, if any waits. */
  #letIn(): void {
    for (const [group, waiting] of this.#waiting) {
      // to the end of the turns
      this.#waiting.delete(group)
      for (const [key, { share, letIn }] of waiting) {
        waiting.delete(key)
        if (waiting.size > 0) this.#waiting.set(group, waiting)
        this.#hosts.delete(key)
        this.#count(share)
        return letIn()
      }
    }
  }

  #count(share: number): void {
    this.#joins += share
    this.#states++
  }

  get #hasRoom(): boolean {
    const { maxJoinsPerTick, maxJoinBytesPerTick, sender } = this.#options
    if (this.#joins <= 0) return true
    return this.#joins < maxJoinsPerTick && this.#states * sender.snapshotBytes < maxJoinBytesPerTick
  }
}
