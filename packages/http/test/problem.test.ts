import { expect, test } from 'vitest'
import { type HttpErrorCode, httpErrorCodes, problem } from '../src/errors.js'

const statuses: Record<HttpErrorCode, number> = {
  request_invalid: 400,
  query_invalid: 400,
  not_found: 404,
  method_not_allowed: 405,
  body_timeout: 408,
  length_required: 411,
  body_too_large: 413,
  url_too_long: 414,
  too_many_requests: 429,
  answer_failed: 500,
  server_busy: 503,
  answer_timeout: 503,
}

test.each(httpErrorCodes)(
  '%s is an answer with its status, and a JSON object with the code and a message',
  async (code) => {
    const response = problem(code, { 'retry-after': '1' })
    expect(response.status).toBe(statuses[code])
    expect(Object.fromEntries(response.headers)).toEqual({
      'content-type': 'application/json',
      'cache-control': 'no-store',
      'retry-after': '1',
    })
    expect(await response.json()).toEqual({ code, message: expect.stringMatching(/\w/) })
  },
)

test('a message of its own takes the place of the usual one', async () => {
  expect(await problem('query_invalid', {}, 'limit is from 1').json()).toEqual({
    code: 'query_invalid',
    message: 'limit is from 1',
  })
})
