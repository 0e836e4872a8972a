import type { Clock, GameStateMachine, Logger } from '@tygase/gamestate'
import { guard, Listeners } from '@tygase/gamestate/internal'
import type { CloseInfo } from '@tygase/protocol/internal'
import { tooLate, within } from '../auth.js'
import { ServerError } from '../errors.js'
import type { EventIntake } from '../events/event-intake.js'
import type { RoomJournal } from '../journal/room-journal.js'
import type { RecoveredRoom } from '../journal/room-snapshot.js'
import type { RoomHooks } from '../options.js'
import type { Client, CloseRoomOptions, Room, RoomStatus } from '../room.js'
import type { RoomSaver } from './saver.js'
import type { Seats } from './seats.js'

/** Longest time of `onCreate`; clients wait for it. */
const onCreateTimeoutMs = 10_000
/** Longest time of `onShutdown`; the server waits for it. */
const onShutdownTimeoutMs = 5000

/** The hooks of one room: of its kind, and listeners added later. An error in a hook is logged and stops nothing, but for `onCreate`. */
export class HookCalls {
  readonly onJoin = new Listeners<[Client]>()
  readonly onLeave = new Listeners<[Client, CloseInfo | undefined]>()
  readonly onSuspend = new Listeners<[Client, CloseInfo | undefined]>()
  readonly onResume = new Listeners<[Client]>()
  /** True if there is an `onTick`: a field, because it is read on each tick. */
  readonly hasTick: boolean
  readonly #room: Room
  readonly #hooks: RoomHooks<Room>
  readonly #clock: Clock
  readonly #logger: Logger

  constructor(room: Room, hooks: RoomHooks<Room>, clock: Clock, logger: Logger) {
    this.#room = room
    this.#hooks = hooks
    this.hasTick = hooks.onTick !== undefined
    this.#clock = clock
    this.#logger = logger
  }

  /** @returns a function that removes the listener. @throws ServerError `invalid_argument` */
  add<Args extends readonly unknown[]>(
    list: Listeners<Args>,
    name: string,
    listener: (...args: Args) => void,
  ): () => void {
    if (typeof listener !== 'function') throw new ServerError('invalid_argument', `${name} takes a function`)
    return list.add(listener)
  }

  /** True if there is an `onCreate`. */
  get hasCreate(): boolean {
    return this.#hooks.onCreate !== undefined
  }

  /** Rejects if `onCreate` throws, rejects or takes too long. */
  async create(): Promise<void> {
    const { onCreate } = this.#hooks
    if (onCreate === undefined) return
    const created = (async () => onCreate(this.#room))()
    if ((await within(this.#clock, onCreateTimeoutMs, created)) !== tooLate) return
    throw new Error('onCreate of a room has not ended in time')
  }

  async shutdown(): Promise<void> {
    const { onShutdown } = this.#hooks
    if (onShutdown === undefined) return
    if ((await within(this.#clock, onShutdownTimeoutMs, this.#settle(onShutdown))) !== tooLate) return
    this.#logger.error({}, 'onShutdown of a room has not ended in time')
  }

  tick(tick: number): void {
    const { onTick } = this.#hooks
    if (onTick !== undefined) guard(this.#logger, 'onTick of a room failed', () => onTick(this.#room, tick))
  }

  /** @param error undefined: the journal is written again */
  journal(error: Error | undefined): void {
    guard(this.#logger, 'onJournal of a room failed', () => this.#hooks.onJournal?.(this.#room, error))
  }

  join(client: Client): void {
    guard(this.#logger, 'onJoin of a room failed', () => this.#hooks.onJoin?.(client))
    this.onJoin.each((listener) => guard(this.#logger, 'a listener of onJoin failed', () => listener(client)))
  }

  leave(client: Client, info: CloseInfo | undefined): void {
    guard(this.#logger, 'onLeave of a room failed', () => this.#hooks.onLeave?.(client, info))
    this.onLeave.each((listener) => guard(this.#logger, 'a listener of onLeave failed', () => listener(client, info)))
  }

  suspend(client: Client, info: CloseInfo | undefined): void {
    this.onSuspend.each((listener) =>
      guard(this.#logger, 'a listener of onSuspend failed', () => listener(client, info)),
    )
  }

  resume(client: Client): void {
    this.onResume.each((listener) => guard(this.#logger, 'a listener of onResume failed', () => listener(client)))
  }

  async #settle(hook: (room: Room) => void | Promise<void>): Promise<void> {
    try {
      await hook(this.#room)
    } catch (error) {
      this.#logger.error({ err: error }, 'onShutdown of a room failed')
    }
  }
}

/** Longest time of the storage to load the saved state of a room. */
const restoreTimeoutMs = 10_000
/** Longest time that a room which goes on elsewhere waits for its handlers. It ticks on meanwhile. */
const handlersTimeoutMs = 2000
/** Longest time that a room which is being made may keep a server from shutting down. */
const shutdownTimeoutMs = 5000

/** The room as its lifetime sees it. */
export interface LifetimeRoom {
  readonly clock: Clock
  readonly tickClock: Clock
  readonly logger: Logger
  readonly machine: GameStateMachine
  readonly hooks: HookCalls
  readonly saver: RoomSaver | undefined
  readonly seats: Seats
  readonly events: Pick<EventIntake, 'leave' | 'stop'>
  readonly idleGraceMs: number
  readonly runWhenEmpty: boolean
  /** Begins to look after clients. */
  start(): void
  /** Suspends all clients, and writes no more. */
  suspendClients(reason: string): void
  /** Runs the queued inputs, sends the waiting events, and ends all sessions. The leaves have run at the end. */
  endClients(reason: string): void
  /** Runs the queued inputs, and stops. */
  halt(): void
  /**
   * Lets go of all clients, whose sessions go on elsewhere, and writes no more.
   * @param reason given: after all that waits to be sent to them
   */
  abandonClients(reason?: string): void
  readonly journal: RoomJournal | undefined
  readonly lifecycle: { runJoinsAndLeaves(): void }
  /** Goes on with what another process has left of the room. @returns undefined if there is nothing */
  recover(): RecoveredRoom | undefined
}

/**
 * How a room begins, rests while it is empty, and ends. At rest it has no timer but the one that ends it: its machine stands
 * still, unless the kind of room says otherwise.
 */
export class Lifetime {
  readonly #room: LifetimeRoom
  #status: RoomStatus = 'opening'
  #opened: Promise<void> | undefined
  /** Ends the waiting of a room that is being made. */
  #giveUp = (): void => {}
  /** True from the end of its loading on: hooks are called for its ticks. A field, because it is read on each tick. */
  isHooked = false
  #isRestored = false
  #closing: Promise<void> | undefined
  #isResting = false
  #isSuspended = false
  /** True if the machine ran before the room was suspended. */
  #hasRun = false
  #isForgotten = false
  /** True if the room itself has stopped its machine, because it is empty. */
  #hasStopped = false
  #cancelEnd: (() => void) | undefined
  readonly #onTold: (() => void)[] = []
  /** Called once, when the room is open. */
  onOpen: (() => void) | undefined
  /** Called once, when the room is closed. */
  onClosed: (() => void) | undefined

  constructor(room: LifetimeRoom) {
    this.#room = room
  }

  get status(): RoomStatus {
    return this.#status
  }

  /** True while clients may come in: it is open, and its server is not shut down. */
  get isServing(): boolean {
    return this.#status === 'open' && !this.#isSuspended
  }

  /** True if its server has paused the game. */
  get isPaused(): boolean {
    const { machine } = this.#room
    if (this.#isSuspended) return !this.#hasRun
    return this.#status === 'open' && !machine.running && !this.#hasStopped
  }

  /** True once the saved state, if any, has been loaded. */
  get isRestored(): boolean {
    return this.#isRestored
  }

  /**
   * Opens the room, at the first call. Resolves when clients may come. Rejects with ServerError `room_failed`, and the room is
   * closed then; `room_closed` if it was closed meanwhile.
   */
  open(): Promise<void> {
    this.#opened ??= this.#open()
    return this.#opened
  }

  /** Resolves when the room has sent its clients why it ends or is suspended. It may have to be saved after that. */
  told(): Promise<void> {
    return new Promise((resolve) => this.#onTold.push(resolve))
  }

  /** Ends the room for good, even one that is being made. Resolves when it is closed. */
  close({ reason = 'the room has ended', forget = false }: CloseRoomOptions = {}): Promise<void> {
    this.#isForgotten ||= forget
    this.#closing ??= this.#close(reason)
    return this.#closing
  }

  /** The server shuts down and may run again: time stands still. @param endSessions false: sessions are suspended, and may be resumed */
  async suspend(reason: string, endSessions = false): Promise<void> {
    const { hooks, machine, saver, clock } = this.#room
    // a room that was never opened has nothing to save
    if (this.#opened === undefined) return
    const opened = this.#opened.catch(() => {})
    if ((await within(clock, shutdownTimeoutMs, opened)) === tooLate) return this.close({ reason })
    if (this.#status !== 'open') return this.#closing
    await hooks.shutdown()
    if (this.#status !== 'open') return this.#closing
    this.#hasRun = machine.running || this.#hasStopped
    this.#isSuspended = true
    this.#stopWaiting()
    if (endSessions) this.#room.endClients(reason)
    else this.#room.suspendClients(reason)
    this.#setTold()
    this.#room.journal?.snapshot()
    await saver?.stop()
  }

  /**
   * The room goes on elsewhere: it ends here, and its sessions do not. Resolves when that is done.
   * @param take takes the room when nothing changes any more, and before the clients are let go
   */
  async moveAway(reason: string, take: () => void): Promise<void> {
    await this.prepareToLeave()
    if (this.#status !== 'open') return
    const { saver, journal } = this.#room
    this.#suspend()
    this.#room.suspendClients(reason)
    this.#setTold()
    await saver?.stop()
    take()
    await journal?.written()
    this.#leave(true)
  }

  /**
   * The room goes on elsewhere soon, and ticks on until then. Resolves when no hook and no handler keeps it any more, or once it is
   * over.
   */
  async prepareToLeave(): Promise<void> {
    const { hooks, events, clock, logger } = this.#room
    if (this.#opened === undefined) return
    await this.#opened.catch(() => {})
    if (this.#status !== 'open') return this.#closing
    await hooks.shutdown()
    if (this.#status !== 'open') return this.#closing
    if ((await within(clock, handlersTimeoutMs, events.leave())) === tooLate)
      logger.warn({ timeoutMs: handlersTimeoutMs }, 'handlers have not ended in time: their events are lost')
    if (this.#status !== 'open') return this.#closing
  }

  /** The room stands still, and is written down for the process that goes on with it. @returns false for one that is not open */
  halt(): boolean {
    if (this.#status !== 'open') return false
    const { journal, events } = this.#room
    this.#suspend()
    this.#room.halt()
    journal?.snapshot()
    events.stop()
    return true
  }

  /**
   * After `halt`: the clients go on elsewhere. Resolves when the room has ended here.
   * @param reason undefined if the room could not be written down: what waits to be sent must not be seen then
   * @param hasMoved true: its journal forgets the room
   */
  async letGo(reason: string | undefined, hasMoved = false): Promise<void> {
    this.#leave(hasMoved, reason)
    this.#setTold()
    if (hasMoved) this.#room.saver?.abandon()
    else await this.#room.saver?.stop()
  }

  /** Another process has the room already: it stops here, without a word. */
  fence(): void {
    if (this.#status === 'closed') return
    this.#stopWaiting()
    this.#room.saver?.abandon()
    this.#leave(false)
  }

  /** The server runs again, and the machine if it ran before. */
  wake(): void {
    if (!this.#isSuspended || this.#status !== 'open') return
    const { machine, tickClock, saver } = this.#room
    this.#isSuspended = false
    this.#isResting = false
    this.#hasStopped = false
    if (this.#hasRun) machine.run(tickClock)
    this.#room.start()
    saver?.start()
    this.restIfVacant()
  }

  /** A client is about to come in. */
  enter(): void {
    if (!this.isServing) return
    const { machine, tickClock, saver } = this.#room
    this.#stopWaiting()
    if (this.#isResting) saver?.start()
    this.#isResting = false
    if (this.#hasStopped) machine.run(tickClock)
    this.#hasStopped = false
    this.#room.start()
  }

  /** The user has stopped or started the machine. After a start, the room has no stop of its own to undo. */
  machineRuns(isRunning: boolean): void {
    if (isRunning) this.#hasStopped = false
    else this.restIfVacant()
  }

  /** Rests if no client is here or on its way in. Called when that may have become so. */
  restIfVacant(): void {
    const { machine, runWhenEmpty, saver, seats, idleGraceMs, logger } = this.#room
    if (!this.isServing || seats.taken > 0) return
    // the leaves of the last clients run first
    if (machine.running && machine.queuedInputs > 0) return
    if (!runWhenEmpty && machine.running) {
      this.#hasStopped = true
      machine.stop()
    }
    if (this.#isResting) return
    this.#isResting = true
    guard(logger, 'the last save of a room failed', () => saver?.stop())
    this.#waitForEnd(idleGraceMs)
  }

  async #open(): Promise<void> {
    const { saver, hooks, machine, tickClock, logger, clock, journal } = this.#room
    let recovered: ReturnType<LifetimeRoom['recover']>
    const givenUp = new Promise<void>((resolve) => {
      this.#giveUp = resolve
    })
    const unlessGivenUp = async <Value>(work: Promise<Value>): Promise<Value | undefined> => {
      const result = await Promise.race([work, givenUp])
      if (this.#status !== 'opening') throw roomClosed()
      return result as Value
    }
    try {
      // without storage and hook nothing is awaited: the room is open at once
      recovered = this.#room.recover()
      const restoring = recovered === undefined ? saver?.restore() : saver?.raise()
      const restored = restoring && (await unlessGivenUp(within(clock, restoreTimeoutMs, restoring)))
      if (restored === tooLate) throw new Error('the storage has not loaded the saved state in time')
      this.#isRestored = true
      // the leaves of saved clients have run before any hook is called
      this.isHooked = true
      if (hooks.hasCreate) await unlessGivenUp(hooks.create())
    } catch (cause) {
      // the caller of `close` sees to the end
      if (this.#status !== 'opening') throw roomClosed()
      logger.error({ err: cause }, 'a room cannot be made')
      this.#status = 'closing'
      await this.#finish('the room cannot be made')
      throw new ServerError('room_failed', 'the room cannot be made', { cause })
    }
    this.#status = 'open'
    this.onOpen?.()
    if (recovered?.running !== false) machine.run(tickClock)
    else this.#room.lifecycle.runJoinsAndLeaves()
    this.#room.start()
    journal?.begin(recovered?.written)
    // clients that come back get the next version with their welcome
    if (recovered !== undefined && machine.running) machine.step({ timeMs: clock.now() })
    saver?.made()
    saver?.start()
    this.restIfVacant()
  }

  async #close(reason: string): Promise<void> {
    if (this.#status === 'closed') return
    const { saver } = this.#room
    const wasOpen = this.#status === 'open'
    this.#status = 'closing'
    this.#stopWaiting()
    this.#giveUp()
    // a hook may close its room while it opens: the opening ends first
    await this.#opened?.catch(() => {})
    if (this.status === 'closed') return
    await this.#finish(reason, wasOpen ? saver : undefined)
  }

  /** @param saver saves the last state */
  async #finish(reason: string, saver?: RoomSaver): Promise<void> {
    if (this.isHooked) await this.#room.hooks.shutdown()
    // the saved state includes the changes of the leave rules
    this.#room.endClients(reason)
    this.#setTold()
    await saver?.stop()
    if (this.#isForgotten) await this.#room.saver?.forget()
    this.#room.journal?.end(true)
    this.#status = 'closed'
    this.onClosed?.()
  }

  #suspend(): void {
    const isRunning = !this.isPaused
    this.#stopWaiting()
    this.#isSuspended = true
    this.#hasRun = isRunning
  }

  /** @param hasMoved the journal forgets the room @param reason as of `abandonClients` */
  #leave(hasMoved: boolean, reason?: string): void {
    this.#status = 'closing'
    this.#room.journal?.end(hasMoved)
    this.#room.abandonClients(reason)
    this.#status = 'closed'
    this.onClosed?.()
  }

  #setTold(): void {
    for (const resolve of this.#onTold.splice(0)) resolve()
  }

  #waitForEnd(delayMs: number): void {
    if (delayMs === Number.POSITIVE_INFINITY) return
    const { clock, seats, logger } = this.#room
    this.#cancelEnd = clock.schedule(delayMs, () => {
      this.#cancelEnd = undefined
      this.#isResting = seats.taken === 0
      if (!this.#isResting) return
      const keptUntilMs = seats.reservations.lastExpiryMs
      if (keptUntilMs === undefined)
        guard(logger, 'the end of a room failed', () => this.close({ reason: 'the room is empty' }))
      else this.#waitForEnd(keptUntilMs - clock.now())
    })
  }

  #stopWaiting(): void {
    this.#cancelEnd?.()
    this.#cancelEnd = undefined
  }
}

export function roomClosed(): ServerError {
  return new ServerError('room_closed', 'the room is closed')
}
