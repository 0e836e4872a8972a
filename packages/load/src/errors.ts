import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link LoadError}. */
const loadErrorCodes = [
  'address_invalid',
  'address_unknown',
  'address_remote',
  'play_not_found',
  'play_invalid',
  'play_failed',
  'generator_failed',
] as const

/** The codes of {@link LoadError}. */
export type LoadErrorCode = (typeof loadErrorCodes)[number]

/** Why a load test did not begin, or a fault of the script that it plays. */
export class LoadError extends ExplainedError<LoadErrorCode> {}
