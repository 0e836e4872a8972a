import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link ClusterError}. */
const clusterErrorCodes = [
  'cluster_full',
  'engine_closed',
  'engine_disconnected',
  'engine_no_responder',
  'engine_timeout',
  'engine_too_large',
  'engine_unavailable',
  'engine_untrusted',
  'lease_over',
  'not_acting',
  'record_conflict',
  'record_forged',
  'responder_failed',
  'room_contended',
  'room_refused',
  'room_unreachable',
  'worker_ended',
  'invalid_argument',
] as const

/** The codes of {@link ClusterError}. */
export type ClusterErrorCode = (typeof clusterErrorCodes)[number]

/** Raised by engines and by servers of a cluster. */
export class ClusterError extends ExplainedError<ClusterErrorCode> {}
