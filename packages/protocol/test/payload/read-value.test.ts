import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ProtocolError } from '../../src/errors.js'
import { bytesOf } from '../support/hex.js'

describe('reading a payload', () => {
  it.each([
    ['an extension type', 'd40001', 'payload_malformed'],
    ['an extension type with a length', 'c70101ff', 'payload_malformed'],
    ['the byte that MessagePack does not use', 'c1', 'payload_malformed'],
    ['an array with more elements than bytes', 'ddffffffff', 'payload_malformed'],
    ['a map with more entries than bytes', 'dfffffffff', 'payload_malformed'],
    ['a string longer than the rest', 'd9ff61', 'payload_malformed'],
    ['a number as a key', '8101c0', 'payload_malformed'],
    ['a map as a key', '8180c0', 'payload_malformed'],
    ['the key __proto__', '81a95f5f70726f746f5f5f80', 'payload_malformed'],
    ['a uint64 above 2^53 - 1', 'cf0020000000000000', 'payload_malformed'],
    ['an int64 below -(2^53 - 1)', 'd3ffdfffffffffffff', 'payload_malformed'],
    ['bytes left over', 'c0c0', 'payload_malformed'],
    ['arrays 33 deep', `${'91'.repeat(33)}c0`, 'payload_limit'],
    ['a string above the limit', `db00010001${'61'.repeat(65_537)}`, 'payload_limit'],
    ['more values than the limit', `dd00010000${'c0'.repeat(65_536)}`, 'payload_limit'],
  ])('refuses %s', (_what, hex, code) => {
    expect(() => decodePayload(bytesOf(hex))).toThrowError(expect.objectContaining({ code }))
    expect({}).not.toHaveProperty('polluted')
  })

  it.each([
    ['cf001fffffffffffff', Number.MAX_SAFE_INTEGER],
    ['d3ffe0000000000001', Number.MIN_SAFE_INTEGER],
    ['d3ffffffffffffffff', -1],
  ])('takes %s, a whole number of 64 bits that is safe, as a number', (hex, value) => {
    expect(decodePayload(bytesOf(hex))).toBe(value)
  })

  it('takes limits of the caller', () => {
    const bytes = encodePayload([[['deep']]])
    expect(() => decodePayload(bytes, { maxPayloadDepth: 2 })).toThrowError(
      expect.objectContaining({ code: 'payload_limit' }),
    )
    expect(() => decodePayload(bytes, { maxPayloadStringBytes: 3 })).toThrowError(/string of 4 bytes/)
    expect(() => decodePayload(bytes, { maxPayloadElements: 3 })).toThrowError(/more than 3 values/)
  })

  it('throws nothing but coded errors for any bytes, and what it lets through decodes to a value', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), (bytes) => {
        try {
          expect(decodePayload(bytes)).not.toBeUndefined()
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 3000 },
    )
  })

  it('refuses every payload that is cut short', () => {
    const whole = encodePayload({ list: [1, -300, 70_000, 1.5, 'text', null, true], bytes: new Uint8Array(20) })
    for (let length = 1; length < whole.length; length++) {
      expect(() => decodePayload(whole.slice(0, length)), `${length} bytes`).toThrowError(ProtocolError)
    }
  })
})
