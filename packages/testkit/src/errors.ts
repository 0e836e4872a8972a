import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link SimulationError}. */
const simulationErrorCodes = [
  'invalid_argument',
  'time_moves_already',
  'time_stands_still',
  'not_connected',
  'run_timeout',
  'settle_timeout',
  'replica_differs',
  'event_misdelivered',
  'event_misreported',
  'memory_unbounded',
  'not_deterministic',
] as const

export type SimulationErrorCode = (typeof simulationErrorCodes)[number]

/** Thrown by a simulation and by `syncTest`: for the finding of a checker, and for a caller's mistake. */
export class SimulationError extends ExplainedError<SimulationErrorCode> {}
