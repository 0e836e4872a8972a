import type {
  AnyGame,
  EventRule,
  EventsOf,
  GameStateMachine,
  GameStateStore,
  ServerEventsOf,
  StateOf,
} from '@tygase/gamestate'
import type { AllEventsOf, DispatchArguments, Recipients } from '@tygase/gamestate/internal'
import type { CloseInfo, CounterName, Counters, ProtocolError, SessionStatus } from '@tygase/protocol/internal'
import type { Identity } from './auth.js'
import type { Channels } from './channels.js'
import type { ClientAddress } from './entrance/address.js'

/** A client in a room. The same object from its join to its leave, also across a resume over another transport. */
export interface Client {
  /** Public name of the session. It is never used again. */
  readonly id: string
  /** The user, as `auth` has found it; undefined without `auth`, as `name` and `identity` are. */
  readonly userId: string | undefined
  /** The name, as `auth` has found it. */
  readonly name: string | undefined
  /** All that `auth` has returned. */
  readonly identity: Identity | undefined
  /** Join data, as the game's `joinData` schema returned it; undefined if the game declares none. */
  readonly data: unknown
  /** The room that it has joined. */
  readonly room: Room
  /** True for the host client of its room. */
  readonly isHost: boolean
  /** `suspended` while it has no transport; `closed` after its end. */
  readonly status: SessionStatus
  /** Smoothed round-trip time and its jitter; undefined until measured. */
  readonly rttMs: number | undefined
  /** How much the round-trip time varies, smoothed. */
  readonly jitterMs: number | undefined
  /** Address of its current or last transport; undefined for a client in the process of the server. */
  readonly address: ClientAddress | undefined
  /** Start of the session, in ms of the server's clock. */
  readonly connectedAtMs: number
  /** Bytes that wait in its transport because the client is slow to read them; 0 without a transport. */
  readonly bufferedBytes: number
  /** Counts of its session, state messages included. */
  readonly stats: Readonly<Record<CounterName, number>>
  /** The reason of its end; undefined while the session lives. */
  readonly closeInfo: CloseInfo | undefined
  /** Ends the session for good; the client gets `kicked` with the reason. Does nothing after the end. */
  disconnect(reason?: string): void
}

/** Plain data that describes a room to clients that look for one. */
export type RoomMetadata = Readonly<Record<string, unknown>>

/** `opening` until clients may join, `closing` while the last messages are on their way to clients. */
export type RoomStatus = 'opening' | 'open' | 'closing' | 'closed'

/** A room as `listRooms` shows it to anybody. */
export interface RoomListing {
  /** The kind of room. */
  readonly kind: string
  /** Unique in its kind. */
  readonly id: string
  /** Number of clients, suspended ones included. */
  readonly clients: number
  /** Missing if there is no limit. */
  readonly maxClients?: number
  /** True: only clients with a ticket get in. */
  readonly locked: boolean
  /** True if it would let a client without a ticket in now. */
  readonly open: boolean
  /** Plain data that describes the room, as the server has set it. */
  readonly metadata: RoomMetadata
  /** In ms of Unix time. */
  readonly madeAtMs: number
}

/** A seat that is kept free. */
export interface Reservation {
  /** The client presents it: `connect(url, { ticket })`. It is good for one seat, once. */
  readonly ticket: string
  /** In ms of the server's clock. */
  readonly expiresAtMs: number
}

export interface CloseRoomOptions {
  /** For people at the clients. */
  reason?: string
  /** True: delete the saved state of the room. Default false. */
  forget?: boolean
}

/** Options of an event that the server sends. */
export interface ServerDispatchOptions {
  /** Clients that get the event. Default `'all'`. */
  to?: Recipients
  /** How often the event may be sent again to a client that has not acked it, 0 to Infinity. Default 0. */
  retries?: number
  /** Called once for each client whose handler has run, with the handler's result. */
  onAck?: (client: Client, result: unknown) => void
  /** Called once for each client whose handler has not run, or failed. */
  onFail?: (client: Client, error: ProtocolError) => void
}

/**
 * Handles an event of clients before its rule. `data` is the value that the game's schema returned. The result, or the value
 * of its promise, goes back to the sender. A `RefusalError` that it throws refuses the event; the rule does not run then.
 *
 * `event.id` names the event: no other one has it, also across a restart of the server. What the handler does elsewhere can be kept
 * from being done twice by it, as an idempotency key.
 */
export type ServerEventHandler<Data> = (data: Data, client: Client, event: { readonly id: string }) => unknown

/** Type of the data that the schema of an event returns. */
export type HandlerData<G extends AnyGame, Name extends keyof G['events'] & string> =
  G['events'][Name] extends EventRule<infer _State, infer _Input, infer Data, infer _Result, infer _From> ? Data : never

/** The arguments of `pushEvent` after the name: data, then the id of a client. */
export type PushArguments<Data> = undefined extends Data
  ? [data?: Data, clientId?: string]
  : [data: Data, clientId?: string]

/** Binds methods to their object, so that they may be passed around. */
export function bindMethods<Target extends object>(target: Target, names: readonly (keyof Target & string)[]): void {
  for (const name of names) {
    const method = target[name]
    if (typeof method === 'function')
      Object.defineProperty(target, name, { value: method.bind(target), configurable: true, writable: true })
  }
}

/**
 * One game: a store, a machine, clients and channels. Nothing that happens in a room reaches another room. All methods may be
 * passed around.
 */
export interface Room<G extends AnyGame = AnyGame> {
  /** The name under which its kind was defined; `game` for `new Server({ game })`. */
  readonly kind: string
  /** Unique in its kind. */
  readonly id: string
  /** Kind and id: `arena/42`. */
  readonly key: string
  /** `opening`, `open`, `closing` or `closed`. */
  readonly status: RoomStatus
  /** The state and its versions. */
  readonly store: GameStateStore<StateOf<G>>
  /** What makes the ticks. */
  readonly machine: GameStateMachine<G>
  /** In ms of the server's clock. */
  readonly createdAtMs: number
  /** Clients that have joined, by id, in the order of their joins; suspended sessions too. */
  readonly clients: ReadonlyMap<string, Client>
  /** Id of the host client; undefined if there is none. */
  readonly hostClient: string | undefined
  /** Channels of this room alone. */
  readonly channels: Channels
  /** Counts of this room; the server's counters have those of all rooms. */
  readonly counters: Counters
  /** Plain data that describes the room. A value that is set is copied. @throws ServerError `invalid_argument` when set */
  metadata: RoomMetadata
  /** True: not listed, and found by its id alone. */
  isPrivate: boolean
  /** True: only clients with a ticket get in. */
  readonly isLocked: boolean
  /** True if a client without a ticket would get in now. */
  readonly isOpen: boolean
  /** The room as `listRooms` shows it. */
  readonly info: RoomListing
  /** Lets only clients with a ticket in from now on. Present clients stay, and may resume. */
  lock(): void
  /** Lets all clients in again. */
  unlock(): void
  /**
   * Keeps a seat free, in a locked or private room too, for the client that presents the ticket in time.
   * @param options.forMs above 0, default 15,000
   * @throws ServerError `room_full`, `room_closed`, `invalid_argument`
   */
  reserve(options?: { forMs?: number }): Reservation
  /** Gives a reserved seat back. @returns true if it was still kept */
  cancelReservation(ticket: string): boolean
  /** Stops the ticks. Joins and leaves still run at once, in ticks without `timeStep`; events wait. */
  pause(): void
  /** Starts the ticks again. */
  resume(): void
  /**
   * Sends an event to clients on the next tick, after the events of rules that `pushEvent` has queued before. A suspended client
   * gets it when it resumes, as far as its queue holds.
   * @throws ServerError `not_running`; `unknown_client` naming it; `invalid_argument` for a reserved name. ProtocolError
   * `invalid_value`, `value_limit`, `value_too_large`, `event_too_large`. Nothing is sent then.
   */
  dispatchEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<ServerEventsOf<G>[Name], ServerDispatchOptions>
  ): void
  /**
   * Handles an event of clients before its rule, or an event that the game does not have. One handler for each event, because
   * it answers.
   * A name that the game does not have is taken: such an event goes to the handler alone, without a schema.
   * @returns a function that removes the handler
   * @throws ServerError `handler_exists`; `invalid_argument` for a value that is no function, and for an event that clients cannot send
   */
  registerEventHandler<Name extends keyof EventsOf<G> & string>(
    name: Name,
    handler: ServerEventHandler<HandlerData<G, Name>>,
  ): () => void
  /**
   * Queues an event for its rule as the server's own. A refusal is logged. With an id behind the data, the rule gets that client
   * as `ctx.client`; without one, the server itself.
   * @throws ServerError `unknown_client`; `room_closed` once the room is closed
   */
  pushEvent<Name extends keyof AllEventsOf<G> & string>(
    name: Name,
    ...args: PushArguments<AllEventsOf<G>[Name]['data']>
  ): void
  /** Calls `listener` after a client has joined. @returns a function that removes the listener, as for the three below */
  onJoin(listener: (client: Client) => void): () => void
  /** Calls `listener` once for each client that has joined, when its session has ended for good. */
  onLeave(listener: (client: Client, info: CloseInfo | undefined) => void): () => void
  /** Calls `listener` when a session has lost its transport and waits to be resumed. */
  onSuspend(listener: (client: Client, info: CloseInfo | undefined) => void): () => void
  /** Calls `listener` when a suspended session is resumed. */
  onResume(listener: (client: Client) => void): () => void
  /** Ends the room: clients get `shutdown` with the reason. Resolves when the room is closed. */
  close(options?: CloseRoomOptions): Promise<void>
  /**
   * The room as bytes, with which `server.import` of another server goes on: state, version, clients and their sessions. It ends here,
   * without `onLeave` or the end of a session; its clients look for it for their grace time. The bytes are a secret: who has them has
   * the tokens of all its clients, unless the room has a journal.
   * @throws (as a rejection) ServerError `room_closed`; GameStateError `invalid_value` for join data that are not plain
   */
  export(): Promise<Uint8Array>
}
