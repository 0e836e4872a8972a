import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import type { CloseInfo, Hello } from '@tygase/protocol'
import type { Identity, WallClock } from '../auth.js'
import type { ChannelTable } from '../channels/channel-table.js'
import type { AcceptedTransport } from '../entrance/listener.js'
import { ServerError } from '../errors.js'
import type { OwnedConnection } from '../owned-connection.js'
import type { Server } from '../server.js'
import type { ServerConnection } from '../server-connection.js'
import { internalsOf, type ServerInternals } from '../server-internals.js'
import { expireAt } from './expire-at.js'
import { MemberNews } from './member-news.js'
import type { Population } from './population.js'
import { type Reservation, Reservations } from './reservations.js'
import { RoomClient } from './room-client.js'
import { roomClosed } from './room-closed.js'
import type { RoomHookCalls } from './room-hook-calls.js'
import type { SettledRoomOptions } from './room-options.js'
import type { RoomTraits } from './room-traits.js'

export interface RoomSeatsOptions<G extends AnyGame> {
  server: Server<G>
  hooks: Pick<RoomHookCalls<never>, 'join' | 'leave'>
  traits: RoomTraits
  options: Pick<SettledRoomOptions<G, never>, 'maxClients' | 'sessionsPerUser' | 'tellMembers' | 'latencyIntervalMs'>
  clock: Clock
  logger: Logger
  wallClock: WallClock
  random: () => number
  /** The channels of all rooms together. */
  channels: ChannelTable
  population: Population
  /** Of the room: `arena/42`. */
  key: string
  /** Whether nobody may come any more. */
  isOver(): boolean
  /** Somebody is about to come in. */
  onEnter(): void
  /** Somebody has left, or is no longer on the way in: the room may be vacant. */
  onLeave(): void
}

/** Who wants to come in. */
export interface Sitter {
  readonly identity: Identity | undefined
  readonly ticket: string | undefined
  /** Where from; undefined where that means nothing. */
  readonly host: string | undefined
}

/** A place in a room, kept for one who is on the way to it. Of `admit` and `release` exactly one is to be called, once. */
export interface Seat {
  /** The room has been made. @throws ServerError `room_locked` where it was saved, locked, and its client has no ticket */
  confirm(): void
  /** Lets the client in, now or when its turn comes. @throws ServerError `room_closed` where the room has come to its end meanwhile */
  admit(transport: AcceptedTransport, hello: Hello): void
  /** Gives the place back. */
  release(): void
}

/** The places in a room: who has one, for whom one is kept, and whether there is one more. */
export class RoomSeats<G extends AnyGame> {
  readonly clients = new Map<string, RoomClient>()
  readonly #options: RoomSeatsOptions<G>
  readonly #internals: ServerInternals
  readonly #reservations: Reservations
  readonly #news: MemberNews | undefined
  /** How they have come who begin a session. */
  readonly #arrivals = new WeakMap<
    AcceptedTransport,
    { readonly identity: Identity | undefined; readonly hello: Hello }
  >()
  readonly #expiries = new Map<string, () => void>()
  /** Seats that were taken and neither sat down on nor given back. */
  #held = 0

  constructor(options: RoomSeatsOptions<G>) {
    const { server, clock, logger, random } = options
    const { tellMembers, latencyIntervalMs } = options.options
    this.#options = options
    this.#internals = internalsOf(server)
    this.#reservations = new Reservations(clock, random)
    const { dispatch } = this.#internals
    if (tellMembers) this.#news = new MemberNews({ clock, logger, latencyIntervalMs, clients: this.clients, dispatch })
    server.onConnect((connection) => this.#begin(connection))
    server.onDisconnect((connection, info) => this.#end(connection, info))
  }

  /** Those who are in the room, suspended ones too, or about to come in. */
  get taken(): number {
    return this.#internals.connections.size + this.coming
  }

  /** Those who are about to come in. */
  get coming(): number {
    return this.#internals.countJoining() + this.#held
  }

  /** Somebody has a session here. `onLeave` tells when one ends. */
  get isInhabited(): boolean {
    return this.clients.size > 0
  }

  /** Nobody is. */
  get isVacant(): boolean {
    return this.taken === 0
  }

  /** When the last of the places that are kept by a ticket is given up; undefined when none is. */
  get keptUntilMs(): number | undefined {
    return this.#reservations.lastExpiryMs
  }

  /** Places that nobody has or is kept for. */
  get free(): number {
    return this.#options.options.maxClients - this.taken - this.#reservations.size
  }

  /** @throws ServerError `room_full`, `room_closed` */
  reserve(forMs: number): Reservation {
    if (this.#options.isOver()) throw roomClosed()
    if (this.free < 1) throw roomFull()
    return this.#reservations.add(forMs)
  }

  /** Whether a place here is kept for who presents this ticket. */
  isReserved(ticket: string): boolean {
    return this.#reservations.has(ticket)
  }

  /** @returns whether it was still kept */
  cancelReservation(ticket: string): boolean {
    return this.#reservations.cancel(ticket)
  }

  /** @throws ServerError `room_closed`, `room_locked`, `room_full`, `ticket_expired`, `ticket_unknown` */
  take({ identity, ticket }: Pick<Sitter, 'identity' | 'ticket'>): Seat {
    if (this.#options.isOver()) throw roomClosed()
    let giveBack = (): void => {}
    if (ticket !== undefined) giveBack = this.#reservations.take(ticket)
    else if (this.#options.traits.now.locked) throw roomLocked()
    else if (this.free + this.#olderOf(identity).length < 1) throw roomFull()
    this.#held++
    this.#options.population.expect(this)
    return {
      confirm: () => {
        if (this.#options.traits.isLockRestored && ticket === undefined) throw roomLocked()
      },
      admit: (transport, hello) => {
        try {
          if (this.#options.isOver()) throw roomClosed()
          this.#arrivals.set(transport, { identity, hello })
          this.#options.onEnter()
          this.#endOlderOf(identity)
          this.#internals.admit(transport, hello)
        } finally {
          this.#held--
          this.#options.onLeave()
        }
      },
      release: () => {
        this.#held--
        giveBack()
        this.#options.onLeave()
      },
    }
  }

  /** Whether a hello is of a session that is here: it resumes that, or its welcome got lost. */
  knows(hello: Hello): boolean {
    return this.#internals.knows(hello)
  }

  /** A client goes on with a session that is here. */
  resume(transport: AcceptedTransport, hello: Hello): void {
    this.#options.population.expect(this)
    this.#internals.admit(transport, hello)
  }

  /** The server is shut down and may run again: sessions wait without a timer. */
  suspend(): void {
    this.#news?.stop()
    for (const cancel of this.#expiries.values()) cancel()
    this.#expiries.clear()
  }

  /** It runs again. */
  wake(): void {
    this.#news?.start()
    for (const client of this.clients.values()) this.#expire(client)
  }

  /** Sessions that make way when a user comes. */
  #olderOf(identity: Identity | undefined): RoomClient[] {
    if (identity === undefined || this.#options.options.sessionsPerUser === 'both') return []
    return [...this.clients.values()].filter(({ userId }) => userId === identity.userId)
  }

  #endOlderOf(identity: Identity | undefined): void {
    for (const older of this.#olderOf(identity)) older.disconnect('the same user has joined again')
  }

  #begin(connection: ServerConnection): void {
    const { clientId } = connection
    const transport = this.#internals.connections.get(clientId)?.transport
    const { identity, hello } = (transport && this.#arrivals.get(transport)) ?? {}
    if (transport !== undefined) this.#arrivals.delete(transport)
    const client = new RoomClient(connection, identity)
    // of a user who comes more than once at a time the others had not begun yet
    this.#endOlderOf(identity)
    this.clients.set(clientId, client)
    this.#options.population.enter(client, hello, this.#options.key)
    this.#expire(client)
    this.#news?.joined(client)
    this.#options.hooks.join(client)
  }

  #end({ clientId }: ServerConnection, info: CloseInfo | undefined): void {
    const client = this.clients.get(clientId)
    if (client === undefined) return
    this.clients.delete(clientId)
    this.#options.population.leave(client)
    this.#expiries.get(clientId)?.()
    this.#expiries.delete(clientId)
    // reason: a server's connections are of its own kind, whatever a user may see of them
    this.#options.channels.leaveAll(client.connection as OwnedConnection)
    this.#news?.left(clientId)
    this.#options.hooks.leave(client, info)
    this.#options.onLeave()
  }

  /** A session does not outlive what was said of its user. */
  #expire(client: RoomClient): void {
    const { clock, wallClock } = this.#options
    const { expiresAtMs } = client.identity ?? {}
    if (expiresAtMs === undefined) return
    const end = (): void => client.disconnect('identity_expired: who this client is has to be shown anew')
    this.#expiries.set(client.clientId, expireAt(clock, wallClock, expiresAtMs, end))
  }
}

function roomFull(): ServerError {
  return new ServerError('room_full', 'the room takes no more clients')
}

function roomLocked(): ServerError {
  return new ServerError('room_locked', 'the room is locked')
}
