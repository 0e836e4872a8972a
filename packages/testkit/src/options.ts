import type { ConnectOptions } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import type { RoomOptions, Server, ServerOptions } from '@tygase/server'
import type { Link } from './line.js'
import type { SimulatedClient } from './simulated-client.js'

/** Options that a simulation sets itself, for the server and for clients. */
type OwnOptions = 'clock' | 'random' | 'logger'

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
  /** Options of `connect`. Default of `timeoutMs` is 60,000 here, for links with long handshakes. */
  client?: Omit<ConnectOptions, OwnOptions>
  /** Called with each client when it has connected, before its first event: the place to register handlers. */
  onConnect?: (client: SimulatedClient<G>) => void
  /** Called with each packet, for tests that read the bytes. An error that it throws ends the run. */
  onPacket?: (packet: SeenPacket) => void
  /** The command in a failure's message that runs the test again. Default: vitest with the calling test file. */
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
  /** Options of `connect`. Default: those of the simulation. */
  connect?: Omit<ConnectOptions, OwnOptions>
  /** As the option `onConnect` of the simulation, which is the default. */
  onConnect?: (client: SimulatedClient<G>) => void
}

/** Options of `simulate`: one game, or rooms. */
export type SimulateOptions<G extends AnyGame = AnyGame> = GameOptions<G> | RoomsOptions
