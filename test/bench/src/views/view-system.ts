import type { Tick } from '../scene.js'
import type { Arena } from '../scenes/arena.js'
import type { Throng } from './throng.js'

/** A server with many clients, each of which sees rows of its own. */
export interface ViewServer {
  /** Makes a tick's changes and encodes them: the bytes of each client, in the order of the clients. */
  step(tick: Tick<Arena>): readonly Uint8Array[]
  /** What the client with this number gets that joins now. */
  snapshot(client: number): Uint8Array
  /** The whole state as a tree of plain objects, rows as a record. */
  state(): unknown
}

export interface ViewClient {
  receive(bytes: Uint8Array): void
  /** As of the server, with the rows that the client sees. */
  state(): unknown
}

/** A way to show each client its own part of a state. */
export interface ViewSystem {
  readonly name: string
  readonly about: string
  serve(throng: Throng): ViewServer
  join(snapshot: Uint8Array): ViewClient
}
