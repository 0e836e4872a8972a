import type { Clock, Logger } from '@tygase/gamestate'
import { guard, Listeners } from '@tygase/gamestate/internal'
import type { CloseInfo } from '@tygase/protocol/internal'
import { tooLate, within } from '../auth.js'
import { ServerError } from '../errors.js'
import type { RoomHooks } from '../options.js'
import type { Client, Room } from '../room.js'

/** Longest time of `onCreate`; clients wait for it. */
const createTimeoutMs = 10_000
/** Longest time of `onShutdown`; the server waits for it. */
const shutdownTimeoutMs = 5000

/** The hooks of one room: those of its kind, and listeners that were added later. Whatever they throw is logged and stops nothing. */
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

  /** Rejects if `onCreate` takes too long. */
  async create(): Promise<void> {
    const { onCreate } = this.#hooks
    if (onCreate === undefined) return
    if ((await within(this.#clock, createTimeoutMs, this.#settle('onCreate', onCreate))) !== tooLate) return
    throw new Error('onCreate of a room has not ended in time')
  }

  async shutdown(): Promise<void> {
    const { onShutdown } = this.#hooks
    if (onShutdown === undefined) return
    if ((await within(this.#clock, shutdownTimeoutMs, this.#settle('onShutdown', onShutdown))) !== tooLate) return
    this.#logger.error({}, 'onShutdown of a room has not ended in time')
  }

  tick(tick: number): void {
    const { onTick } = this.#hooks
    if (onTick !== undefined) guard(this.#logger, 'onTick of a room failed', () => onTick(this.#room, tick))
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

  async #settle(name: string, hook: (room: Room) => void | Promise<void>): Promise<void> {
    try {
      await hook(this.#room)
    } catch (error) {
      this.#logger.error({ err: error }, `${name} of a room failed`)
    }
  }
}
