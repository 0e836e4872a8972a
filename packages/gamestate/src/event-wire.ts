import type { Clock } from './clock.js'
import type { Outcome } from './rules/context.js'
import type { Recipients } from './rules/dispatch.js'

/** The former name of `Outcome`. */
export type WireOutcome = Outcome

/** An event of a client on its way to the rules. */
export interface WireEvent {
  readonly name: string
  readonly data: unknown
  readonly clientId: string
  /** Called exactly once: after the commit of the tick in which the handler ran, or when the event was refused. */
  settle?(outcome: WireOutcome): void
}

/** Told by an event wire what its ticks bring about. */
export interface WireListener {
  /** The tick is over: committed, its events settled, its dispatches made. */
  onTick?(tick: number): void
  /** A rule sends an event to clients; after the commit. */
  onDispatch?(name: string, data: unknown, to: Recipients): void
  onRunning?(running: boolean): void
}

/** Where a server repeats the events of its clients to, and what drives it: a `GameStateMachine`, typically. */
export interface EventWire {
  readonly running: boolean
  /** Ticks a second, in Hz. */
  readonly tickRate: number
  /** The names of the events that it has a handler for. */
  readonly eventNames: readonly string[]
  run(clock: Clock): void
  stop(): void
  pushEvent(event: WireEvent): void
  pushJoin(clientId: string): void
  pushLeave(clientId: string): void
  subscribe(listener: WireListener): () => void
}
