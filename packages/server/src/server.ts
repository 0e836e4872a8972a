import type { SecureContextOptions } from 'node:tls'
import {
  type AnyGame,
  type Clock,
  type DispatchArguments,
  type EventsOf,
  type EventWire,
  type GameStateStore,
  type Logger,
  type Precision,
  type ServerEventsOf,
  type StateOf,
  silentLogger,
  Views,
} from '@tygase/gamestate'
import {
  type CloseInfo,
  closeCodes,
  isReserved,
  limitsOf,
  shutdownEvent,
  type Transport,
  type World,
} from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'
import { Admission } from './admission.js'
import type { Channels } from './channels/channels.js'
import { ServerChannels } from './channels/server-channels.js'
import type { AcceptedTransport } from './entrance/listener.js'
import { ServerError } from './errors.js'
import { EventIntake, type IntakeHandler } from './event-intake.js'
import { eventNames } from './event-names.js'
import { Gate } from './gate.js'
import { hostShutdown } from './host-shutdown.js'
import { createInProcessPair } from './in-process.js'
import { Listening } from './listening.js'
import type { OwnedConnection } from './owned-connection.js'
import { Pump } from './pump.js'
import { unknownPath } from './refused-hello.js'
import { RunState } from './run-state.js'
import { secureRandom } from './secure-random.js'
import type { ServerConnection } from './server-connection.js'
import { ServerHooks } from './server-hooks.js'
import { type ServerShare, setInternals } from './server-internals.js'
import {
  checkOptions,
  checkPort,
  joinPace,
  type RunOptions,
  type ServerDispatchOptions,
  type ServerEventHandler,
  type ServerOptions,
  type ShutdownOptions,
} from './server-options.js'
import type { ServerStats } from './server-stats.js'
import { Sessions } from './sessions.js'
import { Stream } from './stream.js'
import { systemClock } from './system-clock.js'
import { WireRun } from './wire-run.js'

/**
 * Lets clients in, sends them a store's versions, and carries events both ways. Owns no rules: those are the event wire's.
 *
 * The server ticks with its event wire, and starts it on `run` when it does not run yet (and stops it again on
 * `shutdown`). While it is shut down nothing happens: sessions keep their grace time, which is looked at when it runs again.
 *
 * @typeParam G the game, for the types of events; follows from the event wire
 */
export class Server<G extends AnyGame = AnyGame> {
  readonly store: GameStateStore<StateOf<G>>
  readonly #wire: EventWire | undefined
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #tickRate: number
  readonly #sendEveryTicks: number
  readonly #sessions: Sessions
  readonly #gate: Gate
  readonly #admission: Admission
  readonly #stream: Stream<StateOf<G>>
  readonly #listening: Listening
  readonly #intake: EventIntake
  readonly #pump: Pump
  readonly #hooks: ServerHooks
  readonly #channels: ServerChannels
  readonly #wireRun: WireRun
  readonly #runState = new RunState()
  #path: string | undefined

  /** @param share for rooms. @throws ServerError, ProtocolError `invalid_argument` for an option or one of `limits` out of range */
  constructor(store: GameStateStore<StateOf<G>>, options: ServerOptions<G> = {}, share?: ServerShare) {
    const { eventWire, game = eventWire?.game, clock = systemClock, logger = silentLogger, limits = {} } = options
    const { random = secureRandom, handOverHost = true } = options
    const counts = checkOptions(options)
    const { sendEveryTicks, maxSessions, maxHandshakes } = counts
    this.store = store
    this.#wire = eventWire
    this.#clock = clock
    this.#logger = logger
    this.#tickRate = eventWire?.tickRate ?? game?.tickRate ?? 20
    this.#sendEveryTicks = sendEveryTicks
    this.#hooks = new ServerHooks(logger)
    this.#sessions = new Sessions(
      { clock, random, logger, limits, names: eventNames(game), maxSessions, handOverHost, isTaken: share?.isTaken },
      {
        onEvent: (connection, event) => this.#intake.take(connection, event),
        onBegin: (connection) => this.#begin(connection),
        onSuspend: (connection, info) => {
          this.#stream.suspend(connection)
          this.#hooks.onSuspend.tell(connection, info)
        },
        onResume: (connection) => this.#hooks.onResume.tell(connection),
        onEnd: (connection, info) => this.#end(connection, info),
        welcome: () => encodePayload(this.#world),
      },
    )
    const { handshakeTimeoutMs, maxPacketBytes } = limitsOf('server', limits)
    const gate = share?.gate ?? new Gate({ ...options, clock, logger, maxHandshakes, handshakeTimeoutMs })
    this.#gate = gate
    this.#admission = new Admission({
      logger,
      gate,
      admit: (transport, hello) => this.#sessions.admit(transport, hello),
      onAdmit: (connection) => this.#stream.welcome(connection),
      pace: joinPace(counts),
    })
    const precision = game?.precision as Precision<StateOf<G>> | undefined
    const { connections, quiet } = this.#sessions
    const views = game?.view && new Views<StateOf<G>>(game.view, game.viewKey)
    this.#stream = new Stream({ store, precision, views, limits: counts, clock, logger, connections, quiet })
    this.#listening = new Listening({
      clock,
      logger,
      gate,
      handshakeTimeoutMs,
      maxPacketBytes,
      onTransport: (transport) => this.#takeSocket(transport),
    })
    this.#intake = new EventIntake(eventWire, game, logger, (connection, byRule) =>
      this.#stream.settled(connection, byRule),
    )
    const shutdown = (reason: string): Promise<void> => this.shutdown({ reason })
    this.#intake.register(shutdownEvent, hostShutdown({ clock, logger, connections, shutdown }))
    const { channels } = options
    const writeSoon = (connection: OwnedConnection): void => this.#stream.settled(connection, false)
    this.#channels = new ServerChannels({ clock, logger, channels, connections, intake: this.#intake, writeSoon })
    const { tickClock = clock } = share ?? {}
    this.#pump = new Pump(tickClock, this.#tickRate, sendEveryTicks, (isTick) => this.#turn(isTick))
    this.#wireRun = new WireRun(eventWire, tickClock, {
      onTick: (tick) => this.#pump.onTick(tick),
      onDispatch: (name, data, to) => this.#stream.dispatchForRule(name, data, to),
      onRunning: () => {
        this.#wake()
        this.#stream.tellWorld(this.#world)
      },
    })
    this.#openInternals()
  }

  /** Where clients connect; undefined unless it listens. */
  get port(): number | undefined {
    return this.#listening.port
  }

  get hostname(): string | undefined {
    return this.#listening.hostname
  }

  /** True from when `run` has resolved until `shutdown` is called. */
  get running(): boolean {
    return this.#runState.running
  }

  /** Sessions by client id, suspended ones too. */
  get connections(): ReadonlyMap<string, ServerConnection> {
    return this.#sessions.connections
  }

  /** The id of the host client; undefined when there is none. */
  get hostClient(): string | undefined {
    return this.#sessions.hostClient
  }

  /** Messages by name, beside the state. */
  get channels(): Channels {
    return this.#channels.channels
  }

  get stats(): ServerStats {
    return {
      unknownEvents: this.#intake.unknown,
      refusedTransports: this.#admission.refused,
      skippedWrites: this.#stream.skipped,
      encodedStates: this.#stream.encoded,
      ...this.#gate.stats,
    }
  }

  /**
   * Begins to serve; resolves when clients can connect. During `shutdown` it waits for that first.
   * @throws ServerError `already_running`; `port_in_use` naming the port; `listen_failed`; `tls_invalid`; `invalid_argument`. The server may run later all the same.
   */
  async run(options: RunOptions = {}): Promise<void> {
    const { port = 0, hostname = 'localhost' } = options
    checkPort(port)
    const open = () => (port === false ? undefined : this.#listening.start(port, hostname, options))
    await this.#runState.run(open, () => this.#start(options.path))
  }

  /**
   * Tells every client why, sends what waits, frees the port and resolves, within `drainMs`. Sessions are suspended and may
   * resume when this server object runs again within their grace time, unless `endSessions` is set. Calling it again, or
   * before `run`, resolves; during `run` it waits for that first.
   */
  async shutdown(options: ShutdownOptions = {}): Promise<void> {
    await this.#runState.shutdown(() => this.#stop(options))
  }

  /**
   * Sends an event to clients on the next tick. A suspended client gets it when it resumes, as far as its queue holds.
   * @throws ServerError `not_running`; `unknown_client` naming it; `invalid_argument` for a reserved name. ProtocolError
   * `payload_invalid`, `payload_limit`, `event_too_large`. Nothing is sent then.
   */
  dispatchEvent<Name extends keyof ServerEventsOf<G> & string>(
    name: Name,
    ...args: DispatchArguments<ServerEventsOf<G>[Name], ServerDispatchOptions>
  ): void {
    const [data, options = {}] = args as [unknown, ServerDispatchOptions?]
    if (isReserved(name)) throw new ServerError('invalid_argument', `names that begin with $ are reserved: '${name}'`)
    if (!this.running) throw new ServerError('not_running', `'${name}' cannot be sent: the server does not run`)
    this.#stream.dispatch(name, data, options)
  }

  /**
   * Handles an event of clients, before the event wire does; replaces the handler that was there. It may be asynchronous.
   * It refuses an event by throwing a `RefusalError`; then the event wire does not get it.
   * @returns a function that takes the handler away, unless another has replaced it
   * @throws ServerError `invalid_argument` for what is not a function and for a reserved name
   */
  registerEventHandler<Name extends keyof EventsOf<G> & string>(
    name: Name,
    handler: ServerEventHandler<EventsOf<G>[Name]['data']>,
  ): () => void {
    if (isReserved(name)) throw new ServerError('invalid_argument', `names that begin with $ are reserved: '${name}'`)
    return this.#intake.register(name, handler as IntakeHandler)
  }

  /** A session begins. @returns a function that ends the subscription, as with the three below */
  onConnect(listener: (connection: ServerConnection) => void): () => void {
    return this.#hooks.onConnect.subscribe(listener)
  }

  /** A session has ended for good; once per session. */
  onDisconnect(listener: (connection: ServerConnection, info: CloseInfo | undefined) => void): () => void {
    return this.#hooks.onDisconnect.subscribe(listener)
  }

  /** A session has lost its transport and waits to be resumed. */
  onSuspend(listener: (connection: ServerConnection, info: CloseInfo | undefined) => void): () => void {
    return this.#hooks.onSuspend.subscribe(listener)
  }

  /** A suspended session goes on. */
  onResume(listener: (connection: ServerConnection) => void): () => void {
    return this.#hooks.onResume.subscribe(listener)
  }

  /** Takes a client over any transport. @throws ServerError `not_running` */
  acceptTransport(transport: AcceptedTransport): void {
    if (!this.running) throw new ServerError('not_running', 'the server does not run')
    this.#wake()
    this.#admission.take(transport)
  }

  /** A transport for a client in this process: what `connect(server)` uses. @throws ServerError `not_running` */
  openTransport(): Transport {
    const [own, clients] = createInProcessPair(this.#clock)
    this.acceptTransport(own)
    return clients
  }

  /**
   * Changes certificate and key while it listens with `tls`: for connections from now on, those that are there keep theirs.
   * @throws ServerError `not_running` when it does not listen; `tls_invalid`, and the old ones stay
   */
  setSecureContext(options: SecureContextOptions): void {
    this.#listening.setSecureContext(options)
  }

  get #world(): World {
    return {
      host: this.#sessions.hostClient ?? null,
      running: this.#wireRun.running,
      tickRate: this.#tickRate,
      sendEveryTicks: this.#sendEveryTicks,
    }
  }

  #takeSocket(transport: AcceptedTransport): void {
    if (!this.running) return transport.close(closeCodes.shutdown.number, closeCodes.shutdown.reason)
    this.#wake()
    this.#admission.take(transport, ({ path }) => (path === (this.#path ?? path) ? undefined : unknownPath))
  }

  #start(path: string | undefined): void {
    this.#path = path
    // some may have been away for too long
    for (const connection of [...this.#sessions.connections.values()]) connection.advance(this.#clock.now())
    this.#gate.watch(this.#sessions.connections)
    this.#wireRun.start()
    this.#pump.start()
    this.#logger[this.#logLevel]({ port: this.port, host: this.hostname }, 'the server runs')
  }

  async #stop(options: ShutdownOptions): Promise<void> {
    const { reason = closeCodes.shutdown.reason, drainMs = 500, endSessions = false } = options
    const level = this.#logLevel
    this.#gate.unwatch(this.#sessions.connections)
    this.#pump.stop()
    this.#stream.stop()
    this.#wireRun.stop()
    this.#admission.close('shutdown', reason)
    for (const connection of [...this.#sessions.connections.values()]) {
      if (endSessions) connection.end('shutdown', reason)
      else connection.suspend('shutdown', reason)
    }
    await this.#listening.stop(drainMs)
    this.#logger[level]({ reason }, 'the server has shut down')
  }

  /** A server that does not listen is part of something else, a room or a page: its coming and going is no news. */
  get #logLevel(): 'debug' | 'info' {
    return this.port === undefined ? 'debug' : 'info'
  }

  #turn(isTick: boolean): void {
    // while the game runs, state goes out on its ticks alone; a store without ticks is committed to at any time
    this.#stream.turn(isTick || !this.#wireRun.running)
    // after the others, whom a rush of joins must not make wait
    this.#admission.turn()
    if (!isTick && this.#isQuiet) this.#pump.stop()
  }

  /** Nobody is there or comes, and no rule runs: no timer need be set until that changes. */
  get #isQuiet(): boolean {
    const { waiting, joining } = this.#admission
    return this.#sessions.connections.size === 0 && !this.#wireRun.running && waiting + joining === 0
  }

  #wake(): void {
    if (this.running) this.#pump.start()
  }

  #openInternals(): void {
    setInternals(this, {
      channels: this.#channels,
      connections: this.#sessions.connections,
      admit: (transport, hello) => {
        this.#wake()
        this.#admission.takeGreeted(transport, hello)
      },
      countJoining: () => this.#admission.joining,
      knows: (hello) => this.#sessions.knows(hello),
      register: (name, handler) => void this.#intake.register(name, handler),
      dispatch: (name, data, options) => this.#stream.dispatch(name, data, options),
    })
  }

  #begin(connection: OwnedConnection): void {
    this.#gate.place(connection)
    this.#wire?.pushJoin(connection.clientId)
    this.#stream.tellWorld(this.#world, connection)
    this.#hooks.onConnect.tell(connection)
  }

  #end(connection: OwnedConnection, info: CloseInfo | undefined): void {
    this.#stream.forget(connection)
    this.#channels.table.leaveAll(connection)
    this.#gate.end(connection, info)
    this.#wire?.pushLeave(connection.clientId)
    this.#stream.tellWorldSoon(() => this.#world)
    this.#hooks.onDisconnect.tell(connection, info)
  }
}
