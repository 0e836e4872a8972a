import type { Clock, Logger } from '@tygase/gamestate'
import type { CloseInfo } from '@tygase/protocol'
import { guard } from '../guard.js'
import type { RoomClient } from './room-client.js'
import type { RoomHooks } from './room-options.js'
import { tooLate, within } from './within.js'

/** So long may `onCreate` keep those who come waiting. */
const createTimeoutMs = 10_000
/** So long a hook may keep a server from shutting down. */
const shutdownTimeoutMs = 5000

/** Calls the hooks of one room. What they throw is logged, with the room, and goes no further. */
export class RoomHookCalls<R> {
  /** Undefined where nobody wants to be told of ticks, which are many. */
  readonly tick: ((tick: number) => void) | undefined
  readonly #room: R
  readonly #hooks: RoomHooks<R>
  readonly #clock: Clock
  readonly #logger: Logger

  /** @param logger that of the room */
  constructor(room: R, hooks: RoomHooks<R>, clock: Clock, logger: Logger) {
    this.#room = room
    this.#hooks = hooks
    this.#clock = clock
    this.#logger = logger
    const { onTick } = hooks
    this.tick = onTick && ((tick) => guard(logger, 'onTick of a room failed', () => onTick(room, tick)))
  }

  /** Rejects where `onCreate` has not ended in time. */
  async create(): Promise<void> {
    const { onCreate } = this.#hooks
    if (onCreate === undefined) return
    const called = this.#settle('onCreate', async () => onCreate(this.#room))
    if ((await within(this.#clock, createTimeoutMs, called)) !== tooLate) return
    throw new Error('onCreate of a room has not ended in time')
  }

  join(client: RoomClient): void {
    guard(this.#logger, 'onJoin of a room failed', () => this.#hooks.onJoin?.(this.#room, client))
  }

  leave(client: RoomClient, info: CloseInfo | undefined): void {
    guard(this.#logger, 'onLeave of a room failed', () => this.#hooks.onLeave?.(this.#room, client, info))
  }

  async shutdown(): Promise<void> {
    const { onShutdown } = this.#hooks
    if (onShutdown === undefined) return
    const called = this.#settle('onShutdown', async () => onShutdown(this.#room))
    if ((await within(this.#clock, shutdownTimeoutMs, called)) !== tooLate) return
    this.#logger.error({}, 'onShutdown of a room has not ended in time')
  }

  async #settle(name: string, call: () => Promise<void>): Promise<void> {
    try {
      await call()
    } catch (error) {
      this.#logger.error({ err: error }, `${name} of a room failed`)
    }
  }
}
