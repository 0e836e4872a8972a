import { type AnyGame, GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { type DispatchArguments, dispatchArguments, type EventInput } from '@tygase/gamestate/internal'
import {
  type CloseInfo,
  gameEvent,
  isReserved,
  limitsOf,
  presenceEvent,
  shutdownEvent,
} from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { Channels } from '../channels.js'
import type { ClientLink } from '../clients/client-link.js'
import { RoomClients } from '../clients/client-table.js'
import { ClientLifecycle, type LifecycleRoom } from '../clients/lifecycle.js'
import { settleDivergence } from '../divergence/divergence.js'
import { ReplicaChecks } from '../divergence/replica-checks.js'
import { checkKeys, ServerError } from '../errors.js'
import { ChannelTable } from '../events/channel-table.js'
import { EventIntake } from '../events/event-intake.js'
import { EventSender } from '../events/event-sender.js'
import type { JournaledRoom } from '../journal/journal.js'
import { readRoom } from '../journal/read-room.js'
import { recoverRoom } from '../journal/recover-room.js'
import { RoomJournal } from '../journal/room-journal.js'
import { encodeSnapshot, type RecoveredRoom } from '../journal/room-snapshot.js'
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
import { hasRewind, machineOptionsOf, type RoomKind, type Surroundings, storeOptionsOf } from './kind.js'
import { HookCalls, Lifetime, roomClosed } from './lifetime.js'
import { RoomTraits, type Traits } from './listing.js'
import { RoomNews } from './news.js'
import { RoomSettings } from './room-settings.js'
import { RoomSaver } from './saver.js'
import { JoinPace, roomLocked, type Seat, Seats } from './seats.js'
import { TickResults } from './tick-results.js'

/** How a room has come to be made. */
export interface RoomOrigin {
  readonly id: string
  /** True if its id is a new one, so that no state can be saved under it. */
  readonly isFresh: boolean
  /** True if a client has asked for it, and not the server's own code. */
  readonly byClient: boolean
  /** Traits that the caller of `createRoom` has given. */
  readonly given?: Partial<Traits>
  /** What another process has left of it. */
  readonly left?: JournaledRoom | undefined
}

const usualSnapshotMs = 10_000
/** A room that is to move waits so long for its server to act again. */
const actTimeoutMs = 2000

const dispatchOptionNames = ['to', 'retries', 'onAck', 'onFail']

/** One game with its clients: the parts of a room, and the way from one to the next. Users see it as `Room`. */
export class RoomCore extends RoomSettings implements LifecycleRoom {
  createdAtMs: number
  game: AnyGame
  readonly store: GameStateStore<object>
  readonly machine: GameStateMachine
  names: readonly string[]
  readonly quiet = new Quiet()
  readonly sentAlone = { states: 0, bytes: 0 }
  readonly links = new RoomClients()
  readonly seats: Seats
  readonly sender: StateSender
  readonly out: EventSender
  readonly pace: JoinPace
  readonly news: RoomNews
  readonly checks: ReplicaChecks | undefined
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
  readonly journal: RoomJournal | undefined
  madeAtMs: number
  /** What another process has left of the room, until it is open. */
  left: JournaledRoom | undefined
  readonly #results: TickResults
  tickAtMs: number

  /** @throws ServerError, GameStateError `invalid_argument` for options out of range */
  constructor(kind: RoomKind, surroundings: Surroundings, { id, isFresh, byClient, given, left }: RoomOrigin) {
    super(kind, surroundings, id)
    const { game, options, savedRooms } = kind
    const { clock, random, schedule, table, storage, cluster } = surroundings
    this.game = game
    this.createdAtMs = clock.now()
    this.madeAtMs = Math.round(surroundings.wallClock.now())
    this.tickAtMs = this.createdAtMs
    this.names = namesOf(game)
    this.#surroundings = surroundings
    this.#isFresh = isFresh
    this.left = left
    this.#traits = new RoomTraits({ private: options.private, metadata: options.metadata ?? {} }, given)
    const { logger, counters } = this
    const { journal, snapshotMs = usualSnapshotMs } = options.save ?? {}
    const store = new GameStateStore<object>(game.initialState(), { ...storeOptionsOf(game, options), logger })
    this.store = store
    const ticks = new RoomTicks(schedule, game.tickRate)
    const seed = options.seed ?? Math.floor(random() * 2 ** 31)
    const firstStepAtMs = (nowMs: number): number => {
      const firstAtMs = ticks.begin(nowMs)
      // game time goes on from here: the time of a pause does not count
      this.tickAtMs = firstAtMs - 1000 / game.tickRate
      return firstAtMs
    }
    this.machine = new GameStateMachine(store, game, {
      ...{ ...machineOptionsOf(options), seed, logger, firstStepAtMs, metering: surroundings.metering },
      ...(journal && { isHeldUp: () => this.journal?.isFull === true }),
    })
    this.#results = new TickResults(this)
    this.machine.onTick((tick) => this.#results.take(tick))
    this.machine.onRunning((running) => this.#onRunning(running, ticks))
    this.machine.onDropped((ticks) => {
      this.metering.meter?.dropped(ticks)
      this.news.sendGame()
    })
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
    this.out = new EventSender({ store, links: this.links, room: this, logger, now: () => clock.now() })
    this.pace = new JoinPace({ maxJoinsPerTick, maxJoinBytesPerTick, sender: this.sender })
    this.news = new RoomNews(this)
    const divergence = settleDivergence(options.divergence)
    this.checks = divergence && new ReplicaChecks(this, divergence, surroundings.checkBudget)
    this.loop = new TickLoop(this)
    this.events = new EventIntake(this)
    const channels = new ChannelTable('room', clock, logger, options.channels)
    this.channelTables = { room: channels, server: surroundings.channels }
    this.hooks = new HookCalls(this, options, clock, logger)
    const [{ present }, traits, key, { machine }] = [this.lifecycle, this.#traits, this.key, this]
    this.journal = journal && new RoomJournal(this, journal, snapshotMs)
    const { save } = options
    const isSaved = save !== undefined && (save.storage ?? storage) !== undefined
    this.saver = isSaved
      ? new RoomSaver({
          key,
          game,
          save,
          storage,
          store,
          machine,
          present,
          traits,
          byClient,
          savedRooms,
          cluster,
          clock,
          logger,
        })
      : undefined
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
    const { kind, id, isLocked: locked, isOpen: open, metadata, maxClients } = this
    const clients = this.links.all.size
    const limit = maxClients !== Number.POSITIVE_INFINITY && { maxClients }
    return { kind, id, clients, ...limit, locked, open, metadata, madeAtMs: this.madeAtMs }
  }

  /** Properties besides the state, for the journal. */
  get traits(): Traits {
    return this.#traits.now
  }

  /** Version of the saved state. */
  get stateVersion(): number {
    return this.save?.version ?? this.game.version
  }

  get hasRewind(): boolean {
    return hasRewind(this.game)
  }

  /** What is kept of secrets. */
  get hashOf(): ((secret: Uint8Array) => Uint8Array) | undefined {
    const { journal } = this
    return journal && ((secret) => journal.hashOf(secret))
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
    if (refused?.kind === 'refused') this.#results.logPushed(name, refused.code, refused.message)
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

  /** Goes on with other rules from the next tick on. @throws GameStateError `invalid_argument` as `replaceGame` of the machine does */
  replaceGame(game: AnyGame): void {
    this.machine.replaceGame(game)
  }

  close(options: CloseRoomOptions = {}): Promise<void> {
    checkKeys('close', options, ['reason', 'forget'])
    return this.lifetime.close(options)
  }

  async export(): Promise<Uint8Array> {
    if (this.status !== 'open') throw roomClosed()
    let bytes: Uint8Array | undefined
    await this.lifetime.moveAway('the room goes on elsewhere', () => {
      bytes = this.#encode()
    })
    if (bytes === undefined) throw roomClosed()
    return bytes
  }

  /**
   * The room stands still, and goes on elsewhere. It has ended here at the end.
   * @param take gives its bytes to the place where it goes on
   * @returns the bytes if `take` has rejected, with its error: it goes on nowhere yet
   * @throws (as a rejection) ServerError `room_closed`
   */
  async moveTo(take: (bytes: Uint8Array) => Promise<void>): Promise<{ bytes: Uint8Array; error: unknown } | undefined> {
    await this.lifetime.prepareToLeave()
    const untilMs = this.clock.now() + actTimeoutMs
    await this.acting?.wait(() => this.status !== 'open' || this.clock.now() >= untilMs)
    if (this.status === 'open' && this.acting?.isOn === false)
      throw new ServerError('not_acting', 'this server may not act at the moment: the room stays here')
    if (!this.lifetime.halt()) throw roomClosed()
    const bytes = this.#encode()
    // what clients are sent now was written down
    if (this.journal?.isWritten === false) await this.journal.written()
    let failed: { bytes: Uint8Array; error: unknown } | undefined
    try {
      await take(bytes)
    } catch (error) {
      failed = { bytes, error }
    }
    await this.lifetime.letGo('the room goes on elsewhere', failed === undefined)
    return failed
  }

  #encode(): Uint8Array {
    const { events } = this
    const hasBegun = (link: ClientLink, sequence: number): boolean => events.hasBegun(link, sequence)
    return encodeSnapshot(readRoom(this, { hasBegun, queuedOf: () => [] }))
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

  halt(): void {
    // inputs for which there is no time run when the server runs again
    this.#results.runLast()
    this.#stopTicks()
  }

  suspendClients(reason: string): void {
    this.halt()
    this.lifecycle.suspendAll(reason)
  }

  abandonClients(reason?: string): void {
    this.#stopTicks()
    this.lifecycle.abandon(reason)
  }

  recover(): RecoveredRoom | undefined {
    const { left } = this
    this.left = undefined
    return left && recoverRoom(this, left)
  }

  restoreTraits(traits: Traits): void {
    this.#traits.restore(traits)
    // no client on its way in has found the room unlocked
    this.#traits.isLockRestored = false
  }

  endClients(reason: string): void {
    this.#results.runLast()
    this.#results.refuseLeft()
    this.#stopTicks()
    this.lifecycle.endAll(reason)
  }

  /** The machine and the loop stop, after the events of the last tick. */
  #stopTicks(): void {
    this.machine.stop()
    this.out.releaseAll()
    this.loop.stop()
    this.news.stop()
  }

  // --- ticks

  /** The tick was made by other rules, and has reset the store: all that is sent and taken from here on is theirs. */
  takeGame(game: AnyGame): void {
    this.game = game
    this.sender.replaceGame(game)
    this.checks?.replaceGame(game)
    // sessions keep the names that they began with: an event with another name is sent with its name
    this.names = namesOf(game)
    this.journal?.gameReplaced()
  }

  #onRunning(running: boolean, ticks: RoomTicks): void {
    if (!running) {
      ticks.end()
      // no tick will come that they could wait for
      this.out.releaseAll()
      // a room that has gone elsewhere makes no tick more
      if (!this.isOver) this.lifecycle.runJoinsAndLeaves()
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
  'export',
] as const

/** The names of events that travel as a number. */
function namesOf({ events, serverEvents, presence }: AnyGame): string[] {
  const own = presence === undefined ? [gameEvent, shutdownEvent] : [gameEvent, shutdownEvent, presenceEvent]
  return [...Object.keys(events), ...Object.keys(serverEvents ?? {}), ...own]
}

/** @throws ServerError `invalid_argument` for a name that belongs to the library */
function checkName(name: string): void {
  if (isReserved(name)) throw new ServerError('invalid_argument', `names that begin with $ are reserved: '${name}'`)
}

function notRunning(what: string): ServerError {
  return new ServerError('not_running', `${what} cannot be sent: the room is not open`)
}
