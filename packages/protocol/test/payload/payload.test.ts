import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

const plainValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.double().map((value) => (Object.is(value, -0) ? 0 : value)),
    fc.string({ unit: 'binary' }),
    fc.uint8Array(),
    fc.array(tie('value'), { maxLength: 5 }),
    fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      tie('value'),
      { maxKeys: 5, noNullPrototype: true },
    ),
  ),
})).value

describe('a payload', () => {
  it('comes back equal for every plain value', () => {
    fc.assert(
      fc.property(plainValue, (value) => {
        expect(decodePayload(encodePayload(value))).toStrictEqual(value)
      }),
      { numRuns: 500 },
    )
  })

  it('has byte arrays come back as byte arrays and not as buffers', () => {
    const back = decodePayload(encodePayload({ bytes: new Uint8Array([1, 2, 3]) })) as { bytes: Uint8Array }
    expect(Object.getPrototypeOf(back.bytes)).toBe(Uint8Array.prototype)
  })

  it('takes no bytes for undefined', () => {
    expect(encodePayload(undefined)).toHaveLength(0)
    expect(decodePayload(new Uint8Array(0))).toBeUndefined()
  })

  it('leaves out keys of objects that are undefined', () => {
    expect(decodePayload(encodePayload({ a: 1, b: undefined }))).toStrictEqual({ a: 1 })
  })

  it('replaces a lone surrogate', () => {
    expect(decodePayload(encodePayload('a\ud83d'))).toBe('a\ufffd')
  })

  const cycle: Record<string, unknown> = {}
  cycle.self = cycle
  it.each([
    ['a function', { f: () => 0 }, 'payload.f'],
    ['an instance of a class', [new Date(0)], 'payload[0]'],
    ['a Map', new Map(), 'payload'],
    ['a symbol', { s: Symbol.iterator }, 'payload.s'],
    ['a bigint', { n: 1n }, 'payload.n'],
    ['undefined in an array', [undefined], 'payload[0]'],
    ['a cycle', cycle, 'payload.self'],
    ['a key __proto__', JSON.parse('{"a":{"__proto__":1}}'), 'payload.a'],
  ])('refuses %s and names where it is', (_what, value, path) => {
    expect(() => encodePayload(value)).toThrowError(expect.objectContaining({ code: 'payload_invalid' }))
    expect(() => encodePayload(value)).toThrowError(path)
  })

  it('is refused at its sender exactly where the limits of its receiver refuse it, with the path', () => {
    const limits = fc.record({
      maxPayloadDepth: fc.nat(4),
      maxPayloadElements: fc.nat(20),
      maxPayloadStringBytes: fc.nat(8),
    })
    fc.assert(
      fc.property(plainValue, limits, (value, most) => {
        const codeOf = (work: () => unknown): string | undefined => {
          try {
            work()
            return undefined
          } catch (error) {
            expect((error as Error).message).toMatch(/^payload|a payload/)
            return (error as { code: string }).code
          }
        }
        const sent = codeOf(() => encodePayload(value, most))
        const received = codeOf(() => decodePayload(encodePayload(value), most))
        expect(sent === undefined).toBe(received === undefined)
      }),
      { numRuns: 1000 },
    )
    expect(() => encodePayload({ a: [0, 'long'] }, { maxPayloadStringBytes: 3 })).toThrowError(
      /^payload\.a\[1\]: a string of 4/,
    )
  })
})
