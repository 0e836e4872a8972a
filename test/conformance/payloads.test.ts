import { GameStateError } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawValue } from '../../packages/gamestate/test/support/random-state.js'
import { decodePayload, FormCounts, type PayloadLimits, Refused } from './decoder/index.js'
import { fromHex } from './support/page.js'

const met = new FormCounts()

/** Values as games send them, and each kind and size of value. */
const values: unknown[] = [
  null,
  true,
  false,
  ...[0, 63, 64, 300, 8255, 8256, -1, -32, -33, 2 ** 31, 2 ** 53 - 1, 0.1, -2.25, 1.234, 0.123457, Math.PI, 0.5],
  ...[-0, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e300],
  ...['', 'left', 'hello, who is there?', 'VWX', 'x'.repeat(70), 'naïve', '😀', '\ud800'],
  new Uint8Array([1, 2, 3]),
  { dx: 1, dy: 0 },
  { id: 'p1', items: [{ id: 1, n: 2 }, { id: 2, n: 3 }, { id: 'x' }], at: [10, 20], more: { a: [], b: {} } },
  Array.from({ length: 16 }, (_, i) => i * 0.5),
  Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`key${i}`, i])),
]

describe('a payload', () => {
  test.each(values.map((value) => [value]))('with the value %j is decoded to it', (value) => {
    expect(decodePayload(encodeValue(value), {}, met)).toStrictEqual(value)
  })

  test('of no bytes stands for no value', () => {
    expect(encodeValue(undefined)).toHaveLength(0)
    expect(decodePayload(new Uint8Array())).toBeUndefined()
  })

  test('with any value is decoded to it', () => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        const value = drawValue(draw, 4, false)
        expect(decodePayload(encodeValue(value), {}, met)).toStrictEqual(value)
      }),
      { numRuns: 1000, seed: 5 },
    )
  })

  test('has been met in every form', () => {
    const tags = '00 01 02 03 04 05 06 08 09 0a 0d 10 11 12 13 14 17 40-7f 80-bf c0-df'.split(' ')
    const forms = [...tags.map((tag) => `value ${tag}`), 'payload 20-3f', 'payload e0-ef', 'payload f0-ff']
    expect(forms.filter((form) => met.of(form) === 0)).toEqual([])
  })

  test.each<[string, string, Partial<PayloadLimits>?]>([
    ['a map', '15 00'],
    ['a tag of a change', '16 01 00 41'],
    ['bytes behind it', '41 41'],
    ['an end that is missing', 'e2 41'],
    ['a template that is not there', '14 41'],
    ['a template that is no object', 'e2 41 14 41'],
    ['a key twice', 'f2 02 61 41 02 61 41'],
    ['the key __proto__', `f1 12 ${[...'__proto__'].map((c) => c.charCodeAt(0).toString(16)).join(' ')} 41`],
    ['33 levels', `${'e1 '.repeat(33)}41`],
    ['more levels than the limit', 'e1 e1 41', { maxPayloadDepth: 1 }],
    ['more values than the limit', 'e2 41 41', { maxPayloadElements: 2 }],
    ['more keys than the limit', 'f1 02 61 41', { maxPayloadElements: 2 }],
    ['a longer text than the limit', '83 61 62 63', { maxPayloadStringBytes: 2 }],
    ['a longer text in bits than the limit', '17 03 24 06', { maxPayloadStringBytes: 2 }],
    ['a longer byte array than the limit', '11 03 01 02 03', { maxPayloadStringBytes: 2 }],
    ['a longer key than the limit', 'f1 06 61 62 63 41', { maxPayloadStringBytes: 2 }],
  ])('with %s is refused by decoder and library', (_, hex, limits = {}) => {
    expect(() => decodePayload(fromHex(hex), limits)).toThrow(Refused)
    expect(() => decodeValue(fromHex(hex), limits)).toThrow(GameStateError)
  })

  test('that is damaged is read alike by decoder and library, or refused by both', () => {
    const limits = { maxPayloadDepth: 4, maxPayloadElements: 30, maxPayloadStringBytes: 12 }
    const outcome = (read: (bytes: Uint8Array, limits: PayloadLimits) => unknown, bytes: Uint8Array): unknown => {
      try {
        return { value: read(bytes, limits) }
      } catch (error) {
        if (error instanceof Refused || error instanceof GameStateError) return 'refused'
        throw error
      }
    }
    fc.assert(
      fc.property(
        fc.gen(),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 3 }),
        fc.nat(3),
        (draw, edits, cut) => {
          const bytes = encodeValue(drawValue(draw, 3, false)).slice()
          for (const [at, byte] of edits) if (bytes.length > 0) bytes[at % bytes.length] = byte
          const damaged = cut === 1 ? bytes.subarray(0, bytes.length >> 1) : bytes
          expect(outcome(decodePayload, damaged)).toStrictEqual(outcome(decodeValue, damaged))
        },
      ),
      { numRuns: 5000, seed: 9 },
    )
  })
})
