import { type Connection, type ConnectOptions, connect, type ServerAddress } from '@tygase/client'
import type { AnyGame, Logger } from '@tygase/gamestate'
import type { Agreement } from './agrees.js'
import { SimulationError } from './errors.js'
import type { EventWatch } from './event-watch.js'
import type { CutOptions, Line } from './line.js'
import type { SimulatedConnectOptions } from './part-options.js'
import { mostVersions } from './version-history.js'
import type { VirtualProcess } from './virtual-process.js'
import { watchConnection } from './watch-connection.js'
import type { PlayedGame } from './world.js'

export interface ClientParts<G extends AnyGame> {
  index: number
  path: string
  process: VirtualProcess
  line: Line
  random: () => number
  logger: Logger
  watch: EventWatch
  /** The game that this client was let into. */
  gameOf(clientId: string): PlayedGame | undefined
  connect: SimulatedConnectOptions
  onConnect: ((client: SimulatedClient<G>) => void) | undefined
  /** Told of each version of its replica that was held against the server's. */
  noteCompared(): void
  /** Told of what a checker has found. */
  report(error: unknown): void
}

/** One client of a simulation: a real connection in a process of its own, and the network between it and the server. */
export class SimulatedClient<G extends AnyGame = AnyGame> {
  /** Its place among the clients, from 0. */
  readonly index: number
  /** What it asks for: `/arena/42`, or `/` where the server has no rooms. */
  readonly path: string
  /** What `connect` has returned; its outcome needs time to be moved, so await it with `Simulation.complete`. */
  readonly connected: Promise<Connection<G>>
  /** How many versions its replica keeps at most. */
  readonly maxVersions: number
  readonly #process: VirtualProcess
  readonly #line: Line
  readonly #watch: EventWatch
  #connection: Connection<G> | undefined
  #hasFailed = false

  constructor(parts: ClientParts<G>) {
    const { index, path, process, line, random, logger, watch } = parts
    this.index = index
    this.path = path
    this.maxVersions = mostVersions(parts.connect.maxVersions)
    this.#process = process
    this.#line = line
    this.#watch = watch
    const own = { clock: process, random, logger }
    const address = { path, openTransport: () => line.open() }
    // reason: whether a game needs join data is not known for a type parameter; the options of the caller were checked
    const open = connect as unknown as (address: ServerAddress, options: ConnectOptions) => Promise<Connection<G>>
    this.connected = open(address, { timeoutMs: 60_000, ...parts.connect, ...own }).then((connection) => {
      this.#connection = connection
      watchConnection(connection, watch)
      this.#watchReplica(connection, parts)
      parts.onConnect?.(this)
      return connection
    })
    // whoever wants to know why asks for it; nobody has to
    this.connected.catch(() => {
      this.#hasFailed = true
    })
  }

  /** @throws SimulationError `not_connected` before it has connected */
  get connection(): Connection<G> {
    if (this.#connection === undefined) {
      throw new SimulationError('not_connected', `client ${this.index} has not connected yet`)
    }
    return this.#connection
  }

  get hasConnected(): boolean {
    return this.#connection !== undefined
  }

  /** Whether its session has ended, it could not connect, or it has crashed: it will not come back. */
  get isGone(): boolean {
    return this.#process.hasCrashed || this.#hasFailed || this.#connection?.status === 'closed'
  }

  get hasCrashed(): boolean {
    return this.#process.hasCrashed
  }

  get isPaused(): boolean {
    return this.#process.isPaused
  }

  /** Whether nothing gets through between it and the server. */
  get isCut(): boolean {
    return this.#line.isCut
  }

  /** How many calls its code has scheduled with its clock. */
  get timers(): number {
    return this.#process.timers
  }

  /** Breaks its network until `heal`. */
  cut(options?: CutOptions): void {
    this.#line.cut(options)
  }

  heal(): void {
    this.#line.heal()
  }

  /** Its process stands still, as a laptop that sleeps: packets pile up before it. */
  pause(): void {
    this.#process.pause()
  }

  /** It goes on, and does what has fallen due. */
  resume(): void {
    this.#process.resume()
  }

  /** Its process dies without a word of its own. Its system closes what was open, which only a reliable link tells. */
  crash(): void {
    this.#process.crash()
    this.#line.clientDied()
    if (this.#connection !== undefined) this.#watch.of(this.#connection.clientId).toServer.abandon()
  }

  /** For the simulation: the server's process has died. */
  loseServer(): void {
    this.#line.serverDied()
  }

  #watchReplica(connection: Connection<G>, { gameOf, noteCompared, report }: ClientParts<G>): void {
    const { clientId } = connection
    const history = gameOf(clientId)?.history
    let newest = -1
    let known: Agreement | undefined
    const check = (): void => {
      const { version, state } = connection
      const whose = `client ${this.index}: its replica`
      try {
        if (version < newest) {
          throw new SimulationError('replica_differs', `${whose} went back from version ${newest} to ${version}`)
        }
        if (history === undefined) {
          throw new SimulationError('replica_differs', `${whose} is of a game that the server has not let it into`)
        }
        newest = version
        known = history.compare(version, state, { clientId, whose, known })
        if (known !== undefined) noteCompared()
      } catch (error) {
        report(error)
      }
    }
    connection.subscribe(check)
    check()
  }
}
