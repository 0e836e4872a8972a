import type { Clock } from '@tygase/gamestate'
import type { CrewPort } from './crew/crew-port.js'
import { addSlice, newSlice, type Slice } from './crew/slice.js'
import { LoadError } from './errors.js'

export interface LoadRunOptions {
  readonly clients: number
  /** How long the players play once the last one has begun to join, in s. */
  readonly seconds: number
  /** Joins per second. */
  readonly ramp: number
  /** Most crews. */
  readonly maxThreads: number
  /** Begins one more crew. Rejects with a LoadError. */
  startCrew(): Promise<CrewPort>
  readonly clock: Clock
  /** Called after each second. */
  onSecond(second: LoadSecond, run: LoadRun): void
}

/** What all players saw in a second. */
export interface LoadSecond {
  /** Seconds since the begin of the run, at its end. */
  readonly atSeconds: number
  readonly slice: Slice
  /** False during the ramp. Only the seconds after it count in the figures of the game. */
  readonly isSteady: boolean
}

/** Why a run was over. */
export type LoadEnd = 'complete' | 'interrupted' | 'server_lost' | 'none_joined'

/** Joins are begun so often, in ms. */
const joinEveryMs = 50
const secondMs = 1000
/** All players have been gone for so long, in s: the server is lost, and does not come back. */
const lostSeconds = 5
/** A thread that has more to do gets no more players, if another one may begin. */
const fullUtilization = 0.7
/** How long the joins of the ramp may go on when the last one has begun, in s: the time limit of a join. */
const lastJoinsSeconds = 10

interface OwnCrew {
  readonly port: CrewPort
  /** In the last second, 0 to 1. */
  utilization: number
  players: number
}

/** One load test from the first join to the last leave. It knows no thread, socket or terminal. */
export class LoadRun {
  readonly #options: LoadRunOptions
  readonly #crews: OwnCrew[] = []
  readonly seconds: LoadSecond[] = []
  /** All that the players saw, the ramp included. */
  readonly whole = newSlice()
  /** All that the players saw after the ramp. */
  readonly steady = newSlice()
  #begun = 0
  #interrupt: () => void = () => {}
  #isInterrupted = false

  constructor(options: LoadRunOptions) {
    this.#options = options
  }

  /** Players that have begun to join. */
  get begun(): number {
    return this.#begun
  }

  get threads(): number {
    return this.#crews.length
  }

  /** Seconds that count in the figures of the game. */
  get steadySeconds(): number {
    return this.seconds.filter(({ isSteady }) => isSteady).length
  }

  /** Ends the run early, in order. */
  interrupt(): void {
    this.#isInterrupted = true
    this.#interrupt()
  }

  /** @returns why it was over. @throws LoadError of the script, `generator_failed` */
  async play(): Promise<LoadEnd> {
    let joining: Promise<void> | undefined
    try {
      await this.#startCrew()
      const startMs = this.#options.clock.now()
      joining = this.#joinAll(startMs)
      return await this.#watch(startMs)
    } finally {
      // no joins after the end, also if a crew has failed
      this.#isInterrupted = true
      await joining
      await this.#leave()
    }
  }

  /** Joins at the pace of the ramp, each in the crew that has the least to do. */
  async #joinAll(startMs: number): Promise<void> {
    const { clients, ramp, clock } = this.#options
    while (this.#begun < clients && !this.#isInterrupted) {
      const due = joinsDue(clients, ramp, clock.now() - startMs)
      while (this.#begun < due) {
        const crew = this.#leastBusy()
        crew.players++
        crew.port.join(this.#begun++)
      }
      await new Promise<void>((resolve) => clock.schedule(joinEveryMs, resolve))
    }
  }

  async #watch(startMs: number): Promise<LoadEnd> {
    const { clients, seconds, onSecond, maxThreads } = this.#options
    let [steadyLeft, joinsLeft, lost] = [seconds, lastJoinsSeconds, 0]
    for (let atSeconds = 1; ; atSeconds++) {
      await this.#sleepUntil(startMs + atSeconds * secondMs)
      // joins that have begun before this second are over, or late
      const joined = this.whole.joins.count + countOf(this.whole.failedJoins)
      const isSteady = this.#begun === clients && (joined >= clients || joinsLeft-- <= 0)
      const slice = await this.#collect()
      // what is left of a second after Ctrl-C is in no figure of the game
      const second = { atSeconds, slice, isSteady: isSteady && !this.#isInterrupted }
      this.#note(second)
      onSecond(second, this)
      if (this.#isInterrupted) return 'interrupted'
      if (this.#begun === clients && joined >= clients && this.whole.joins.count === 0) return 'none_joined'
      lost = slice.connected > 0 || this.whole.joins.count === 0 ? 0 : lost + 1
      // players that have left by themselves leave nothing more to see
      if (lost >= lostSeconds) return this.whole.losses.size > 0 ? 'server_lost' : 'complete'
      if (isSteady && --steadyLeft <= 0) return 'complete'
      const isFull = this.#crews.every(({ utilization }) => utilization > fullUtilization)
      if (isFull && this.#begun < clients && this.#crews.length < maxThreads) await this.#startCrew()
    }
  }

  #note(second: LoadSecond): void {
    this.seconds.push(second)
    addSlice(this.whole, second.slice, false)
    if (second.isSteady) addSlice(this.steady, second.slice, false)
  }

  async #collect(): Promise<Slice> {
    const sum = newSlice()
    const slices = await Promise.all(this.#crews.map(({ port }) => port.collect()))
    for (const [index, slice] of slices.entries()) {
      this.#crews[index]!.utilization = slice.utilization
      addSlice(sum, slice, true)
    }
    return sum
  }

  async #startCrew(): Promise<void> {
    this.#crews.push({ port: await this.#options.startCrew(), utilization: 0, players: 0 })
  }

  /** The crew with the fewest players of those that have time. */
  #leastBusy(): OwnCrew {
    const rank = ({ utilization, players }: OwnCrew): number => (utilization > fullUtilization ? 1e9 : 0) + players
    return this.#crews.reduce((least, crew) => (rank(crew) < rank(least) ? crew : least))
  }

  async #leave(): Promise<void> {
    const ends = await Promise.allSettled(this.#crews.map(({ port }) => port.end()))
    for (const end of ends) if (end.status === 'fulfilled') addSlice(this.whole, { ...end.value, connected: 0 }, false)
    const failed = ends.find((end) => end.status === 'rejected' && !(end.reason instanceof LoadError))
    if (failed?.status === 'rejected') throw failed.reason
  }

  #sleepUntil(timeMs: number): Promise<void> {
    const { clock } = this.#options
    return new Promise((resolve) => {
      if (this.#isInterrupted) return resolve()
      const cancel = clock.schedule(timeMs - clock.now(), resolve)
      this.#interrupt = () => {
        cancel()
        resolve()
      }
    })
  }
}

/** @returns how many of the joins have begun when this time has passed; the first one begins at once */
export function joinsDue(clients: number, ramp: number, passedMs: number): number {
  return Math.min(clients, Math.floor((passedMs * ramp) / 1000) + 1)
}

export function countOf(faults: ReadonlyMap<string, { readonly count: number }>): number {
  return [...faults.values()].reduce((sum, { count }) => sum + count, 0)
}
