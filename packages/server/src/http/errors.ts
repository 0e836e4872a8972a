/** The codes of answers that are no success: in the body of the answer, as `code`. */
export const httpErrorCodes = [
  'request_invalid',
  'query_invalid',
  'origin_refused',
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

export type HttpErrorCode = (typeof httpErrorCodes)[number]
