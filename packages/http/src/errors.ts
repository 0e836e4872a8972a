/** The codes of answers that are not a success: `code` in the body of the answer. */
export const httpErrorCodes = [
  'request_invalid',
  'query_invalid',
  'not_found',
  'method_not_allowed',
  'body_timeout',
  'length_required',
  'body_too_large',
  'url_too_long',
  'too_many_requests',
  'answer_failed',
  'server_busy',
  'answer_timeout',
] as const

/** The codes of answers that are not a success. */
export type HttpErrorCode = (typeof httpErrorCodes)[number]

const problems: Record<HttpErrorCode, readonly [status: number, message: string]> = {
  request_invalid: [400, 'the request cannot be read'],
  query_invalid: [400, 'the query cannot be read'],
  not_found: [404, 'there is nothing at this path'],
  method_not_allowed: [405, 'this method is not allowed here'],
  body_timeout: [408, 'the body of the request did not come in time'],
  length_required: [411, 'the length of a body is required, as Content-Length'],
  body_too_large: [413, 'the body of the request is too large'],
  url_too_long: [414, 'the URL of the request is too long'],
  too_many_requests: [429, 'too many requests from this address'],
  answer_failed: [500, 'the server failed'],
  server_busy: [503, 'too many requests at a time'],
  answer_timeout: [503, 'the answer was not ready in time'],
}

/**
 * An answer that is not a success: status, and a JSON object `{ code, message }` as its body.
 * @param message for people, instead of the usual one
 */
export function problem(code: HttpErrorCode, headers: Record<string, string> = {}, message?: string): Response {
  const [status, usual] = problems[code]
  return Response.json(
    { code, message: message ?? usual },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  )
}

/** Status and body of an answer that is not a success. */
export function plainProblem(code: HttpErrorCode): { status: number; body: object } {
  const [status, message] = problems[code]
  return { status, body: { code, message } }
}
