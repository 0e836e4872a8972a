import { setMaxListeners } from 'node:events'
import { type Connection, type ConnectOptions, connect, type ServerAddress } from '@tygase/client'
import { type Clock, createRandom, type Logger } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import type { Newcomer, Play } from '../play.js'
import { runPart, SimulatedPlayer } from './simulated-player.js'
import { newSlice, noteFault, noteTime, type Slice } from './slice.js'

/** The way to a server: for each player its address with the path of its room, as in `arena/42`. */
export type AddressOf = (room: string | undefined) => ServerAddress

export interface CrewOptions {
  readonly addressOf: AddressOf
  readonly play: Play
  /** For the random numbers of all players. An integer. */
  readonly seed: number
  /** The room of players for which the play names none. */
  readonly room: string | undefined
  readonly clock: Clock
}

/** How long a join may take, in ms. */
const joinTimeoutMs = 10_000

/** A simulated player draws nothing, so it need not handle what the server sends. */
const noHandler = 'an event without a handler was dropped'

/** Counts the warnings of the client library as faults: a load test prints them in its own way. */
function countingLogger(slice: () => Slice): Logger {
  const count = (details: object, message: string): void => {
    if (message === noHandler) return
    const { repeats = 1 } = details as { repeats?: number }
    noteFault(slice().faults, 'client_warning', message, repeats)
  }
  return { ...silentLogger, warn: count, error: count }
}

/** The players of one thread. */
export class Crew {
  readonly #options: CrewOptions
  readonly #players = new Set<SimulatedPlayer>()
  readonly #joining = new Set<Promise<void>>()
  readonly #leaving = new AbortController()
  readonly #logger: Logger
  #slice = newSlice()

  constructor(options: CrewOptions) {
    this.#options = options
    this.#logger = countingLogger(() => this.#slice)
    // each join listens, and there may be hundreds
    setMaxListeners(0, this.#leaving.signal)
  }

  /** One more player begins to join. @param index its place among the players of all crews */
  join(index: number): void {
    const joining = this.#join(index).finally(() => this.#joining.delete(joining))
    this.#joining.add(joining)
  }

  /** The timers of the thread are so late, in ms from 0. */
  noteLag(ms: number): void {
    noteTime(this.#slice.lag, ms)
  }

  /** @returns what the players have seen since the last call */
  collect(): Slice {
    const slice = this.#slice
    for (const player of this.#players) {
      player.report(slice)
      // its last bytes are counted now
      if (player.connection.status === 'closed') this.#players.delete(player)
    }
    this.#slice = newSlice()
    return slice
  }

  /** All players leave, also those that are about to join. @returns when their connections have ended */
  async end(): Promise<void> {
    this.#leaving.abort(new Error('the load test ends'))
    await Promise.all(this.#joining)
    await Promise.all([...this.#players].map((player) => player.end()))
  }

  async #join(index: number): Promise<void> {
    const { play, seed, clock } = this.#options
    const newcomer: Newcomer = { index, random: createRandom(seed, index) }
    const context = { play, clock, slice: () => this.#slice }
    this.#slice.tried++
    const asked = await runPart(context, 'room, data or credentials', () => ({
      room: play.room?.(newcomer) ?? this.#options.room,
      data: play.data?.(newcomer),
      credentials: play.credentials?.(newcomer),
    }))
    if (this.#leaving.signal.aborted) return
    // the fault is counted already
    if (asked === undefined) return noteFault(this.#slice.failedJoins, 'play_failed', 'the script threw')
    const atMs = clock.now()
    let connection: Connection
    try {
      connection = await connect(this.#options.addressOf(asked.room), this.#connectOptions(index, asked))
    } catch (error) {
      if (!this.#leaving.signal.aborted) this.#noteFailedJoin(error)
      return
    }
    noteTime(this.#slice.joins, clock.now() - atMs)
    const player = new SimulatedPlayer(newcomer, connection, context)
    this.#players.add(player)
    player.start()
  }

  #connectOptions(index: number, asked: { data: unknown; credentials: unknown }): ConnectOptions {
    const { play, seed, clock } = this.#options
    return {
      timeoutMs: joinTimeoutMs,
      logger: this.#logger,
      signal: this.#leaving.signal,
      clock,
      random: createRandom(seed, index, 1),
      // a simulated player draws nothing of the past
      maxVersions: 2,
      ...(play.game !== undefined && { game: play.game }),
      ...(asked.data !== undefined && { data: asked.data }),
      ...(asked.credentials !== undefined && { credentials: asked.credentials }),
    }
  }

  #noteFailedJoin(error: unknown): void {
    const { refusal, closeInfo, code, message } = error as {
      refusal?: { code: string; message: string }
      closeInfo?: { code: string; reason: string; byPeer?: boolean }
      code?: string
      message?: string
    }
    const byServer = closeInfo?.byPeer === false ? undefined : closeInfo?.code
    noteFault(
      this.#slice.failedJoins,
      refusal?.code ?? byServer ?? code ?? 'unknown',
      refusal?.message ?? message ?? String(error),
    )
  }
}
