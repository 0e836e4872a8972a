import type { HttpErrorCode } from './errors.js'

const problems: Record<HttpErrorCode, readonly [status: number, message: string]> = {
  request_invalid: [400, 'the request cannot be read'],
  query_invalid: [400, 'the query cannot be read'],
  origin_refused: [403, 'pages of this origin may not ask'],
  not_found: [404, 'there is nothing here'],
  method_not_allowed: [405, 'this cannot be done here'],
  body_timeout: [408, 'the body of the request did not come in time'],
  length_required: [411, 'a body has to say how long it is, by Content-Length'],
  body_too_large: [413, 'the body of the request is too large'],
  url_too_long: [414, 'the URL of the request is too long'],
  too_many_requests: [429, 'too many requests from this address'],
  answer_failed: [500, 'the server failed'],
  server_busy: [503, 'too many requests at a time'],
  answer_timeout: [503, 'the answer was not there in time'],
}

export interface Problem {
  readonly status: number
  readonly body: { readonly code: HttpErrorCode; readonly message: string }
}

/**
 * What an answer says that is no success: its status, and the JSON object that is its body.
 * @param message for people, instead of the usual one
 */
export function problemOf(code: HttpErrorCode, message?: string): Problem {
  const [status, usual] = problems[code]
  return { status, body: { code, message: message ?? usual } }
}

/** The same as an answer. */
export function problem(code: HttpErrorCode, headers: Record<string, string> = {}, message?: string): Response {
  const { status, body } = problemOf(code, message)
  return Response.json(body, { status, headers: { 'cache-control': 'no-store', ...headers } })
}
