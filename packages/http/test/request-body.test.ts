import { describe, expect, it } from 'vitest'
import { BodyMemory, checkLength, elementsOf, readBody } from '../src/request-body.js'

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

  const read = (iterable: AsyncIterable<Uint8Array>, maxBodyBytes: number, memory = new BodyMemory(1_000_000)) =>
    readBody(iterable, 0, { maxBodyBytes }, memory.open())

  it('is read whole', async () => {
    const body = await read(source(2).iterable, 80)
    expect([...(body as Uint8Array)]).toEqual([...new Array<number>(40).fill(1), ...new Array<number>(40).fill(2)])
    expect(await read(source(0).iterable, 80)).toEqual(new Uint8Array(0))
  })

  it('is read no further than the limit, and its source is left open for the answer', async () => {
    const { seen, iterable } = source(1000)
    expect(await read(iterable, 79)).toBe('body_too_large')
    expect(seen).toEqual({ asked: 2, closed: false })
  })

  it('in chunks of a byte is kept in one piece', async () => {
    async function* bytes() {
      for (let i = 0; i < 100_000; i++) yield Uint8Array.of(i & 255)
    }
    const memory = new BodyMemory(300_000)
    const place = memory.open()
    const body = (await readBody(bytes(), 0, { maxBodyBytes: 1_000_000 }, place)) as Uint8Array
    expect([body.length, body[99_999]]).toEqual([100_000, 99_999 & 255])
    expect(body.buffer.byteLength).toBe(100_000)
    place.close()
    expect(memory.taken).toBe(0)
  })

  it('takes memory as it comes, and none for a length that is only promised; together bodies take no more than there is', async () => {
    const memory = new BodyMemory(100_000)
    const promised = memory.open()
    await readBody(source(1).iterable, 90_000, { maxBodyBytes: 1_000_000 }, promised)
    expect(memory.taken).toBeLessThan(5000)
    const others = Array.from({ length: 10 }, () => memory.open())
    const ends = []
    for (const place of others) ends.push(await readBody(source(500).iterable, 0, { maxBodyBytes: 1_000_000 }, place))
    expect(ends.filter((end) => end === 'server_busy').length).toBeGreaterThan(5)
    expect(memory.taken).toBeLessThanOrEqual(100_000)
    for (const place of [promised, ...others]) place.close()
    expect(memory.taken).toBe(0)
  })
})

describe('the values of a body', () => {
  const json = 'application/json'
  it.each([
    ['[]', json, 2, 1],
    ['[1,2,3]', json, 4, 1],
    ['{"a":{"b":[1,2]}}', json, 7, 3],
    ['"[[[,,,"', json, 1, 0],
    ['"a\\"[[["', json, 1, 0],
    ['['.repeat(100), json, 101, 100],
    ['[[],[],[]]', 'text/plain', 7, 2],
    ['a=1&b=2&&&', 'application/x-www-form-urlencoded', 5, 1],
    ['--x\r\nA: b\r\n\r\nv\r\n--x\r\n\r\nw\r\n--x--', 'multipart/form-data; boundary=x', 3, 1],
    ['[[[[', 'application/octet-stream', 1, 1],
  ])('of %j as %s are counted: %i, nested %i deep', (text, type, elements, depth) => {
    expect(elementsOf(new TextEncoder().encode(text), type)).toEqual({ elements, depth })
  })

  it('are counted no further than a body may have', () => {
    const count = (text: string) => elementsOf(new TextEncoder().encode(text), json, 200)
    expect(count('['.repeat(100_000))).toEqual({ elements: 102, depth: 101 })
    expect(count('[1,'.repeat(100_000)).elements).toBe(201)
    expect(count(',1'.repeat(100_000))).toEqual({ elements: 201, depth: 0 })
  })
})
