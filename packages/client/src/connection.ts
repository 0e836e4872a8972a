import type { AnyGame, EventsOf, Immutable, ServerEventsOf, StateOf } from '@tygase/gamestate'
import {
  copyBytes,
  type DispatchArguments,
  decodeValue,
  dispatchArguments,
  type PresenceOf,
} from '@tygase/gamestate/internal'
import {
  type CloseInfo,
  channelEvent,
  digestEvent,
  type GameInfo,
  gameEvent,
  type IncomingEvent,
  joinedEvent,
  type MemberInfo,
  membersEvent,
  movingEvent,
  presenceEvent,
  RefusalError,
  readGameInfo,
  type SessionCounts,
  type SessionStatus,
  shutdownEvent,
} from '@tygase/protocol/internal'
import { answerServer, printInShort } from '#runtime'
import { bindMethods, Channels, takeMessage } from './channels.js'
import { checkDelay, checkKeys } from './checks.js'
import { ClientError, closedError, invalidArgument } from './errors.js'
import { checkEventName, EventHandlers, EventSender } from './events.js'
import { gaveUp, Opening } from './opening.js'
import {
  type ConnectSettings,
  checkWaitOptions,
  type DispatchOptions,
  defaultWaitMs,
  dispatchOptionNames,
  type RequestOptions,
  requestOptionNames,
} from './options.js'
import {
  type FeelStats,
  type Handler,
  type HandlerInfo,
  noFeel,
  type RegisteredHandler,
  type RunningPrediction,
} from './prediction.js'
import { Presence } from './presence.js'
import { GameTime, Replica, type ReplicaStore } from './replica.js'
import { type ConnectedRoom, Members, pathTo, roomOf } from './rooms.js'
import type { Interpolation } from './scene/scene.js'
import { SessionLink } from './session-link.js'
import { type SelectOptions, Subscriptions, subscribe, waitUntil } from './subscriptions.js'
import { type ServerAddress, type TransportSource, transportSourceOf } from './transport-source.js'

/**
 * Devtools are the function `tygaseHook` of the page: a name takes half as many bytes of all other pages as a symbol. It is called
 * with each new connection, before that has done anything. @param settings the hook may set others
 */
export type DevtoolsHook = (connection: Connection, settings: ConnectSettings) => void

type Data<G extends AnyGame, Name extends keyof EventsOf<G>> = EventsOf<G>[Name]['data']
type Result<G extends AnyGame, Name extends keyof EventsOf<G>> = Awaited<EventsOf<G>[Name]['result']>

/**
 * A client's side of a game: a live, readonly replica of the server's state, and events both ways. Made by `connect`. Its
 * methods may be passed around: they are bound.
 *
 * A connection outlives its transport: while `suspended` it keeps its state, queues events and tries to resume. Once
 * `closed` it stays closed; sending then throws `connection_closed`.
 *
 * Callbacks that throw, or whose promise rejects, are logged and harm nothing else.
 *
 * @typeParam G the game
 */
export class Connection<G extends AnyGame = AnyGame> {
  /** Channels of the room. */
  readonly channels: Channels
  /** Channels that all rooms of the server share. */
  readonly serverChannels: Channels
  /** What each client of the room writes about itself, such as its cursor. */
  readonly presence: Presence<PresenceOf<G>['input'], PresenceOf<G>['data']>
  readonly #settings: ConnectSettings
  #source: TransportSource
  readonly #replica: Replica<StateOf<G>>
  readonly #time = new GameTime()
  readonly #members: Members
  readonly #statusListeners: Subscriptions<[SessionStatus, CloseInfo | undefined]>
  readonly #gameListeners: Subscriptions<[]>
  readonly #handlers: EventHandlers
  readonly #opening: Opening
  readonly #link: SessionLink
  readonly #sender: EventSender
  readonly #prediction: RunningPrediction<StateOf<G>> | undefined
  #info: GameInfo | undefined
  #room: ConnectedRoom | undefined

  /** For `connect`. */
  static async open<G extends AnyGame>(source: TransportSource, settings: ConnectSettings): Promise<Connection<G>> {
    const connection = new Connection<G>(source, settings)
    await connection.#opening.opened
    return connection
  }

  private constructor(source: TransportSource, settings: ConnectSettings) {
    // read once, so that a page without devtools has nothing of them: they may change the settings
    ;(globalThis as { tygaseHook?: DevtoolsHook }).tygaseHook?.(this as unknown as Connection, settings)
    const { clock, logger, timeoutMs, signal, maxVersions, maxStateBytes } = settings
    this.#settings = settings
    this.#source = source
    this.#replica = new Replica(maxVersions, maxStateBytes, logger)
    this.#members = new Members(logger)
    this.#statusListeners = new Subscriptions(logger, 'the status')
    this.#gameListeners = new Subscriptions(logger, 'the game')
    this.#handlers = new EventHandlers({ clock, logger, link: () => this.#link })
    this.#handlers.register(joinedEvent, () => {
      // the code after `await connect()` runs before the next turn, and registers its handlers there
      this.#handlers.open()
      this.#opening.succeed()
    })
    this.#handlers.register(gameEvent, (data) => this.#takeInfo(data))
    this.#handlers.register(membersEvent, (data) => this.#members.take(data))
    for (const question of [digestEvent, movingEvent]) {
      this.#handlers.register(question, (data) => answerServer(data, this, this.#link))
    }
    this.#handlers.register(channelEvent, (data) => takeMessage(data, this.channels, this.serverChannels))
    this.#link = new SessionLink(settings, {
      onEvent: (event: IncomingEvent) => {
        if (this.#prediction?.isHandled(event)) this.#link.reply(event.sequence, { kind: 'done' })
        else this.#handlers.handle(event)
      },
      onState: (version, base, payload) => this.#takeState(version, base, payload),
      onStatus: (status, info) => this.#takeStatus(status, info),
      onArrival: (sequence, eighths) => this.#prediction?.arrived(sequence, eighths),
      onAttempt: (error) => this.#opening.onAttempt(error),
    })
    this.#prediction = settings.predict?.start({
      connection: this,
      settings,
      replica: this.#replica,
      handlers: this.#handlers,
      link: this.#link,
      info: () => this.#info,
      sender: () => this.#sender,
    }) as RunningPrediction<StateOf<G>> | undefined
    this.#sender = new EventSender(this.#link, clock, logger, this.#prediction)
    this.channels = new Channels('room', this.#sender, logger)
    this.serverChannels = new Channels('server', this.#sender, logger)
    this.presence = new Presence(this.#sender, logger)
    this.#handlers.register(presenceEvent, (data) => this.presence.take(data))
    bindMethods(this, Connection)
    printInShort(this)
    this.#opening = new Opening(clock, timeoutMs, signal, () => void this.#link.close('disconnected', gaveUp))
    this.#link.start(this.#over())
  }

  /** This client's public id. */
  get clientId(): string {
    return this.#link.session.clientId!
  }

  /** The newest version of the game's state: whole and frozen. Unchanged parts keep their identity between versions. */
  get state(): Immutable<StateOf<G>> {
    return this.store.state
  }

  /**
   * The state that this client expects when what it does now reaches the server: own events are in it at once. Frozen, like
   * `state`. Without the option `predict`, and while the game is paused, it is `state`.
   */
  get predicted(): Immutable<StateOf<G>> {
    return this.#prediction?.predicted ?? this.state
  }

  /** The number of that version: the tick that made it. */
  get version(): number {
    return this.store.version
  }

  /** The versions that are kept. Their times are those of their arrival, in ms of this client's clock. */
  get store(): ReplicaStore<StateOf<G>> {
    return this.#replica.store!
  }

  /** `connected`; `suspended` while the network is gone; `closed` at the end. */
  get status(): SessionStatus {
    return this.#link.session.status
  }

  /** Why the connection is closed; undefined while it is not. */
  get closeInfo(): CloseInfo | undefined {
    return this.#link.session.closeInfo
  }

  /** True if this client is the host client of its room. */
  get isHost(): boolean {
    return this.hostClientId === this.clientId
  }

  /** Undefined if there is no host client. */
  get hostClientId(): string | undefined {
    return this.#info!.host ?? undefined
  }

  /** False while the game is paused. */
  get gameRunning(): boolean {
    return this.#info!.running
  }

  /** Ticks a second at the server, in Hz. */
  get tickRate(): number {
    return this.#info!.tickRate
  }

  /**
   * The game time at the server now, in seconds: compare it with times that rules took from `ctx.time`, for example to draw a
   * countdown. It runs smoothly, also while no version comes, stands still while the game is paused, and never goes back.
   */
  get time(): number {
    return this.#time.at(this.#settings.clock.now(), this.#link.session.fastest?.offsetMs)
  }

  /** The room that this client is in. A changed room is a new object. */
  get room(): ConnectedRoom {
    return this.#room!
  }

  /** The members of the room, by client id, in the order of their joins. Empty if the server does not send them. */
  get members(): ReadonlyMap<string, MemberInfo> {
    return this.#members.all
  }

  /** Smoothed round-trip time in ms; undefined until measured. */
  get rttMs(): number | undefined {
    return this.#link.session.rttMs
  }

  /** The mean deviation of the round-trip time in ms; undefined until measured. */
  get jitterMs(): number | undefined {
    return this.#link.session.jitterMs
  }

  /** How well this client and the server agree: for a corner of the screen while a game is made. */
  get feel(): FeelStats {
    return this.#prediction?.feel ?? noFeel(this.#replica.delayMs)
  }

  /** Counts of packets, bytes and events since the session began. */
  get stats(): SessionCounts {
    return this.#link.session.counters.snapshot()
  }

  /** @returns now in ms of the server's clock; undefined until the offset between the clocks is measured */
  serverNow(): number | undefined {
    const offsetMs = this.#link.session.fastest?.offsetMs
    return offsetMs === undefined ? undefined : this.#settings.clock.now() + offsetMs
  }

  /** Calls `listener` when the status changes; `info` says why. @returns a function that ends it */
  onStatus(listener: (status: SessionStatus, info: CloseInfo | undefined) => unknown): () => void {
    return this.#statusListeners.add(listener)
  }

  /** Calls `listener` when `hostClientId`, `gameRunning` or `room` has changed. @returns a function that ends it */
  onGameChange(listener: () => unknown): () => void {
    return this.#gameListeners.add(listener)
  }

  /** Calls `listener` when `members` has changed. @returns a function that ends it */
  onMembersChange(listener: (members: ReadonlyMap<string, MemberInfo>) => unknown): () => void {
    return this.#members.subscriptions.add(listener)
  }

  /**
   * Calls `listener` with each new version; with a selector, when the selected value has changed. Listeners that are added
   * or removed while listeners are called take effect with the next version.
   * @param options `immediate: true` calls the listener at once, too. `predicted: true` looks at `predicted` instead of
   *   `state`, also after each own event: what is selected may change back.
   * @returns a function that ends the subscription
   * @throws ClientError `invalid_argument`; an error of the selector for the current state
   */
  subscribe(
    listener: (state: Immutable<StateOf<G>>) => unknown,
    options?: Pick<SelectOptions<never>, 'immediate' | 'predicted'>,
  ): () => void
  subscribe<Value>(
    selector: (state: Immutable<StateOf<G>>) => Value,
    listener: (value: Value, previous: Value) => unknown,
    options?: SelectOptions<Value>,
  ): () => void
  subscribe<Value>(
    first: (state: Immutable<StateOf<G>>) => Value,
    second?: ((value: Value, previous: Value) => unknown) | SelectOptions<never>,
    options: SelectOptions<Value> = {},
  ): () => void {
    return subscribe(first, second, options, (isPredicted) => {
      const ahead = isPredicted ? this.#prediction : undefined
      const { subscriptions } = ahead ?? this.#replica
      return { subscriptions, current: ahead?.predicted ?? this.state }
    })
  }

  /**
   * Looks at each new version, and again after a change of the game, of the members or of the status.
   * @param options `timeoutMs`: gives up after so many ms, from 0 to Infinity; default 1,000
   * @returns the first state, the current one included, for which `predicate` is true
   * @throws as a rejection: ClientError `wait_timeout`, `connection_closed`; an error of the predicate
   */
  waitUntil(
    predicate: (state: Immutable<StateOf<G>>) => boolean,
    options: { timeoutMs?: number } = {},
  ): Promise<Immutable<StateOf<G>>> {
    checkWaitOptions(options)
    const source = {
      clock: this.#settings.clock,
      news: [this.#replica.subscriptions, this.#gameListeners, this.#members.subscriptions, this.#statusListeners],
      current: () => this.state,
      ended: () => (this.status === 'closed' ? closedError(this.closeInfo) : undefined),
    }
    return waitUntil(source, predicate, options.timeoutMs ?? defaultWaitMs)
  }

  /**
   * What to draw now: the state, with the numbers that the game's `motion` names on their way from one version to the next. It
   * shows the past, as little as the network allows: the distance of two versions and its jitter, at most 400 ms. All else is
   * that of the earlier version. Rows that do not move are those of the version, and cost nothing.
   * @returns a frozen state; the same object until something moves; `state` itself for a game without `motion`
   * @throws ClientError `invalid_argument` without the option `game`
   */
  scene(): Immutable<StateOf<G>> {
    const { game, clock } = this.#settings
    if (game === undefined) throw invalidArgument('scene needs the option game')
    return this.#prediction?.scene() ?? this.#replica.drawn(clock.now(), game.motion)
  }

  /**
   * Goes on with other rules: they are predicted, and their `motion` is drawn, from the next version on. For development: the
   * server goes on with them by its own `replaceGame`. It does not find out which rules a client has.
   * @throws ClientError `invalid_argument` for a value that is no game
   */
  replaceGame(game: G): void {
    if (!game?.initialState) throw invalidArgument('a game is made by defineGame')
    this.#settings.game = game
  }

  /**
   * Two versions around the moment `delayMs` ago, and the place between them: for a game that blends by itself
   * what `scene` cannot. For each delay the moment never goes back. `delayMs` must cover the jitter and the distance of two
   * versions, not the round-trip time: two or three ticks are a good start.
   * @throws ClientError `invalid_argument` for a value that is no number from 0
   */
  between(delayMs: number): Interpolation<StateOf<G>> {
    checkDelay(delayMs)
    return this.#replica.between(this.#settings.clock.now(), delayMs)
  }

  /**
   * Sends an event. Events that are dispatched in quick succession are sent together. For an event without data, the
   * options may follow its name.
   * @throws ClientError `connection_closed`, `invalid_argument`; GameStateError `invalid_value`, `value_limit`, `value_too_large`; ProtocolError
   * `event_too_large`, `queue_full`
   */
  dispatchEvent<Name extends keyof EventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<Data<G, Name>, DispatchOptions<Result<G, Name>>>
  ): void {
    checkEventName(name)
    const { data, options } = dispatchArguments<DispatchOptions>(args, dispatchOptionNames)
    if (options !== undefined) checkKeys('dispatchEvent', options, dispatchOptionNames)
    this.#sender.send(name, data, options, false)
  }

  /**
   * Sends an event at once and waits for the answer. For an event without data, the options may follow its name.
   * @returns the value that the handler or rule at the server returned
   * @throws as a rejection: RefusalError with the server's code and message; ClientError `request_timeout`,
   * `connection_closed`; else as `dispatchEvent`
   */
  async request<Name extends keyof EventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<Data<G, Name>, RequestOptions>
  ): Promise<Result<G, Name>> {
    checkEventName(name)
    const { data, options } = dispatchArguments<RequestOptions>(args, requestOptionNames)
    if (options !== undefined) checkKeys('request', options, requestOptionNames)
    return (await this.#sender.request(name, data, options)) as Result<G, Name>
  }

  /**
   * Handles an event of the server. An event may have several handlers. All of them run, in the order of their
   * registration; a handler that returns a promise does not hold up the next event. The server gets the first value that is
   * not undefined; if a handler throws, it gets a refusal: that of a `RefusalError`, else `handler_failed`.
   *
   * An event without a handler waits for one for half a second. Then it is refused with `event_unknown`; the log has the
   * first one of each name.
   * With prediction, an event that is declared by `event({ predict: true })` and that an own event dispatches is handled at
   * once, with `info.predicted`, and not again when the server's comes. If it has not happened at the server, `onRetract` is
   * called with the same data.
   * @param options `onRetract`: default none
   * @returns a function that takes the handler off
   * @throws ClientError `invalid_argument`
   */
  registerEventHandler<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    handler: (data: ServerEventsOf<G>[Name], info: HandlerInfo) => unknown,
    options: { onRetract?: (data: ServerEventsOf<G>[Name]) => unknown } = {},
  ): () => void {
    checkEventName(name)
    checkKeys('registerEventHandler', options, ['onRetract'])
    return this.#handlers.register(name, handler as Handler, options.onRetract as RegisteredHandler['onRetract'])
  }

  /**
   * Goes on at another address, with the same session: where its room has moved by `room.export` and `server.import`. The status
   * says when it is there, or `closed` if the session does not go on there.
   * @throws ClientError `invalid_argument`, `connection_closed`
   */
  moveTo(address: ServerAddress): void {
    const source = transportSourceOf(address)
    if (this.status === 'closed') throw closedError(this.closeInfo)
    this.#source = source
    this.#room = roomOf(this.#info!, source.url)
    this.#link.moveTo(this.#over())
  }

  /**
   * Ends the session and sends that to the server at once. Resolves when that is done; at once if the connection is closed.
   * @param options `shutdownServer: true` asks the server to shut down first: only the host client may, and only if the
   * server allows it
   * @throws as a rejection, with `shutdownServer`: ClientError `not_host_client`, `request_timeout`; RefusalError. The
   * connection is closed all the same.
   */
  async disconnect(options: { shutdownServer?: boolean } = {}): Promise<void> {
    checkKeys('disconnect', options, ['shutdownServer'])
    if (this.status === 'closed') return
    try {
      if (options.shutdownServer === true) await this.#sender.request(shutdownEvent, undefined)
    } catch (error) {
      if (error instanceof RefusalError && error.code === 'not_host_client') {
        throw new ClientError('not_host_client', error.message, { cause: error })
      }
      throw error
    } finally {
      await this.#link.close('disconnected', 'the client disconnected')
    }
  }

  /** The source with the simulated network, if there is one. */
  #over(): TransportSource {
    const { link, clock } = this.#settings
    return link?.over(this.#source, clock) ?? this.#source
  }

  #takeStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected' && this.#info === undefined) this.#takeWelcome()
    if (status === 'closed') {
      this.#prediction?.end()
      this.#handlers.end()
    }
    this.#opening.onStatus(status, info)
    this.#statusListeners.notify(status, info)
  }

  #takeWelcome(): void {
    const { welcome } = this.#link.session
    let info: unknown
    try {
      info = welcome && decodeValue(welcome)
    } catch {
      // as a welcome that is none
    }
    this.#takeInfo(info)
  }

  #takeInfo(data: unknown): void {
    const info = readGameInfo(data)
    if (info === undefined) return void this.#link.close('malformed', 'the server does not say what game it is')
    const before = this.#info
    this.#info = info
    this.#replica.setPace(info.tickRate, info.sendEveryTicks)
    if (before?.running === false && info.running) this.#replica.resumed()
    this.#link.session.eventsTake(this.#settings.flushIntervalMs + 1000 / info.tickRate)
    this.#time.take(info, this.#settings.clock.now(), this.#link.session.fastest?.offsetMs)
    const isSameRoom = before !== undefined && JSON.stringify(before.room) === JSON.stringify(info.room)
    if (!isSameRoom) {
      this.#room = roomOf(info, this.#source.url)
      // by this path any server of a cluster finds it
      this.#link.own.path = pathTo(this.#room, this.#link.own.path)
    }
    // it also comes when only the ticks have changed
    if (!isSameRoom || before.host !== info.host || before.running !== info.running) this.#gameListeners.notify()
  }

  #takeState(version: number, base: number | undefined, payload: Uint8Array): void {
    const { session, isReliable } = this.#link
    const before = this.#replica.store?.version
    const result = this.#replica.take(version, base, payload, this.#settings.clock.now(), isReliable)
    // a version that comes again may mean that the server has not heard that it came
    if (result === 'ignored') return session.stateHeld(before)
    if (typeof result === 'function') {
      const copy = copyBytes(payload)
      return this.#link.waitFor(result(), () => this.#takeState(version, base, copy))
    }
    if (result === 'too_large') {
      return void this.#link.close('packet_too_large', 'the state takes more than maxStateBytes')
    }
    // the next snapshot would be no better
    if (result === 'unreadable' && base === undefined) {
      return void this.#link.close('malformed', 'a snapshot of the server cannot be read')
    }
    if (result !== 'applied') {
      this.#prediction?.missed(version)
      return session.stateHeld(undefined)
    }
    if (before !== undefined && version < before) this.#time.restart()
    this.#time.reached(version)
    this.#prediction?.confirmed()
    this.#replica.notify()
    this.#prediction?.notify()
    // hands out the events that waited for this version
    session.stateHeld(version)
  }
}
