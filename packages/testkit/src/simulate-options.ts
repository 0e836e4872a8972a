import type { AnyGame } from '@tygase/gamestate'
import type { Link } from './line.js'
import type { SimulatedConnectOptions, SimulatedServerOptions } from './part-options.js'
import type { SimulatedBackend } from './simulated-backend.js'
import type { SimulatedClient } from './simulated-client.js'

export interface ClientOptions<G extends AnyGame = AnyGame> {
  /** Its network. Default: that of the simulation. */
  link?: Link
  /** As `connect` takes them. Default: those of the simulation. */
  connect?: SimulatedConnectOptions
  /** Called when it has connected, before anything else happens to it: the place to register handlers. Default: that of the simulation. */
  onConnect?: (client: SimulatedClient<G>) => void
}

/** A packet that has come out of a link; whether anybody takes it is not known yet. */
export interface SeenPacket {
  /** The index of the client that it is for or from. */
  readonly client: number
  readonly fromServer: boolean
  /** Not to be changed or kept. */
  readonly bytes: Uint8Array
}

export interface SimulateOptions<G extends AnyGame> {
  game: G
  /** How many clients connect at the beginning. A whole number from 0, default 1. */
  clients?: number
  /** A whole number from 0. The same seed gives the same run, to the last bit. Default: that of the run, see `seedOfRun`. */
  seed?: number
  /** The network of each client. Default `links.lan`. */
  link?: Link
  /** Of store, machine and server. The machine's `seed` is that of the simulation unless it is given. */
  server?: SimulatedServerOptions
  /** Of `connect`. Its `timeoutMs` is 60,000 unless it is given, for links on which a handshake takes long. */
  client?: SimulatedConnectOptions
  onConnect?: ClientOptions<G>['onConnect']
  /** Called with each process of the server before it serves, the first and those after a crash: the place to register its handlers. */
  onStart?: (backend: SimulatedBackend<G>) => void
  /** Called with each packet, for tests that read the bytes. What it throws ends the run. */
  onPacket?: (packet: SeenPacket) => void
  /** What to run again after a failure. Default: vitest with the test file from which `simulate` is called. */
  command?: string
}
