import type { Scene, Tick } from '../scene.js'

/** A server's side of one scene. */
export interface ServerSide {
  /** Makes a tick's changes and encodes them. The bytes are valid until the next call; none at all: nothing to send. */
  step(tick: Tick<never>): Uint8Array
  /** What a client gets that joins now; valid until the next call. */
  snapshot(): Uint8Array
  /** Lets go of what is kept of past ticks and not needed for the next one. */
  forgetPast?(): void
  /** The state as a tree of plain objects and arrays, rows as a record. */
  state(): unknown
}

/** A client's side: a replica of the server's state. */
export interface ClientSide {
  receive(bytes: Uint8Array): void
  state(): unknown
}

/** A way to keep a state in step, among those that are compared. */
export interface System {
  readonly name: string
  readonly about: string
  /** @param initialState as `Script.initialState` gives it; taken over */
  serve(scene: Scene, initialState: object): ServerSide
  join(scene: Scene, snapshot: Uint8Array): ClientSide
}
