/** Rights of a page, each with those before it. `inspect` shows all state of all rooms, secrets included. */
export const rights = ['metrics', 'inspect', 'act'] as const

/** What a page may see and do. */
export type Right = (typeof rights)[number]

/** True if a page with the right `has` may do what `needs` allows. */
export function includesRight(has: Right, needs: Right): boolean {
  return rights.indexOf(has) >= rights.indexOf(needs)
}

/**
 * A header that each request but those for files carries: `1` before the login, `nonce` of the session after it. A page of another
 * origin cannot send it, as a browser asks the server first.
 */
export const inspectHeader = 'x-tygase-inspect'

/*
 * Requests of the page, relative to the page itself:
 *
 * `GET session` → 200 `SessionAnswer`; 401 `login_needed` without a session. Where no login is needed, this begins the session.
 * `POST login`, JSON `LoginRequest` → 200 `SessionAnswer`; 401 `login_wrong`; 429 `too_many_logins` with the header `retry-after`.
 * `POST logout` → 204.
 * `GET recordings/<id>` → the bytes of a recording that has ended; 404 `not_found`. Needs the right `act`.
 *
 * Sockets: `live/dashboard/now` (right `metrics`), `live/look/<id>` (right `inspect`), where `<id>` is drawn by the page, 16 letters or
 * digits. `connect` gets `{ credentials: { nonce } }` with the nonce of the session.
 */

/** The session of a page. */
export interface SessionAnswer {
  readonly right: Right
  /** Goes into the header `inspectHeader` and into the credentials of `connect`. */
  readonly nonce: string
  /** Time until the session ends, from now. Its sockets close then. */
  readonly lastsMs: number
  /** True if no login is needed: development, on this machine. */
  readonly open: boolean
  /** False: the server measures nothing, and there is no `live/dashboard/now`. */
  readonly dashboard: boolean
  /** The kinds of the rooms that there are, for the head of the page. */
  readonly kinds: readonly string[]
}

/** The body of `POST login`. */
export interface LoginRequest {
  readonly token: string
}

/** An answer without success. */
export interface ProblemAnswer {
  readonly code: InspectProblem
  readonly message: string
}

/** The codes of answers without success, of HTTP and of requests in a look. */
export type InspectProblem =
  | 'login_needed'
  | 'login_wrong'
  | 'too_many_logins'
  | 'right_missing'
  | 'header_missing'
  | 'origin_refused'
  | 'address_refused'
  | 'not_found'
  | 'request_invalid'
  | 'too_many_requests'
  | 'version_gone'
  | 'look_failed'
  | 'starting'
