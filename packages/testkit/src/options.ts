import type { ConnectOptions } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import { faultOfOptions } from '@tygase/gamestate/internal'
import type { RoomOptions, Server, ServerOptions } from '@tygase/server'
import { checkLink, invalid, show } from './check-link.js'
import type { SimulationError } from './errors.js'
import type { Link } from './line.js'
import type { OwnOptions, SimulatedClient } from './simulated-client.js'

/** A packet that has come out of a link, before a process takes it. */
export interface SeenPacket {
  /** Index of its client. */
  readonly client: number
  readonly fromServer: boolean
  /** Do not change or keep them. */
  readonly bytes: Uint8Array
}

/** Options that simulations of one game and of rooms share. */
interface CommonOptions<G extends AnyGame> {
  /**
   * The clients that connect at the beginning: their number, or the path of each (`/arena/42`, or `/arena` for any room of that
   * kind). Default 1 for one game, none for rooms.
   */
  clients?: number | readonly string[]
  /** A whole number from 0. The same seed gives the same run, to the last bit. Default: the seed of the run, see `seedOfRun`. */
  seed?: number
  /** The network of each client. Default `links.lan`. */
  link?: Link
  /**
   * Options of `connect`. Default of `timeoutMs` is 60,000 here, for links with long handshakes. Default of `game` is that of
   * the simulation.
   */
  client?: Omit<ConnectOptions, OwnOptions>
  /** Called with each client when it has connected, before its first event: the place to register handlers. */
  onConnect?: (client: SimulatedClient<G>) => void
  /** Called with each packet, for tests that read the bytes. An error that it throws ends the run. */
  onPacket?: (packet: SeenPacket) => void
  /**
   * Called with the first finding of a checker, in place of an end of the run: it goes on without checkers. For programs that
   * show a game; a test wants the end.
   */
  onFinding?: (finding: SimulationError) => void
  /** The command in a failure's message that runs the test again, with `SEED=` and the seed before it. Default: vitest with the calling test file, and the seed of the run. */
  command?: string
}

/** Options of a simulation with one game. */
export interface GameOptions<G extends AnyGame> extends CommonOptions<G> {
  game: G
  define?: never
  /** Options of the server and of its room. Default of `seed` is the seed of the simulation. */
  server?: Omit<ServerOptions & RoomOptions<G>, OwnOptions>
  /** Called with the server of each process before it runs: the place to register its handlers. */
  onStart?: (server: Server<G>) => void
}

/** Options of a simulation with rooms. */
export interface RoomsOptions extends CommonOptions<AnyGame> {
  game?: never
  /**
   * Defines the kinds of rooms: `server.define('arena', arena, options)`. Called with the server of each process before it runs,
   * so make a storage that outlasts a crash outside.
   */
  define: (server: Server) => void
  /** Options of the server. Its time of day is virtual time, unless there is a `wallClock`. */
  server?: Omit<ServerOptions, OwnOptions>
  onStart?: never
}

/** Options of a client that is added to a simulation. */
export interface ClientOptions<G extends AnyGame = AnyGame> {
  /** The room that the client asks for, as `/arena/42` or `/arena`. Default `/`, which is for a simulation with one game. */
  path?: string
  /** Its network. Default: that of the simulation. */
  link?: Link
  /** Options of `connect`. Default: those of the simulation. Default of `game` is that of the simulation in any case. */
  connect?: Omit<ConnectOptions, OwnOptions>
  /** As the option `onConnect` of the simulation, which is the default. */
  onConnect?: (client: SimulatedClient<G>) => void
}

/** Options of `simulate`: one game, or rooms. */
export type SimulateOptions<G extends AnyGame = AnyGame> = GameOptions<G> | RoomsOptions

/** The kind of an option's value. */
export type Kind = 'number' | 'string' | 'function' | 'boolean' | 'object' | 'link' | 'clients' | 'any'

const commonKinds = {
  ...{
    clients: 'clients',
    seed: 'number',
    link: 'link',
    client: 'object',
    onConnect: 'function',
    onPacket: 'function',
    onFinding: 'function',
  },
  ...{ command: 'string', game: 'object', define: 'function', server: 'object', onStart: 'function' },
} as const satisfies Record<keyof GameOptions<AnyGame>, Kind>

const clientKinds = {
  ...{ path: 'string', link: 'link', connect: 'object', onConnect: 'function' },
} as const satisfies Record<keyof ClientOptions, Kind>

/** @throws SimulationError `invalid_argument` for an unknown option, and for a value of another kind */
export function checkOptions(call: string, options: unknown, kinds: Readonly<Record<string, Kind>>): void {
  const names = Object.keys(kinds)
  const fault = faultOfOptions(
    call,
    names.map((name) => ({ name, default: undefined, unit: '', min: 0 })),
    options,
  )
  if (fault !== undefined) throw invalid(fault)
  for (const [name, value] of Object.entries(options as object)) {
    const kind = kinds[name]!
    if (value === undefined || kind === 'any') continue
    if (kind === 'link') checkLink(value)
    else if (kind === 'clients') checkClients(value)
    else if (value === null || kindOf(value) !== kind) {
      throw invalid(`the option ${name} of ${call} is ${kind === 'object' ? 'an' : 'a'} ${kind}, not ${show(value)}`)
    }
  }
}

/** @throws SimulationError `invalid_argument` */
export function checkSimulateOptions(options: unknown): void {
  checkOptions('simulate', options, commonKinds)
  const { game, define, onStart } = options as Partial<SimulateOptions>
  if ((game === undefined) === (define === undefined)) {
    throw invalid('simulate takes one of the options game and define: a game, or a function that defines rooms')
  }
  if (game !== undefined) checkGame('the option game of simulate', game)
  if (define !== undefined && onStart !== undefined) throw invalid('onStart is for one game: use define for rooms')
}

/** @throws SimulationError `invalid_argument` */
export function checkClientOptions(options: unknown): void {
  checkOptions('addClient', options, clientKinds)
}

/** @throws SimulationError `invalid_argument` for a value that `defineGame` has not made */
export function checkGame(what: string, game: unknown): void {
  const { events, initialState } = (game ?? {}) as Partial<AnyGame>
  if (typeof events === 'object' && typeof initialState === 'function') return
  throw invalid(`${what} is a game that defineGame has made, not ${show(game)}`)
}

function checkClients(clients: unknown): void {
  if (typeof clients === 'number') return
  if (!Array.isArray(clients)) throw invalid(`clients is a number or a list of paths, not ${show(clients)}`)
  const wrong = clients.find((path) => typeof path !== 'string' || !path.startsWith('/'))
  if (wrong !== undefined) throw invalid(`the path of a client is as /arena/42, not ${show(wrong)}`)
}

function kindOf(value: unknown): string {
  return typeof value
}
