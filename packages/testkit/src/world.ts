import type { Transport } from '@tygase/protocol'
import type { ShutdownOptions } from '@tygase/server'
import type { Agreement } from './agrees.js'
import type { ReplicaOwner } from './version-history.js'
import type { VirtualProcess } from './virtual-process.js'

/** The game that a session is in, and what its replica is held against. */
export interface PlayedGame {
  readonly store: { readonly version: number }
  readonly history: {
    compare(version: number, state: unknown, owner: ReplicaOwner): Agreement | undefined
  }
}

/** Something that is counted in the end, and how much of it may be left. */
export interface Remainder {
  /** Where: `the server`, `client 3`. */
  readonly at: string
  readonly what: string
  readonly count: number
  readonly most: number
}

/** One life of a simulated server's process, as the simulation sees it. */
export interface World {
  readonly process: VirtualProcess
  /** Whether nobody is left, nor anything that goes by itself once nobody is. */
  readonly isDeserted: boolean
  /** How long what goes by itself may take, in ms. */
  readonly lingerMs: number
  /** Whether a session of this client ever began here. */
  hasMet(clientId: string): boolean
  /** Whether there is one now. */
  hasSession(clientId: string): boolean
  /** Where the client's session is, or was until `forget`; undefined for one that is not known. */
  gameOf(clientId: string): PlayedGame | undefined
  /** Nobody will ask for the game of this client any more. */
  forget(clientId: string): void
  /** Throws when no server runs. */
  accept(transport: Transport): void
  serve(): Promise<void>
  shutdown(options: ShutdownOptions): Promise<void>
  crash(): void
  /** Looks at what must be true at any time. @throws SimulationError `memory_unbounded` */
  verify(): void
  /** What is left when all have gone and the server still runs. */
  remainsWhileServing(): Iterable<Remainder>
  /** What is left when it has shut down. */
  remainsAfterwards(): Iterable<Remainder>
}
