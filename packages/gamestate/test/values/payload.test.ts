import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { writePackedText } from '../../src/codec/values/text.js'
import { EntityMap, equalStates, GameStateError } from '../../src/index.js'
import { decodeValue, encodeValue, registerTextPacker } from '../../src/values/payload.js'
import { deepBadValues } from '../support/bad-values.js'
import { drawValue } from '../support/random-state.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
const codeOf = (work: () => unknown): string | undefined => {
  try {
    work()
    return undefined
  } catch (error) {
    expect(error).toBeInstanceOf(GameStateError)
    return (error as GameStateError).code
  }
}

/** Does something as in a page that only sends events. */
function asInPage<Result>(work: () => Result): Result {
  registerTextPacker(undefined)
  try {
    return work()
  } finally {
    registerTextPacker(writePackedText)
  }
}

describe('the data of an event', () => {
  test.each([
    [null, '00'],
    [[1, -1, true, false], 'e441c00201'],
    [63, '7f'],
    [64, '2000'],
    [8255, '3fff'],
    [-32, 'df'],
    [8256, '06c040'],
    [0.5, '080a'],
    ['hi', '826869'],
    [{ dx: 1, dy: 0 }, 'f204647841046479' + '40'],
    [[{ x: 1 }, { x: 2 }], 'e2f1027841' + '1442'],
    [{ a: 1, b: undefined }, 'f1026141'],
    [new Uint8Array([1, 2]), '11020102'],
    [Array.from({ length: 16 }, () => null), `1210${'00'.repeat(16)}`],
  ])('is written in the shortest form: %j is %s', (value, bytes) => {
    expect(hex(encodeValue(value))).toBe(bytes)
  })

  /** What MessagePack takes for the same. */
  test.each<[unknown, number]>([
    [{ dx: 1, dy: 0 }, 9],
    [{ id: 'p1', gold: 5 }, 13],
    [{ x: 120, y: 340 }, 9],
    [{ x: 12.34, y: -3.25 }, 19],
    [{ item: 'sword', count: 2 }, 19],
    [{ slot: 3 }, 7],
    [{ text: 'hello, who is there?' }, 27],
    ['left', 5],
    [[3, 4], 3],
    [{ target: 'p12', skill: 'fire', at: [10, 20] }, 30],
    [{ amount: 250 }, 10],
    [
      {
        path: [
          { x: 1, y: 2 },
          { x: 2, y: 2 },
          { x: 3, y: 2 },
        ],
      },
      28,
    ],
  ])('takes no more bytes than MessagePack for an event that games send, also from a page: %j', (value, most) => {
    expect(encodeValue(value).length).toBeLessThanOrEqual(most)
    expect(asInPage(() => encodeValue(value)).length).toBeLessThanOrEqual(most)
  })

  test('has its texts as they are where no encoder of versions has brought the packer, as in a page', () => {
    expect(hex(asInPage(() => encodeValue('eeeeee')))).toBe('86656565656565')
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const value = drawValue(draw, 3, false)
        const bytes = asInPage(() => encodeValue(value))
        expect(decodeValue(bytes)).toStrictEqual(decodeValue(encodeValue(value)))
      }),
      { numRuns: runsOf(300) },
    )
  })

  test('is no bytes for undefined', () => {
    expect(encodeValue(undefined)).toHaveLength(0)
    expect(decodeValue(new Uint8Array(0))).toBeUndefined()
  })

  test('comes back as values of the caller, not frozen', () => {
    const value = { list: [{ x: 1 }, { x: 2 }], bytes: Uint8Array.of(1) }
    const back = decodeValue(encodeValue(value)) as typeof value
    expect(back).toStrictEqual(value)
    back.list[0]!.x = 5
    expect(back.list).toEqual([{ x: 5 }, { x: 2 }])
  })

  test.each(deepBadValues)('is refused at its sender for %s, with the path', (_, make, further, message) => {
    const text = refusal(() => encodeValue({ deep: make() }))
    expect(text).toContain(`invalid_value: payload.deep${further.replace('.next.next', '')}`)
    expect(text).toContain(message.replace('a state', 'an event').replace('than 100', 'than 32'))
  })

  test('is refused at its sender for an entity map', () => {
    expect(refusal(() => encodeValue([new EntityMap()]))).toContain('payload.0: an event cannot hold an instance of')
  })

  test('is refused at its sender exactly where the limits of its receiver refuse it', () => {
    const limits = fc.record({
      maxPayloadDepth: fc.nat(4),
      maxPayloadElements: fc.nat(60),
      maxPayloadStringBytes: fc.nat(8),
    })
    fc.assert(
      fc.property(fc.gen(), limits, (draw, most) => {
        const value = drawValue(draw, 3, false)
        const sent = codeOf(() => encodeValue(value, most))
        const received = codeOf(() => decodeValue(encodeValue(value), most))
        expect(sent === undefined).toBe(received === undefined)
        expect(received ?? 'value_limit').toBe('value_limit')
      }),
      { numRuns: runsOf(2000) },
    )
    expect(refusal(() => encodeValue({ a: [0, 'long'] }, { maxPayloadStringBytes: 3 }))).toBe(
      'value_limit: payload.a.1: a string of 4 bytes',
    )
  })

  test('is refused at its sender if a text or the whole is too large', () => {
    expect(refusal(() => encodeValue({ a: 'é'.repeat(6) }, { maxEventBytes: 11 }))).toBe(
      'value_too_large: payload.a has 12 bytes, at most 11 may travel',
    )
    expect(refusal(() => encodeValue([1, 2, 3], { maxEventBytes: 3 }))).toBe(
      'value_too_large: payload has 4 bytes, at most 3 may travel',
    )
  })
})

describe('bytes of a payload from any peer', () => {
  test.each([
    ['a first byte of no kind', '1f', 'bytes_malformed'],
    ['an entity map', '1500', 'bytes_malformed'],
    ['an array with more elements than bytes', '12ffffff7f', 'bytes_truncated'],
    ['an object with more keys than bytes', '13ffffff7f', 'bytes_truncated'],
    ['a text longer than the rest', '10fe0161', 'bytes_truncated'],
    ['bytes longer than the rest', '11ff0161', 'bytes_truncated'],
    ['the key __proto__', 'f1125f5f70726f746f5f5f40', 'bytes_malformed'],
    ['a key twice', 'f202614002' + '6140', 'bytes_malformed'],
    ['an object like none', '1440', 'bytes_malformed'],
    ['bytes left over', '0000', 'bytes_malformed'],
    ['text that is not UTF-8', '1002ff', 'bytes_malformed'],
    ['arrays 33 deep', `${'e1'.repeat(33)}00`, 'value_limit'],
    ['a text above the limit', `1082800861${'61'.repeat(65_536)}`, 'value_limit'],
    ['bytes above the limit', `11818004${'61'.repeat(65_537)}`, 'value_limit'],
    ['more elements than the limit', `12808010${'00'.repeat(262_144)}`, 'value_limit'],
  ])('are refused for %s', (_, bytes, code) => {
    expect(codeOf(() => decodeValue(Buffer.from(bytes, 'hex')))).toBe(code)
    expect({}).not.toHaveProperty('polluted')
  })

  test('throw coded errors only, and build no more than the bytes allow', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        let value: unknown
        if (codeOf(() => (value = decodeValue(bytes))) !== undefined) return
        expect(value).not.toBeUndefined()
        expect(equalStates(decodeValue(encodeValue(value)), value)).toBe(true)
        expect(JSON.stringify(value).length).toBeLessThan(bytes.length * 64)
      }),
      { numRuns: runsOf(3000) },
    )
  })

  test('are refused if they are cut short', () => {
    const whole = encodeValue({ list: [1, -300, 70_000, 1.5, 'text', null, true], bytes: new Uint8Array(20) })
    for (let length = 1; length < whole.length; length++) {
      expect(
        codeOf(() => decodeValue(whole.slice(0, length))),
        `${length} bytes`,
      ).toBeDefined()
    }
  })
})
