import { TygaseError } from '@tygase/gamestate'

/** The codes of {@link SimulationError}. */
export const simulationErrorCodes = [
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

/** Raised by a simulation and by `syncTest`: for what a checker has found, and for a caller's mistakes. */
export class SimulationError extends TygaseError<SimulationErrorCode> {}
