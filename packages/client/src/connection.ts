import {
  type AnyGame,
  type Clock,
  type DispatchArguments,
  type EventsOf,
  type Immutable,
  type ServerEventsOf,
  type StateOf,
  silentLogger,
} from '@tygase/gamestate'
import {
  type CloseInfo,
  channelEvent,
  closeCodes,
  defaultSessionLimits,
  type IncomingEvent,
  isReserved,
  type MemberInfo,
  membersEvent,
  RefusalError,
  type SessionStats,
  type SessionStatus,
  shutdownEvent,
  worldEvent,
} from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'
import { Channels } from './channels/channels.js'
import { readChannelMessage } from './channels/read-channel-message.js'
import type {
  ConnectCounts,
  ConnectOptions,
  DisconnectOptions,
  DispatchOptions,
  RequestOptions,
  WaitOptions,
} from './connect-options.js'
import { checkCounts } from './connect-options.js'
import { ClientError } from './errors.js'
import { EventHandlers } from './event-handlers.js'
import { EventSender } from './event-sender.js'
import { HeldEvents } from './held-events.js'
import { KnownWorld } from './known-world.js'
import { LiveState } from './live-state.js'
import { Opening } from './opening.js'
import { presentedBytes } from './presented.js'
import type { ReplicaStore } from './replica.js'
import { Members } from './rooms/members.js'
import { SessionLink } from './session-link.js'
import { type StatusListener, StatusListeners } from './status-listeners.js'
import type { SelectOptions } from './subscriptions.js'
import { systemClock } from './system-clock.js'
import type { Interpolation } from './timeline.js'
import type { TransportSource } from './transport-source.js'
import { waitUntil } from './wait-until.js'

/**
 * A client's side of a game: a live replica of the server's state, readonly and always a whole version, and events both
 * ways. Made by `connect`.
 *
 * It outlives its transport: while `suspended` it keeps its state and queues events, and tries to resume. Once `closed` it
 * stays closed, and using it to send throws `connection_closed`.
 *
 * @typeParam G the game
 */
export class Connection<G extends AnyGame = AnyGame> {
  /** Channels of the room; where there are no rooms, of the server. */
  readonly channels: Channels
  /** Channels of all rooms of a server together. */
  readonly serverChannels: Channels
  readonly #clock: Clock
  readonly #live: LiveState<StateOf<G>>
  readonly #known: KnownWorld
  readonly #members: Members
  readonly #statusListeners: StatusListeners
  readonly #handlers: EventHandlers
  readonly #held: HeldEvents
  readonly #opening: Opening
  readonly #link: SessionLink
  readonly #sender: EventSender

  /** What `connect` does. */
  static async open<G extends AnyGame>(source: TransportSource, options: ConnectOptions): Promise<Connection<G>> {
    const connection = new Connection<G>(source, options, checkCounts(options))
    await connection.#opening.opened
    return connection
  }

  private constructor(source: TransportSource, options: ConnectOptions, counts: ConnectCounts) {
    const { clock = systemClock, random = Math.random, logger = silentLogger, limits, reconnect = true } = options
    const { timeoutMs, flushIntervalMs, maxVersions } = counts
    // how long the first answer may take is up to `timeoutMs`; a resume whose answer is lost is better tried again soon
    const { handshakeTimeoutMs = defaultSessionLimits.handshakeTimeoutMs } = limits ?? {}
    const firstHandshakeTimeoutMs = Math.max(timeoutMs, handshakeTimeoutMs)
    this.#clock = clock
    this.#live = new LiveState(maxVersions, clock, logger)
    this.#known = new KnownWorld(logger)
    this.#members = new Members(logger)
    this.#statusListeners = new StatusListeners(logger)
    this.#handlers = new EventHandlers(
      logger,
      (sequence, outcome) => this.#link.settle(sequence, outcome),
      () => this.#link.session,
    )
    this.#handlers.register(worldEvent, (data) => this.#takeWorld(encodePayload(data)))
    this.#handlers.register(membersEvent, (data) => this.#members.take(data))
    this.#handlers.register(channelEvent, (data) => this.#takeMessage(data))
    this.#held = new HeldEvents(clock, (event) => this.#handlers.handle(event))
    this.#opening = new Opening(
      clock,
      timeoutMs,
      () => void this.#link.close('disconnected', 'could not connect in time'),
    )
    this.#held.releaseAfter(this.#opening.opened)
    this.#link = new SessionLink(
      source,
      {
        ...{ clock, random, logger, reconnect, flushIntervalMs, firstHandshakeTimeoutMs },
        limits: { ...limits },
        credentials: presentedBytes(options.credentials, options.ticket),
      },
      {
        onEvent: (event) => this.#onEvent(event),
        onState: (version, base, payload) => this.#onState(version, base, payload),
        onStatus: (status, info) => this.#onStatus(status, info),
      },
    )
    this.#sender = new EventSender(this.#link, clock, logger)
    const request = (name: string, data: unknown): Promise<unknown> => this.#sender.request(name, data)
    this.channels = new Channels('room', request, logger)
    this.serverChannels = new Channels('server', request, logger)
  }

  /** This client's public name. */
  get clientId(): string {
    return this.#link.session.clientId!
  }

  /** The newest version of the game's state. */
  get state(): Immutable<StateOf<G>> {
    return this.#live.store!.state
  }

  /** The number of that version: the tick that made it. */
  get version(): number {
    return this.#live.store!.version
  }

  /** The versions that are kept; times in it are when they arrived, in ms of this client's clock. */
  get store(): ReplicaStore<StateOf<G>> {
    return this.#live.store!
  }

  get status(): SessionStatus {
    return this.#link.session.status
  }

  /** Why it is closed, once it is. */
  get closeInfo(): CloseInfo | undefined {
    return this.#link.session.closeInfo
  }

  get isHost(): boolean {
    return this.hostClientId === this.clientId
  }

  /** Undefined when there is no host client. */
  get hostClientId(): string | undefined {
    return this.#known.now?.host ?? undefined
  }

  /** Whether the game runs, or is paused. */
  get gameRunning(): boolean {
    return this.#known.now?.running ?? false
  }

  /** Ticks a second at the server, in Hz. */
  get tickRate(): number {
    return this.#known.now!.tickRate
  }

  /** Smoothed round-trip time; undefined until measured, as the jitter. */
  get rttMs(): number | undefined {
    return this.#link.session.rttMs
  }

  get jitterMs(): number | undefined {
    return this.#link.session.jitterMs
  }

  /** What has gone and come since the session began. */
  get stats(): Readonly<SessionStats> {
    return this.#link.session.stats
  }

  /** Now, in ms of the server's clock; undefined until the offset between the clocks has been measured. */
  serverNow(): number | undefined {
    const offsetMs = this.#link.session.clockOffsetMs
    return offsetMs === undefined ? undefined : this.#clock.now() + offsetMs
  }

  /** Calls `listener` when the status changes. @returns a function that ends it */
  onStatus(listener: StatusListener): () => void {
    return this.#statusListeners.add(listener)
  }

  /** Calls `listener` when `hostClientId` or `gameRunning` has changed. @returns a function that ends it */
  onGameChange(listener: () => void): () => void {
    return this.#known.onChange(listener)
  }

  /** Who is in the room, by client id, in the order of their coming. Empty where the server has no rooms. */
  get members(): ReadonlyMap<string, MemberInfo> {
    return this.#members.all
  }

  /** Calls `listener` when `members` has changed. @returns a function that ends it */
  onMembersChange(listener: (members: ReadonlyMap<string, MemberInfo>) => void): () => void {
    return this.#members.onChange(listener)
  }

  /**
   * Calls `listener` with each new version; with a selector, when what it selects has changed. Listeners added or removed
   * while listeners are being called take effect with the next version.
   * @returns a function that ends it
   */
  subscribe(listener: (state: Immutable<StateOf<G>>) => void): () => void
  subscribe<Value>(
    selector: (state: Immutable<StateOf<G>>) => Value,
    listener: (value: Value, previous: Value) => void,
    options?: SelectOptions<Value>,
  ): () => void
  subscribe<Value>(
    first: (state: Immutable<StateOf<G>>) => Value,
    listener?: (value: Value, previous: Value) => void,
    options?: SelectOptions<Value>,
  ): () => void {
    if (listener === undefined) return this.#live.subscriptions.add(first)
    return this.#live.subscriptions.addSelected(this.state, first, listener, options)
  }

  /**
   * Looks at each new version, and again when host or running of the game change.
   * @returns the first state, that of now included, for which `predicate` is true
   * @throws ClientError (as a rejection) `wait_timeout`; `connection_closed`; what the predicate threw
   */
  waitUntil(
    predicate: (state: Immutable<StateOf<G>>) => boolean,
    { timeoutMs = 1000 }: WaitOptions = {},
  ): Promise<Immutable<StateOf<G>>> {
    const sources = {
      clock: this.#clock,
      current: () => this.state,
      onChange: (listener: (state: Immutable<StateOf<G>>) => void) => {
        const ends = [this.#live.subscriptions.add(listener), this.onGameChange(() => listener(this.state))]
        return () => {
          for (const end of ends) end()
        }
      },
      onEnd: (listener: (error: ClientError) => void) => this.#onceClosed(listener),
    }
    return waitUntil(sources, predicate, timeoutMs)
  }

  /**
   * Two versions around the moment `delayMs` ago and the place between them, to draw smoothly a little in the past. The
   * moment is that of the arrival without jitter, so `delayMs` has to cover jitter and the distance of two versions, not
   * the round trip. Never goes back.
   */
  between(delayMs: number): Interpolation<StateOf<G>> {
    return this.#live.between(delayMs)
  }

  /**
   * Sends an event. What is dispatched in quick succession goes out together.
   * @throws ClientError `connection_closed`, `invalid_argument` for a reserved name; ProtocolError `payload_invalid`,
   * `payload_limit`, `event_too_large`, `queue_full`
   */
  dispatchEvent<Name extends keyof EventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<EventsOf<G>[Name]['data'], DispatchOptions>
  ): void {
    const [data, options = {}] = args as [unknown, DispatchOptions?]
    this.#checkName(name)
    this.#sender.send(name, data, options, false)
  }

  /**
   * Sends an event at once and waits for the answer.
   * @returns what the handler or rule at the server returned
   * @throws as a rejection: RefusalError with the server's code and message; ClientError `request_timeout`,
   * `connection_closed`; else as `dispatchEvent`
   */
  async request<Name extends keyof EventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<EventsOf<G>[Name]['data'], RequestOptions>
  ): Promise<Awaited<EventsOf<G>[Name]['result']>> {
    const [data, options] = args as [unknown, RequestOptions?]
    this.#checkName(name)
    return (await this.#sender.request(name, data, options)) as Awaited<EventsOf<G>[Name]['result']>
  }

  /**
   * Handles an event of the server; replaces the handler that was there. What it returns, or its promise resolves to, goes
   * back; a `RefusalError` refuses the event. Events without a handler are refused with `event_unknown`.
   * @throws ClientError `invalid_argument` for what is not a function and for a reserved name
   */
  registerEventHandler<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    handler: (data: ServerEventsOf<G>[Name]) => unknown,
  ): void {
    this.#checkName(name)
    this.#handlers.register(name, handler as (data: unknown) => unknown)
  }

  /**
   * Ends the session and tells the server at once; resolves when that is done, also when it has ended before.
   * @throws ClientError (as a rejection) with `shutdownServer`: `not_host_client` when this client is not host; the
   * connection is closed all the same, and so it is when the server has not answered (`request_timeout`)
   */
  async disconnect({ shutdownServer = false }: DisconnectOptions = {}): Promise<void> {
    if (this.status === 'closed') return
    try {
      if (shutdownServer) await this.#sender.request(shutdownEvent, undefined)
    } catch (error) {
      if (error instanceof RefusalError && error.code === 'not_host_client') {
        throw new ClientError('not_host_client', error.message, { cause: error })
      }
      throw error
    } finally {
      await this.#link.close('disconnected', closeCodes.disconnected.reason)
    }
  }

  #checkName(name: string): void {
    if (isReserved(name)) throw new ClientError('invalid_argument', `names that begin with $ are reserved: '${name}'`)
  }

  #onceClosed(listener: (error: ClientError) => void): () => void {
    const tell = (): void => listener(this.#sender.closedError())
    if (this.status === 'closed') {
      tell()
      return () => {}
    }
    return this.#statusListeners.add((status) => {
      if (status === 'closed') tell()
    })
  }

  #onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected' && this.#known.now === undefined) this.#takeWorld(this.#link.session.welcome)
    this.#opening.onStatus(status, info)
    this.#statusListeners.notify(status, info)
  }

  #takeWorld(payload: Uint8Array | undefined): void {
    const world = this.#known.take(payload)
    if (world === undefined) return void this.#link.close('malformed', 'the server does not say what game it is')
    this.#live.setPace(world.tickRate, world.sendEveryTicks)
  }

  #takeMessage(data: unknown): void {
    const read = readChannelMessage(data)
    if (read !== undefined) (read.scope === 'room' ? this.channels : this.serverChannels).take(read.message)
  }

  #onEvent(event: IncomingEvent): void {
    if (event.name === worldEvent || event.name === membersEvent) this.#handlers.handle(event)
    else this.#held.take(event)
  }

  #onState(version: number, base: number | undefined, payload: Uint8Array): void {
    const { session, reliable } = this.#link
    const result = this.#live.take(version, base, payload, reliable)
    // a version that comes again may mean that the server has not heard that it came
    if (result === 'ignored') return session.stateHeld(this.#live.store?.version)
    // what fails as a snapshot would fail as the next one too
    if (result === 'unreadable' && base === undefined)
      return void this.#link.close('malformed', 'a snapshot cannot be read')
    if (result !== 'applied') return session.stateHeld(undefined)
    session.stateHeld(version)
    this.#opening.succeed()
  }
}
