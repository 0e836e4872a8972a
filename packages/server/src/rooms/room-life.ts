import type { AnyGame, Clock, GameStateMachine, Logger } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import { guard } from '../guard.js'
import type { Server } from '../server.js'
import type { ShutdownOptions } from '../server-options.js'
import { roomClosed } from './room-closed.js'
import type { RoomHookCalls } from './room-hook-calls.js'
import type { RoomSaver } from './room-saver.js'
import { tooLate, within } from './within.js'

/** So long the storage may take to say what was saved of a room. */
const restoreTimeoutMs = 10_000
/** So long a room that is being made may keep a server from shutting down. */
const shutdownTimeoutMs = 5000
const noWork = Promise.resolve()

/** A room: `opening` until its clients may come, `closing` while the last word is on its way to them. */
export type RoomStatus = 'opening' | 'open' | 'closing' | 'closed'

export interface RoomLifeOptions<G extends AnyGame> {
  server: Server<G>
  machine: GameStateMachine<G>
  hooks: Pick<RoomHookCalls<never>, 'create' | 'tick' | 'shutdown'>
  saver: RoomSaver<G> | undefined
  idleGraceMs: number
  runWhenEmpty: boolean
  clock: Clock
  /** For the machine. */
  tickClock: Clock
  logger: Logger
  occupancy: {
    /** Somebody is in the room: until it is told that somebody has left. */
    readonly isInhabited: boolean
    /** Nobody is in the room or about to come in. */
    readonly isVacant: boolean
    /** When the last of the places that are kept for somebody is given up; undefined when none is. */
    readonly keptUntilMs: number | undefined
    suspend(): void
    wake(): void
  }
}

/**
 * How a room begins, rests while nobody is in it, and ends. At rest it has no timer but the one that ends it: its machine
 * stands still, unless it is to run all the same.
 */
export class RoomLife<G extends AnyGame> {
  readonly #options: RoomLifeOptions<G>
  readonly #tellTick: ((tick: number) => void) | undefined
  #status: RoomStatus = 'opening'
  #opened: Promise<void> | undefined
  /** Ends the waiting for what the room needs to be made. */
  #giveUp = (): void => {}
  #isHooked = false
  #isRestored = false
  #closing: Promise<void> | undefined
  #isResting = false
  /** Whether somebody was in the room when it was looked last, and nobody has left since: most ticks need not look then. */
  #isInhabited = false
  #isSuspended = false
  /** Whether its machine ran when the room was suspended. */
  #hasRun = false
  #isForgotten = false
  /** Whether it is this room that has stopped its machine, and not its user. */
  #hasStopped = false
  #cancelEnd: (() => void) | undefined
  /** Called once, when the room is over. */
  onClosed: (() => void) | undefined

  constructor(options: RoomLifeOptions<G>) {
    this.#options = options
    this.#tellTick = options.hooks.tick
  }

  get status(): RoomStatus {
    return this.#status
  }

  /** Whether it is known what it is like: what was saved of it has been read. */
  get isRestored(): boolean {
    return this.#isRestored
  }

  /**
   * Begins, at the first call. Resolves when clients may come. Rejects with ServerError `room_failed`, and the room is over then;
   * `room_closed` where it was closed meanwhile.
   */
  open(): Promise<void> {
    this.#opened ??= this.#open()
    return this.#opened
  }

  /**
   * Ends the room for good; one that is being made is given up. Resolves when it is over.
   * @param forget nothing of it stays saved
   */
  close(reason = 'the room has ended', forget = false): Promise<void> {
    this.#isForgotten ||= forget
    this.#closing ??= this.#close(reason)
    return this.#closing
  }

  /** Its server is shut down and may run again: sessions are suspended, and time stands still. */
  async suspend(options: ShutdownOptions): Promise<void> {
    const { hooks, server, machine, saver, clock, occupancy } = this.#options
    const opened = this.#opened?.catch(() => {}) ?? noWork
    if ((await within(clock, shutdownTimeoutMs, opened)) === tooLate) return this.close(options.reason)
    if (this.#status !== 'open') return this.#closing
    this.#isSuspended = true
    this.#hasRun = machine.running
    this.#stopWaiting()
    await hooks.shutdown()
    await server.shutdown(options)
    // the server leaves a machine alone that it has not started
    machine.stop()
    occupancy.suspend()
    await saver?.stop()
  }

  /** Its server runs again, and its machine if it ran before. */
  async wake(): Promise<void> {
    if (!this.#isSuspended || this.#status !== 'open') return
    const { server, machine, saver, occupancy } = this.#options
    const isPaused = !this.#hasRun && !machine.running
    await server.run({ port: false })
    if (isPaused) machine.stop()
    occupancy.wake()
    saver?.start()
    this.#isSuspended = false
    this.#isResting = false
    this.#restIfVacant()
  }

  /** Somebody is about to come in. */
  enter(): void {
    const { machine, tickClock, saver } = this.#options
    this.#stopWaiting()
    if (this.#isResting) saver?.start()
    this.#isResting = false
    if (this.#hasStopped) machine.run(tickClock)
    this.#hasStopped = false
  }

  /** Somebody has left, or has not come in after all. With a machine that runs, what follows comes with its next tick. */
  leave(): void {
    this.#isInhabited = false
    if (!this.#options.machine.running) this.#restIfVacant()
  }

  async #open(): Promise<void> {
    const { saver, hooks, server, machine, logger, clock } = this.#options
    const givenUp = new Promise<void>((resolve) => {
      this.#giveUp = resolve
    })
    const unlessGivenUp = async <Value>(work: Promise<Value>): Promise<Value | undefined> => {
      const result = await Promise.race([work, givenUp])
      if (this.#status !== 'opening') throw roomClosed()
      return result as Value
    }
    try {
      const restored = await unlessGivenUp(saver ? within(clock, restoreTimeoutMs, saver.restore()) : noWork)
      if (restored === tooLate) throw new Error('the storage does not say in time what was saved')
      this.#isRestored = true
      // what the rules do for those who are not there any more comes before all that hooks are told
      machine.subscribe({
        onTick: (tick) => this.#onTick(tick),
        // no tick comes any more that would look
        onRunning: (running) => running || this.#restIfVacant(),
      })
      this.#isHooked = true
      await unlessGivenUp(hooks.create())
      await unlessGivenUp(server.run({ port: false }))
    } catch (cause) {
      // who closes it sees to its end
      if (this.#status !== 'opening') throw roomClosed()
      logger.error({ err: cause }, 'a room cannot be made')
      this.#status = 'closing'
      await this.#finish('the room cannot be made')
      throw new ServerError('room_failed', 'the room cannot be made', { cause })
    }
    this.#status = 'open'
    saver?.made()
    saver?.start()
    this.#restIfVacant()
  }

  async #close(reason: string): Promise<void> {
    if (this.#status === 'closed') return
    const { saver } = this.#options
    const wasOpen = this.#status === 'open'
    this.#status = 'closing'
    this.#stopWaiting()
    this.#giveUp()
    // of the hooks, one may close its room: what it is given has to be there before it is called
    await this.#opened?.catch(() => {})
    if (this.status === 'closed') return
    await this.#finish(reason, wasOpen ? saver : undefined)
  }

  /** Takes leave of all who are there. @param saver saves what there is then */
  async #finish(reason: string, saver?: RoomSaver<G>): Promise<void> {
    const { hooks, server, machine, logger } = this.#options
    if (this.#isHooked) await hooks.shutdown()
    await server.shutdown({ reason, endSessions: true, drainMs: 0 })
    machine.stop()
    // what the rules do when clients leave belongs to the state that is saved
    guard(logger, 'the last tick of a room failed', () => {
      if (machine.queuedEvents > 0) machine.step()
    })
    await saver?.stop()
    if (this.#isForgotten) await this.#options.saver?.forget()
    this.#end()
  }

  #end(): void {
    this.#status = 'closed'
    this.onClosed?.()
  }

  #onTick(tick: number): void {
    this.#tellTick?.(tick)
    if (!this.#isInhabited) this.#restIfVacant()
  }

  #restIfVacant(): void {
    const { occupancy, machine, runWhenEmpty, saver, idleGraceMs } = this.#options
    this.#isInhabited = occupancy.isInhabited
    if (this.#status !== 'open' || this.#isSuspended || !occupancy.isVacant) return
    // the rules see to those who have left first
    if (machine.running && machine.queuedEvents > 0) return
    if (!runWhenEmpty && machine.running) {
      machine.stop()
      this.#hasStopped = true
    }
    if (this.#isResting) return
    this.#isResting = true
    void saver?.stop()
    this.#waitForEnd(idleGraceMs)
  }

  #waitForEnd(delayMs: number): void {
    if (delayMs === Number.POSITIVE_INFINITY) return
    const { clock, occupancy } = this.#options
    this.#cancelEnd = clock.schedule(delayMs, () => {
      this.#cancelEnd = undefined
      this.#isResting = occupancy.isVacant
      if (!this.#isResting) return
      const { keptUntilMs } = occupancy
      if (keptUntilMs === undefined) void this.close('nobody is in the room')
      else this.#waitForEnd(keptUntilMs - clock.now())
    })
  }

  #stopWaiting(): void {
    this.#cancelEnd?.()
    this.#cancelEnd = undefined
  }
}
