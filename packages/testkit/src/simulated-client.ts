import { type Connection, type ConnectOptions, connect, type ServerAddress } from '@tygase/client'
import type { AnyGame, Immutable, Logger } from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import type { Agreement } from './agrees.js'
import { checkLink } from './check-link.js'
import { SimulationError } from './errors.js'
import type { EventWatch } from './event-ledger.js'
import type { CutOptions, Line, Link } from './line.js'
import { mostVersions, type ReplicaOwner } from './version-history.js'
import type { VirtualProcess } from './virtual-process.js'
import { watchConnection } from './watch-connection.js'

/** Options that a simulation sets itself, for the server and for clients. */
export type OwnOptions = 'clock' | 'random' | 'logger'

/** The versions that a replica is compared with. */
interface Versions {
  compare(version: number, state: Immutable<unknown>, owner: ReplicaOwner): Agreement | undefined
}

export interface ClientParts<G extends AnyGame> {
  index: number
  path: string
  process: VirtualProcess
  line: Line
  random: () => number
  logger: Logger
  watch: EventWatch
  /** The versions of the room that this client has joined. */
  historyOf(clientId: string): Versions | undefined
  connect: Omit<ConnectOptions, OwnOptions>
  onConnect: ((client: SimulatedClient<G>) => void) | undefined
  /** Called for each version of the replica that was compared with the server's. */
  onCompared(): void
  /** Called with the finding of a checker. */
  report(error: unknown): void
}

/** A client of a simulation: a real connection in a process of its own, and its network to the server. */
export class SimulatedClient<G extends AnyGame = AnyGame> {
  /** Its place in `simulation.clients`, from 0. */
  readonly index: number
  /** The room that it asks for, as `/arena/42`. `/` with one game. */
  readonly path: string
  /** The promise of `connect`. It needs time to settle: await it with `simulation.complete`. */
  readonly connected: Promise<Connection<G>>
  /** The most versions that its replica keeps. */
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
    // reason: only the caller knows if its game needs join data, and `connect` itself refuses a prediction without the game
    const open = connect as unknown as (address: ServerAddress, options: object) => Promise<Connection<G>>
    this.connected = open(address, { timeoutMs: 60_000, ...parts.connect, ...own }).then((connection) => {
      this.#connection = connection
      watchConnection(connection, watch)
      this.#watchReplica(connection, parts)
      atOnce('onConnect', parts.onConnect?.(this))
      return connection
    })
    // a test may await it, and need not
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

  /** True once `connected` has resolved. */
  get hasConnected(): boolean {
    return this.#connection !== undefined
  }

  /** True if it will not come back: its session has ended, it could not connect, or it has crashed. */
  get isGone(): boolean {
    return this.#process.hasCrashed || this.#hasFailed || this.#connection?.status === 'closed'
  }

  /** True after `crash`. */
  get hasCrashed(): boolean {
    return this.#process.hasCrashed
  }

  /** True from `pause` to `resume`. */
  get isPaused(): boolean {
    return this.#process.isPaused
  }

  /** True if no packet gets through to the server or back. */
  get isCut(): boolean {
    return this.#line.isCut
  }

  /** How many calls its code has scheduled with its clock. */
  get timers(): number {
    return this.#process.timers
  }

  /**
   * Gives it another network. Packets under way keep the old one.
   * @throws SimulationError `invalid_argument` for a link with a wrong value, and for one that is reliable if the old one is
   * not, or the other way round
   */
  setLink(link: Link): void {
    checkLink(link)
    this.#line.network = link
  }

  /** Breaks its network until `heal`. */
  cut(options?: CutOptions): void {
    this.#line.cut(options)
  }

  /** Ends a cut. */
  heal(): void {
    this.#line.heal()
  }

  /** Nothing runs in its process, as on a sleeping laptop. Packets wait for it. */
  pause(): void {
    this.#process.pause()
  }

  /** Its process goes on: due work runs now. */
  resume(): void {
    this.#process.resume()
  }

  /** Its process dies without a message. Its system closes the transport, which only a reliable link reports to the server. */
  crash(): void {
    this.#process.crash()
    this.#line.clientDied()
    if (this.#connection !== undefined) this.#watch.of(this.#connection.clientId).toServer.abandon()
  }

  /** For the simulation: the server's process has died. */
  loseServer(): void {
    this.#line.serverDied()
  }

  #watchReplica(connection: Connection<G>, { historyOf, onCompared, report }: ClientParts<G>): void {
    const { clientId } = connection
    let newest = -1
    let known: Agreement | undefined
    const check = (): void => {
      const { version, state } = connection
      const whose = `client ${this.index}: its replica`
      // the room may go on in another process
      const history = historyOf(clientId)
      try {
        if (version < newest) {
          throw new SimulationError('replica_differs', `${whose} went back from version ${newest} to ${version}`)
        }
        if (history === undefined) {
          throw new SimulationError('replica_differs', `${whose} is that of a room which the client has not joined`)
        }
        newest = version
        known = history.compare(version, state, { clientId, whose, known })
        if (known !== undefined) onCompared()
      } catch (error) {
        report(error)
      }
    }
    connection.subscribe(check)
    check()
  }
}
