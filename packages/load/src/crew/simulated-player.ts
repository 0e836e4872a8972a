import { type Connection, type DispatchOptions, RefusalError } from '@tygase/client'
import type { Clock } from '@tygase/gamestate'
import type { CloseInfo, SessionStatus } from '@tygase/protocol/internal'
import type { Newcomer, Play, Player } from '../play.js'
import { Arrivals, noteFault, noteTime, type Slice } from './slice.js'

/** What the players of a crew share. */
export interface CrewContext {
  readonly play: Play
  readonly clock: Clock
  /** Where figures go now: another one after each `collect`. */
  slice(): Slice
}

/** Runs a part of the script; what it throws, also later, is counted as `play_failed`. */
export async function runPart<Result>(
  { slice }: Pick<CrewContext, 'slice'>,
  name: string,
  part: () => Result,
): Promise<Awaited<Result> | undefined> {
  try {
    return await part()
  } catch (error) {
    noteFault(slice().faults, 'play_failed', `${name}: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}

/** A player that has joined: it follows its connection and runs the script. */
export class SimulatedPlayer implements Player {
  readonly index: number
  readonly random: () => number
  readonly connection: Connection
  readonly #context: CrewContext
  readonly #arrivals = new Arrivals()
  /** Functions that cancel what `every` and `after` have begun. */
  readonly #timers = new Set<() => void>()
  #counted = { bytesIn: 0, bytesOut: 0 }
  /** The last version that counts for the pace of the ticks, and when it came. */
  #last: { version: number; atMs: number } | undefined
  #hasLeft = false

  constructor({ index, random }: Newcomer, connection: Connection, context: CrewContext) {
    this.index = index
    this.random = random
    this.connection = connection
    this.#context = context
    connection.subscribe((state) => this.#take(state))
    // joins make versions during a pause, but time stands still
    connection.onGameChange(() => void (connection.gameRunning || this.#restart()))
    const look = (status: SessionStatus, info: CloseInfo | undefined): void => {
      if (status === 'suspended') this.#restart()
      if (this.#hasLeft || (status !== 'suspended' && status !== 'closed')) return
      const code = status === 'suspended' ? 'suspended' : (info?.code ?? 'unknown')
      noteFault(context.slice().losses, code, info?.reason ?? '')
      if (status === 'closed') this.#cancelTimers()
    }
    connection.onStatus(look)
    // the end may have come in one packet with the join
    look(connection.status, connection.closeInfo)
  }

  get isConnected(): boolean {
    return this.connection.status === 'connected'
  }

  /** Begins the script. */
  start(): void {
    const { play } = this.#context
    if (play.start !== undefined) void runPart(this.#context, 'start', () => play.start?.(this))
  }

  send(name: string, ...data: readonly unknown[]): void {
    const { clock, slice } = this.#context
    if (this.connection.status === 'closed') return
    const atMs = clock.now()
    const options: DispatchOptions = {
      retries: Number.POSITIVE_INFINITY,
      onAck: () => noteTime(slice().acks, clock.now() - atMs),
      onFail: (error) => {
        const { code, message } = error.refusal ?? error
        // the answer of a rule that refuses is an answer, too
        if (error.refusal !== undefined) noteTime(slice().acks, clock.now() - atMs)
        if (!this.#hasLeft) noteFault(slice().faults, code, `${name}: ${message}`)
      },
    }
    this.connection.dispatchEvent(name, data[0], options)
  }

  // reason: the caller's types say what the event returns
  async request(name: string, ...data: readonly unknown[]): Promise<never | undefined> {
    const { clock, slice } = this.#context
    const atMs = clock.now()
    const done = (): void => noteTime(slice().acks, clock.now() - atMs)
    try {
      // with options, so that data are not taken for them
      const result = await this.connection.request(name, data[0], undefined)
      done()
      return result as never
    } catch (error) {
      const { code = 'unknown', message = '' } = error as { code?: string; message?: string }
      if (error instanceof RefusalError) done()
      if (!this.#hasLeft) noteFault(slice().faults, code, `${name}: ${message}`)
      return undefined
    }
  }

  every(ms: number, work: () => unknown): () => void {
    if (!(ms > 0)) throw new RangeError(`every takes a time above 0 ms, not ${ms}`)
    let cancel = (): void => {}
    const run = (): void => {
      cancel = this.after(ms, run)
      if (this.isConnected) void runPart(this.#context, 'every', work)
    }
    cancel = this.after(ms * this.random(), run)
    return () => cancel()
  }

  after(ms: number, work: () => unknown): () => void {
    if (this.#hasLeft || this.connection.status === 'closed') return () => {}
    const cancel = this.#context.clock.schedule(ms, () => {
      this.#timers.delete(off)
      void runPart(this.#context, 'after', work)
    })
    const off = (): void => {
      this.#timers.delete(off)
      cancel()
    }
    this.#timers.add(off)
    return off
  }

  leave(): void {
    void this.end()
  }

  /** As `leave`. @returns when the connection has ended */
  async end(): Promise<void> {
    this.#hasLeft = true
    this.#cancelTimers()
    await this.connection.disconnect()
  }

  /** Writes what has to be asked for into the slice. */
  report(slice: Slice): void {
    const { bytesIn, bytesOut } = this.connection.stats
    slice.bytesIn += bytesIn - this.#counted.bytesIn
    slice.bytesOut += bytesOut - this.#counted.bytesOut
    this.#counted = { bytesIn, bytesOut }
    if (!this.isConnected) return
    slice.connected++
    slice.tickRate = this.connection.tickRate
    const { rttMs } = this.connection
    if (rttMs !== undefined) noteTime(slice.roundTrips, rttMs)
  }

  #take(state: unknown): void {
    const { play, clock, slice } = this.#context
    const { version, gameRunning, tickRate } = this.connection
    const nowMs = clock.now()
    const figures = slice()
    figures.versions++
    if (gameRunning) {
      const lateMs = this.#arrivals.note(version, nowMs, tickRate)
      if (lateMs !== undefined) noteTime(figures.lateness, lateMs)
      if (this.#last !== undefined && version > this.#last.version) {
        figures.ticks += version - this.#last.version
        figures.ticksInMs += nowMs - this.#last.atMs
      }
      this.#last = { version, atMs: nowMs }
    }
    if (play.tick !== undefined && !this.#hasLeft) {
      void runPart(this.#context, 'tick', () => play.tick?.(this, state as never))
    }
  }

  #restart(): void {
    this.#arrivals.restart()
    this.#last = undefined
  }

  #cancelTimers(): void {
    for (const cancel of [...this.#timers]) cancel()
  }
}
