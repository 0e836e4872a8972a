import { ExplainedError } from '@tygase/gamestate/internal'

/** The codes of {@link ServerError}. */
const serverErrorCodes = [
  'port_in_use',
  'listen_failed',
  'already_running',
  'not_running',
  'unknown_client',
  'tls_invalid',
  'invalid_argument',
  'unknown_channel',
  'channel_exists',
  'channel_denied',
  'channel_limit',
  'channel_too_fast',
  'channel_invalid',
  'presence_invalid',
  'presence_too_large',
  'unknown_room',
  'room_exists',
  'room_full',
  'room_locked',
  'room_closed',
  'room_failed',
  'room_limit',
  'game_outdated',
  'server_outdated',
  'ticket_expired',
  'ticket_unknown',
  'auth_failed',
  'auth_timeout',
  'identity_expired',
  'handler_exists',
  'saved_state_invalid',
  'saved_state_too_new',
  'saved_state_not_migrated',
  'journal_diverged',
  'replica_diverged',
  'not_acting',
] as const

/** The codes of {@link ServerError}. */
export type ServerErrorCode = (typeof serverErrorCodes)[number]

/** The codes of HTTP answers of a server without a `requestListener`: `code` in the body of the answer. */
const answerErrorCodes = [
  'origin_refused',
  'query_invalid',
  'method_not_allowed',
  'too_many_requests',
  'answer_failed',
] as const

export type AnswerErrorCode = (typeof answerErrorCodes)[number]

/** A mistake of the caller, a port that cannot be used, or the reason why a client is not let in. */
export class ServerError extends ExplainedError<ServerErrorCode> {}

/**
 * For options of single calls.
 * @throws ServerError `invalid_argument` for a value that is no object, naming an option that is unknown
 */
export function checkKeys(call: string, options: unknown, names: readonly string[]): void {
  if (typeof options !== 'object' || options === null) {
    throw new ServerError('invalid_argument', `${call} takes an object of options, not ${String(options)}`)
  }
  for (const name of Object.keys(options)) {
    if (!names.includes(name)) throw new ServerError('invalid_argument', faultOfName(call, name, names))
  }
}

/** Names the option of another end or other letters, if there is one, else all that there are. */
function faultOfName(call: string, name: string, names: readonly string[]): string {
  const lower = name.toLowerCase()
  const near = names.find((each) => each.toLowerCase().startsWith(lower) || lower.startsWith(each.toLowerCase()))
  const instead = near === undefined ? `; it has ${names.join(', ')}` : `: did you mean '${near}'?`
  return `${call} has no option '${name}'${instead}`
}
