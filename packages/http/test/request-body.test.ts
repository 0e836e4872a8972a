import { describe, expect, it } from 'vitest'
import { checkLength, readBody } from '../src/request-body.js'

function check(method: string, headers: Record<string, string>, allowChunked = false) {
  return checkLength(new Request('http://localhost/', { method, headers }), { maxBodyBytes: 100, allowChunked })
}

const chunked = { 'transfer-encoding': 'chunked' }

describe('a request', () => {
  it.each([
    ['GET', {}, undefined],
    ['DELETE', {}, undefined],
    ['POST', {}, 'length_required'],
    ['PUT', {}, 'length_required'],
    ['PATCH', {}, 'length_required'],
    ['POST', chunked, 'length_required'],
    ['GET', chunked, 'length_required'],
    ['POST', { 'content-length': '0' }, undefined],
    ['POST', { 'content-length': '100' }, undefined],
    ['POST', { 'content-length': '101' }, 'body_too_large'],
    ['GET', { 'content-length': '101' }, 'body_too_large'],
    ['POST', { 'content-length': '99999999999999999999999' }, 'body_too_large'],
    ['POST', { 'content-length': '-1' }, 'request_invalid'],
    ['POST', { 'content-length': '1e1' }, 'request_invalid'],
    ['POST', { 'content-length': '5, 5' }, 'request_invalid'],
  ] as const)('by %s with %j is found %s [M35]', (method, headers, code) => {
    expect(check(method, headers)).toBe(code)
  })

  it('may come in chunks where that is allowed', () => {
    expect(check('POST', chunked, true)).toBeUndefined()
    expect(check('POST', {}, true)).toBe('length_required')
  })
})

describe('a body', () => {
  /** Gives chunks of 40 bytes, and counts how often it was asked and whether it was closed. */
  function source(chunks: number) {
    const seen = { asked: 0, closed: false }
    const iterator = {
      next: async () => {
        seen.asked++
        if (seen.asked > chunks) return { done: true as const, value: undefined }
        return { done: false as const, value: new Uint8Array(40).fill(seen.asked) }
      },
      return: async () => {
        seen.closed = true
        return { done: true as const, value: undefined }
      },
    }
    return { seen, iterable: { [Symbol.asyncIterator]: () => iterator } }
  }

  it('is read whole', async () => {
    const body = await readBody(source(2).iterable, 80)
    expect([...(body ?? [])]).toEqual([...new Array<number>(40).fill(1), ...new Array<number>(40).fill(2)])
    expect(await readBody(source(0).iterable, 80)).toEqual(new Uint8Array(0))
  })

  it('is read no further than the limit, and its source is left open for the answer', async () => {
    const { seen, iterable } = source(1000)
    expect(await readBody(iterable, 79)).toBeUndefined()
    expect(seen).toEqual({ asked: 2, closed: false })
  })
})
