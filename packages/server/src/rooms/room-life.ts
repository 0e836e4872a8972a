import type { AnyGame, Clock, GameStateMachine, Logger } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import { guard } from '../guard.js'
import type { Server } from '../server.js'
import type { ShutdownOptions } from '../server-options.js'
import type { RoomHookCalls } from './room-hook-calls.js'
import type { RoomSaver } from './room-saver.js'

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
  logger: Logger
  occupancy: {
    /** Nobody is in the room or about to come in. */
    readonly isVacant: boolean
    /** When the last of the places that are kept for somebody is given up; undefined when none is. */
    readonly keptUntilMs: number | undefined
  }
}

/**
 * How a room begins, rests while nobody is in it, and ends. At rest it has no timer but the one that ends it: its machine
 * stands still, unless it is to run all the same.
 */
export class RoomLife<G extends AnyGame> {
  readonly #options: RoomLifeOptions<G>
  #status: RoomStatus = 'opening'
  #opened: Promise<void> | undefined
  #closing: Promise<void> | undefined
  #isResting = false
  #isSuspended = false
  #isForgotten = false
  /** Whether it is this room that has stopped its machine, and not its user. */
  #hasStopped = false
  #cancelEnd: (() => void) | undefined
  /** Called once, when the room is over. */
  onClosed: (() => void) | undefined

  constructor(options: RoomLifeOptions<G>) {
    this.#options = options
  }

  get status(): RoomStatus {
    return this.#status
  }

  /** Begins, at the first call. Resolves when clients may come. Rejects with ServerError `room_failed`; the room is over then. */
  open(): Promise<void> {
    this.#opened ??= this.#open()
    return this.#opened
  }

  /** Ends the room for good. Resolves when it is over. @param forget nothing of it stays saved */
  close(reason = 'the room has ended', forget = false): Promise<void> {
    this.#isForgotten ||= forget
    this.#closing ??= this.#close(reason)
    return this.#closing
  }

  /** Its server is shut down and may run again: sessions are suspended, and time stands still. */
  async suspend(options: ShutdownOptions): Promise<void> {
    await this.#opened?.catch(() => {})
    if (this.#status !== 'open') return this.#closing
    const { hooks, server, saver } = this.#options
    this.#isSuspended = true
    this.#stopWaiting()
    await hooks.shutdown()
    await server.shutdown(options)
    await saver?.stop()
  }

  /** Its server runs again. */
  async wake(): Promise<void> {
    if (!this.#isSuspended || this.#status !== 'open') return
    const { server, saver } = this.#options
    this.#isSuspended = false
    await server.run({ port: false })
    saver?.start()
    this.#isResting = false
    this.#restIfVacant()
  }

  /** Somebody is about to come in. */
  enter(): void {
    const { machine, clock, saver } = this.#options
    this.#stopWaiting()
    if (this.#isResting) saver?.start()
    this.#isResting = false
    if (this.#hasStopped) machine.run(clock)
    this.#hasStopped = false
  }

  /** Somebody has left, or has not come in after all. With a machine that runs, what follows comes with its next tick. */
  leave(): void {
    if (!this.#options.machine.running) this.#restIfVacant()
  }

  async #open(): Promise<void> {
    const { saver, hooks, server, machine, logger } = this.#options
    try {
      await saver?.restore()
      // what the rules do for those who are not there any more comes before all that hooks are told
      machine.subscribe({ onTick: (tick) => this.#onTick(tick) })
      await hooks.create()
      await server.run({ port: false })
    } catch (cause) {
      logger.error({ err: cause }, 'a room cannot be made')
      this.#end()
      throw new ServerError('room_failed', 'the room cannot be made', { cause })
    }
    this.#status = 'open'
    saver?.start()
    this.#restIfVacant()
  }

  async #close(reason: string): Promise<void> {
    if (this.#status === 'opening') await this.#opened?.catch(() => {})
    if (this.#status === 'closed') return
    this.#status = 'closing'
    const { hooks, server, machine, saver, logger } = this.#options
    this.#stopWaiting()
    await hooks.shutdown()
    await server.shutdown({ reason, endSessions: true, drainMs: 0 })
    // what the rules do when clients leave belongs to the state that is saved
    guard(logger, 'the last tick of a room failed', () => {
      if (machine.queuedEvents > 0) machine.step()
    })
    await saver?.stop()
    if (this.#isForgotten) await saver?.forget()
    this.#end()
  }

  #end(): void {
    this.#status = 'closed'
    this.onClosed?.()
  }

  #onTick(tick: number): void {
    this.#options.hooks.tick(tick)
    this.#restIfVacant()
  }

  #restIfVacant(): void {
    const { occupancy, machine, runWhenEmpty, saver, idleGraceMs } = this.#options
    if (this.#status !== 'open' || !occupancy.isVacant) return
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
