import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link InspectError}. */
const inspectErrorCodes = ['auth_missing', 'invalid_argument'] as const

/** The codes of {@link InspectError}. */
export type InspectErrorCode = (typeof inspectErrorCodes)[number]

/** Raised by metrics and by the inspector. */
export class InspectError extends ExplainedError<InspectErrorCode> {}
