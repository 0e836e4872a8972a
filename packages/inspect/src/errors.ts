import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link InspectError}. */
const inspectErrorCodes = ['auth_missing', 'invalid_argument'] as const

/** The codes of {@link InspectError}. */
export type InspectErrorCode = (typeof inspectErrorCodes)[number]

/** The codes of answers of `/metrics` that are not a success: `code` in the body. */
export const metricsErrorCodes = ['metrics_not_local', 'metrics_token_wrong'] as const

/** Raised by metrics and by the inspector. */
export class InspectError extends ExplainedError<InspectErrorCode> {}
