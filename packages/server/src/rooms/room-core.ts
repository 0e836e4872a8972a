import {
  type AnyGame,
  type Clock,
  GameStateMachine,
  GameStateStore,
  type Logger,
  type Outcome,
  type TickInput,
} from '@tygase/gamestate'
import {
  type DispatchArguments,
  dispatchArguments,
  type EventInput,
  guard,
  type MadeTick,
  withDetails,
} from '@tygase/gamestate/internal'
import {
  type CloseInfo,
  Counters,
  gameEvent,
  isReserved,
  limitsOf,
  presenceEvent,
  type SessionLimits,
  shutdownEvent,
} from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { Channels } from '../channels.js'
import type { ClientLink } from '../clients/client-link.js'
import { type ClientTable, RoomClients } from '../clients/client-table.js'
import { ClientLifecycle, type LifecycleRoom } from '../clients/lifecycle.js'
import type { Door } from '../entrance/door.js'
import { checkKeys, ServerError } from '../errors.js'
import { ChannelTable } from '../events/channel-table.js'
import { EventIntake } from '../events/event-intake.js'
import { EventSender } from '../events/event-sender.js'
import { checkMetadataFits } from '../limit-relations.js'
import {
  bindMethods,
  type Client,
  type CloseRoomOptions,
  type Reservation,
  type RoomListing,
  type RoomMetadata,
  type RoomStatus,
  type ServerDispatchOptions,
  type ServerEventHandler,
} from '../room.js'
import { StateSender } from '../sending/state-sender.js'
import { Quiet, RoomTicks, TickLoop } from '../sending/tick-loop.js'
import { machineOptionsOf, type RoomKind, type Surroundings, storeOptionsOf } from './kind.js'
import { HookCalls, Lifetime, roomClosed } from './lifetime.js'
import { RoomTraits, type Traits } from './listing.js'
import { RoomNews } from './news.js'
import { RoomSaver } from './saver.js'
import { JoinPace, roomLocked, type Seat, Seats } from './seats.js'

/** How a room has come to be made. */
export interface RoomOrigin {
  readonly id: string
  /** True if its id is a new one, so that no state can be saved under it. */
  readonly isFresh: boolean
  /** True if a client has asked for it, and not the server's own code. */
  readonly byClient: boolean
  /** Traits that the caller of `createRoom` has given. */
  readonly given?: Partial<Traits>
}

/** The last tick takes inputs for so long, if the drain time of the server is not shorter: all that waits for usual. */
const lastInputsMs = 250

/** Answers of a tick that take less time are not charged: to find out whose they are would cost more. */
const leastChargedMs = 0.5

const dispatchOptionNames = ['to', 'retries', 'onAck', 'onFail']

/** One game with its clients: the parts of a room, and the way from one to the next. Users see it as `Room`. */
export class RoomCore implements LifecycleRoom {
  readonly kind: string
  readonly id: string
  readonly key: string
  readonly createdAtMs: number
  readonly game: AnyGame
  readonly store: GameStateStore<object>
  readonly machine: GameStateMachine
  readonly counters: Counters
  readonly clock: Clock
  readonly tickClock: Clock
  readonly logger: Logger
  readonly limits: Partial<SessionLimits>
  readonly names: readonly string[]
  readonly exposeErrors: boolean
  readonly maxClients: number
  readonly sendEveryTicks: number
  readonly idleGraceMs: number
  readonly runWhenEmpty: boolean
  readonly sendMembers: boolean
  readonly latencyIntervalMs: number
  readonly maxPresenceBytes: number
  readonly maxAheadMs: number
  readonly maxRewindMs: number
  readonly quiet = new Quiet()
  readonly sentAlone = { states: 0, bytes: 0 }
  readonly wallClock: { now(): number }
  readonly table: ClientTable
  readonly door: Door
  readonly handOverHost: boolean
  readonly sessionsPerUser: 'both' | 'newest'
  readonly hostShutsDown: 'room' | 'server' | 'nothing'
  readonly links = new RoomClients()
  readonly seats: Seats
  readonly sender: StateSender
  readonly out: EventSender
  readonly pace: JoinPace
  readonly news: RoomNews
  readonly loop: TickLoop
  readonly events: EventIntake
  readonly channelTables: { readonly room: ChannelTable; readonly server: ChannelTable }
  readonly hooks: HookCalls
  readonly saver: RoomSaver | undefined
  readonly lifetime: Lifetime
  readonly lifecycle: ClientLifecycle = new ClientLifecycle(this)
  readonly #surroundings: Surroundings
  readonly #traits: RoomTraits
  readonly #isFresh: boolean
  #tickAtMs: number

  /** @throws ServerError, GameStateError `invalid_argument` for options out of range */
  constructor(kind: RoomKind, surroundings: Surroundings, { id, isFresh, byClient, given }: RoomOrigin) {
    const { name, game, options, savedRooms } = kind
    const { clock, random, schedule, table, storage } = surroundings
    this.kind = name
    this.id = id
    this.key = `${name}/${id}`
    this.game = game
    this.clock = clock
    this.tickClock = schedule.clock
    this.logger = withDetails(surroundings.logger, { room: this.key })
    this.counters = new Counters(surroundings.counters)
    this.createdAtMs = clock.now()
    this.#tickAtMs = this.createdAtMs
    this.limits = { ...surroundings.limits, ...options.limits }
    const own = game.presence === undefined ? [gameEvent, shutdownEvent] : [gameEvent, shutdownEvent, presenceEvent]
    this.names = [...Object.keys(game.events), ...Object.keys(game.serverEvents ?? {}), ...own]
    this.exposeErrors = surroundings.exposeErrors
    this.maxClients = options.maxClients
    this.sendEveryTicks = options.sendEveryTicks
    this.idleGraceMs = options.idleGraceMs
    this.runWhenEmpty = options.runWhenEmpty
    this.sendMembers = options.sendMembers
    this.latencyIntervalMs = options.latencyIntervalMs
    this.maxPresenceBytes = options.maxPresenceBytes
    this.maxAheadMs = options.maxAheadMs
    this.maxRewindMs = options.maxRewindMs
    this.#surroundings = surroundings
    this.table = table
    this.door = surroundings.door
    this.wallClock = surroundings.wallClock
    this.sessionsPerUser = options.sessionsPerUser
    this.hostShutsDown = options.hostShutsDown
    this.#isFresh = isFresh
    this.#traits = new RoomTraits({ private: options.private, metadata: options.metadata ?? {} }, given)
    const { logger, counters } = this
    const store = new GameStateStore<object>(game.initialState(), { ...storeOptionsOf(game, options), logger })
    this.store = store
    const ticks = new RoomTicks(schedule, game.tickRate)
    const seed = options.seed ?? Math.floor(random() * 2 ** 31)
    const firstStepAtMs = (nowMs: number): number => {
      const firstAtMs = ticks.begin(nowMs)
      // game time goes on from here: the time of a pause does not count
      this.#tickAtMs = firstAtMs - 1000 / game.tickRate
      return firstAtMs
    }
    this.machine = new GameStateMachine(store, game, { ...machineOptionsOf(options), seed, logger, firstStepAtMs })
    this.machine.onTick((tick) => this.#onTick(tick))
    this.machine.onRunning((running) => this.#onRunning(running, ticks))
    this.machine.onDropped(() => this.news.sendGame())
    this.handOverHost = options.handOverHost
    this.seats = new Seats({ maxClients: options.maxClients, clock, random, links: this.links, table })
    const { maxBufferedBytes, slowTimeoutMs, maxJoinsPerTick, maxJoinBytesPerTick } = options
    this.sender = new StateSender({
      store,
      game,
      maxBufferedBytes,
      slowTimeoutMs,
      logger,
      counters,
      now: () => clock.now(),
    })
    const { serverEvents } = game
    this.out = new EventSender({ store, links: this.links, serverEvents, logger, now: () => clock.now() })
    this.pace = new JoinPace({ maxJoinsPerTick, maxJoinBytesPerTick, sender: this.sender })
    this.news = new RoomNews(this)
    this.loop = new TickLoop(this)
    this.events = new EventIntake(this)
    const channels = new ChannelTable('room', clock, logger, options.channels)
    this.channelTables = { room: channels, server: surroundings.channels }
    this.hooks = new HookCalls(this, options, clock, logger)
    const [{ present }, traits, key, { machine }] = [this.lifecycle, this.#traits, this.key, this]
    this.saver =
      options.save &&
      new RoomSaver({
        key,
        game,
        save: options.save,
        storage,
        store,
        machine,
        present,
        traits,
        byClient,
        savedRooms,
        clock,
        logger,
      })
    this.lifetime = new Lifetime(this)
    for (const [event, handler] of Object.entries(options.handlers ?? {})) {
      this.events.register(event, handler as ServerEventHandler<unknown>)
    }
    bindMethods(this, methods)
  }

  get status(): RoomStatus {
    return this.lifetime.status
  }

  get clients(): ReadonlyMap<string, Client> {
    return this.links.joined
  }

  get hostClient(): string | undefined {
    return this.links.host
  }

  get channels(): Channels {
    return this.channelTables.room
  }

  get metadata(): RoomMetadata {
    return this.#traits.now.metadata
  }

  set metadata(metadata: RoomMetadata) {
    checkMetadataFits(metadata, limitsOf(this.limits))
    this.#traits.change({ metadata })
    this.#newsSoon()
  }

  get isPrivate(): boolean {
    return this.#traits.now.private
  }

  set isPrivate(isPrivate: boolean) {
    this.#traits.change({ private: isPrivate })
  }

  get isLocked(): boolean {
    return this.#traits.now.locked
  }

  get isOpen(): boolean {
    // most rooms that are searched for a free seat are full, and there may be hundreds
    if (this.links.all.size >= this.maxClients) return false
    // a room that may have been saved is not known before it is loaded
    const isKnown = this.status === 'open' || (this.status === 'opening' && (this.#isFresh || this.lifetime.isRestored))
    return isKnown && !this.isLocked && this.seats.free >= 1
  }

  get info(): RoomListing {
    const { kind, id, isLocked: locked, metadata, maxClients } = this
    const clients = this.links.all.size
    return { kind, id, clients, ...(maxClients !== Number.POSITIVE_INFINITY && { maxClients }), locked, metadata }
  }

  get tickAtMs(): number {
    return this.#tickAtMs
  }

  /** True if no client may come in any more. */
  get isOver(): boolean {
    return this.status === 'closing' || this.status === 'closed'
  }

  lock(): void {
    this.#traits.change({ locked: true })
  }

  unlock(): void {
    this.#traits.change({ locked: false })
  }

  reserve(options: { forMs?: number } = {}): Reservation {
    checkKeys('reserve', options, ['forMs'])
    const { forMs = 15_000 } = options
    if (!(forMs > 0 && Number.isFinite(forMs))) {
      throw new ServerError('invalid_argument', `forMs is a number above 0, not ${forMs}`)
    }
    if (this.isOver) throw roomClosed()
    return this.seats.reserve(forMs)
  }

  cancelReservation(ticket: string): boolean {
    return this.seats.reservations.cancel(ticket)
  }

  pause(): void {
    this.machine.stop()
  }

  resume(): void {
    if (!this.lifetime.isServing) throw notRunning('the game')
    this.machine.run(this.tickClock)
  }

  dispatchEvent(name: string, ...args: DispatchArguments<unknown, ServerDispatchOptions>): void {
    const { data, options = {} } = dispatchArguments<ServerDispatchOptions>(args, dispatchOptionNames)
    checkName(name)
    checkKeys('dispatchEvent', options, dispatchOptionNames)
    if (!this.lifetime.isServing && this.status !== 'closing') throw notRunning(`'${name}'`)
    this.out.dispatch(name, data, options, this.machine.running)
  }

  registerEventHandler(name: string, handler: ServerEventHandler<never>): () => void {
    checkName(name)
    return this.events.register(name, handler as ServerEventHandler<unknown>)
  }

  pushEvent(name: string, data?: unknown, clientId?: string): void {
    if (this.status === 'closed') throw roomClosed()
    const link = clientId === undefined ? undefined : this.links.joined.get(clientId)
    if (clientId !== undefined && link === undefined) {
      throw new ServerError('unknown_client', `there is no client '${clientId}'`)
    }
    const input: EventInput = { kind: 'event', name, data, ...(link && { client: link.ruleClient }) }
    const refused = this.machine.push(input)
    if (refused?.kind === 'refused') this.#logPushed(name, refused.code, refused.message)
    else this.out.notePush()
  }

  onJoin(listener: (client: Client) => void): () => void {
    return this.hooks.add(this.hooks.onJoin, 'onJoin', listener)
  }

  onLeave(listener: (client: Client, info: CloseInfo | undefined) => void): () => void {
    return this.hooks.add(this.hooks.onLeave, 'onLeave', listener)
  }

  onSuspend(listener: (client: Client, info: CloseInfo | undefined) => void): () => void {
    return this.hooks.add(this.hooks.onSuspend, 'onSuspend', listener)
  }

  onResume(listener: (client: Client) => void): () => void {
    return this.hooks.add(this.hooks.onResume, 'onResume', listener)
  }

  close(options: CloseRoomOptions = {}): Promise<void> {
    checkKeys('close', options, ['reason', 'forget'])
    return this.lifetime.close(options)
  }

  // --- for the entrance, and for the links of clients

  /** Takes a seat. @throws ServerError `room_closed`, `room_locked`, `room_full`, `ticket_expired`, `ticket_unknown` */
  takeSeat(identity: Identity | undefined, ticket: string | undefined): Seat {
    if (this.isOver) throw roomClosed()
    return this.seats.take(ticket, this.isLocked, this.lifecycle.olderOf(identity).length)
  }

  /** The room has opened since the seat was taken. @throws ServerError `room_locked` if its saved state was locked */
  confirmSeat({ ticket }: Seat): void {
    if (this.#traits.isLockRestored && ticket === undefined) throw roomLocked()
  }

  /** Gives a seat back. */
  releaseSeat(seat: Seat): void {
    this.seats.release(seat)
    this.lifetime.restIfVacant()
  }

  /** A client is about to come in: the room rests no more. @throws ServerError `room_closed` */
  wake(): void {
    if (this.isOver) throw roomClosed()
    this.lifetime.enter()
  }

  shutdownServer(reason: string): Promise<void> {
    return this.#surroundings.server.shutdown({ reason, endSessions: true })
  }

  sendLast(link: ClientLink): void {
    // an event is handled at a version, so the state goes out before the last packet
    if (link.transport !== undefined) this.loop.write(link, true)
  }

  // --- the parts of its lifetime

  start(): void {
    if (!this.lifetime.isServing) return
    this.loop.start()
  }

  suspendClients(reason: string): void {
    // inputs for which there is no time run when the server runs again
    this.#runLast()
    this.#stopTicks()
    this.lifecycle.suspendAll(reason)
  }

  endClients(reason: string): void {
    this.#runLast()
    this.#refuseLeft()
    this.#stopTicks()
    this.lifecycle.endAll(reason)
  }

  /** Runs the inputs that are queued, for a while. */
  #runLast(): void {
    if (!this.machine.running || this.machine.queuedInputs === 0) return
    const inputMs = Math.min(this.door.drainMs, lastInputsMs)
    const timeMs = this.clock.now()
    guard(this.logger, 'the last tick of a room failed', () => this.machine.step({ timeMs, inputMs, isLast: true }))
  }

  /** There will be no tick for the events that still wait. */
  #refuseLeft(): void {
    const left = this.machine.takeEvents()
    if (left.length === 0) return
    this.logger.warn({ events: left.length }, 'events were refused: there was no time for them before the end')
    for (const input of left) {
      const link = input.sequence === undefined ? undefined : this.links.all.get(input.client?.id ?? '')
      if (link !== undefined) this.events.ran(link, input, noTimeLeft, undefined)
    }
  }

  /** The machine and the loop stop, after the events of the last tick. */
  #stopTicks(): void {
    this.machine.stop()
    this.out.releaseAll()
    this.loop.stop()
    this.news.stop()
  }

  // --- ticks

  #onTick({ tick, inputs, inputTimes, outcomes, dispatches, failures, lateEvents }: MadeTick<object>): void {
    if (lateEvents > 0) this.counters.add('lateEvents', lateEvents)
    this.#tickAtMs = this.machine.tickAtMs ?? this.clock.now()
    for (const [clientId, ms] of inputTimes) this.links.all.get(clientId)?.charge(ms)
    let pushesRan = 0
    const startMs = this.clock.now()
    // found by their inputs: a tick full of failures must not look through all of them for each
    const failed = failures.length > 0 ? new Map(failures.map((failure) => [failure.input, failure])) : undefined
    for (const [place, input] of inputs.entries()) {
      const outcome = outcomes[place]!
      const link = input.client && this.links.all.get(input.client.id)
      if (input.kind === 'join') this.lifecycle.joined({ input, outcome, failure: failed?.get(input) }, link)
      else if (input.kind === 'leave') this.lifecycle.present.delete(input.client.id)
      else if (input.sequence !== undefined) {
        if (link !== undefined) this.events.ran(link, input, outcome, failed?.get(input))
      } else {
        pushesRan++
        if (outcome.kind === 'refused') this.#logPushed(input.name, outcome.code, outcome.message)
      }
    }
    this.#chargeAnswers(inputs, this.clock.now() - startMs)
    for (const dispatch of dispatches) this.out.dispatchForRule(dispatch)
    if (pushesRan > 0) this.out.notePushesRan(pushesRan)
    if (this.hooks.hasTick && this.lifetime.isHooked) this.hooks.tick(tick)
    // clients of a paused game do not take game time from the numbers of versions: it may be stepped by hand
    if (!this.machine.running) this.news.sendSoon()
    this.loop.onTick(tick)
    if (this.links.all.size === 0) this.lifetime.restIfVacant()
  }

  /** The answers of a tick's events have taken this long: the clients that have sent many pay for it by their part of the events. */
  #chargeAnswers(inputs: readonly TickInput[], ms: number): void {
    if (ms < leastChargedMs) return
    const events = new Map<string, number>()
    for (const { client } of inputs) if (client !== undefined) events.set(client.id, (events.get(client.id) ?? 0) + 1)
    for (const [clientId, count] of events) this.links.all.get(clientId)?.charge((ms * count) / inputs.length)
  }

  #onRunning(running: boolean, ticks: RoomTicks): void {
    if (!running) {
      ticks.end()
      // no tick will come that they could wait for
      this.out.releaseAll()
      this.lifecycle.runJoinsAndLeaves()
    }
    if (this.isOver) return
    this.start()
    this.news.sendGame()
    this.lifetime.machineRuns(running)
  }

  #newsSoon(): void {
    this.news.sendSoon()
    this.quiet.end()
  }

  #logPushed(event: string, code: string, reason: string): void {
    this.logger.warn({ event, code, reason }, 'an event that the server has pushed was refused')
  }
}

const methods = [
  'lock',
  'unlock',
  'reserve',
  'cancelReservation',
  'pause',
  'resume',
  'dispatchEvent',
  'registerEventHandler',
  'pushEvent',
  'onJoin',
  'onLeave',
  'onSuspend',
  'onResume',
  'close',
] as const

/** @throws ServerError `invalid_argument` for a name that belongs to the library */
function checkName(name: string): void {
  if (isReserved(name)) throw new ServerError('invalid_argument', `names that begin with $ are reserved: '${name}'`)
}

const noTimeLeft: Outcome = Object.freeze({ kind: 'refused', code: 'room_closed', message: 'the room has ended' })

function notRunning(what: string): ServerError {
  return new ServerError('not_running', `${what} cannot be sent: the room is not open`)
}
