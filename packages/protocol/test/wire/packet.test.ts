import { ProtocolError, readHello, writeRefusal } from '@tygase/protocol/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bytesOf, hexOf } from '../support/hex.js'
import { vectors } from '../support/vectors.js'

const [, message, hex] = vectors[0]!
const hello = bytesOf(hex)

describe('the hello of a client', () => {
  it('reads back to what was written, with the length of its packet', () => {
    const { packetBytes, ...content } = readHello(hello)
    expect({ kind: 'hello', hello: content }).toStrictEqual(message)
    expect(packetBytes).toBe(hello.length)
  })

  it.each([
    ['nothing', '', 'not_hello'],
    ['another message', '06', 'not_hello'],
    ['other magic', '01 54 79 47 62 01', 'not_hello'],
    ['half of the magic', '01 54 79', 'not_hello'],
    ['another version, whatever follows', '01 54 79 47 61 05 ff ff ff', 'version_mismatch'],
    ['a version that is cut off', '01 54 79 47 61', 'malformed'],
    ['unknown parts', '01 54 79 47 61 06 05', 'malformed'],
    [
      'a new beginning with progress',
      '01 54 79 47 61 06 04 01 02 03 04 05 06 07 08 00 00 00 00 00 40 8f 40 08 2f 74 61 67 06 61 64 61 04 aa bb cc dd 05 00',
      'malformed',
    ],
    ['bytes behind it', `${hex} 00`, 'malformed'],
    ['a clock that is not a number', hex.replace('00 00 00 00 00 40 8f 40', '00 00 00 00 00 00 f8 7f'), 'malformed'],
    ['more than 16 KiB', `${hex.replace(/01 2a$/, '81 80 01')} ${'00'.repeat(16_385)}`, 'packet_too_large'],
  ])('is refused when it is %s', (_what, bytes, code) => {
    expect(() => readHello(bytesOf(bytes))).toThrowError(expect.objectContaining({ code }))
  })

  it('is refused with a code when it is cut short anywhere', () => {
    for (let length = 0; length < hello.length; length++) {
      expect(() => readHello(hello.slice(0, length))).toThrowError(ProtocolError)
    }
  })

  it('never makes its reader throw an error without a code', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(hello.length - 1), fc.nat(255)), { maxLength: 4 }), (changes) => {
        const bytes = hello.slice()
        for (const [at, value] of changes) bytes[at] = value
        try {
          readHello(bytes)
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError)
        }
      }),
      { numRuns: 2000 },
    )
  })
})

it('a refusal has the reason of the table if none is given', () => {
  expect(hexOf(writeRefusal('refused', 'no'))).toBe('03 b8 1f 04 6e 6f')
  expect(new TextDecoder().decode(writeRefusal('server_full', ''))).toContain('takes no more sessions')
})

it('a reason of more than 200 characters ends with an ellipsis', () => {
  const textOf = (length: number): string => new TextDecoder().decode(writeRefusal('refused', 'x'.repeat(length)))
  expect(textOf(200)).toContain('x'.repeat(200))
  expect(textOf(201)).toMatch(/[^x]x{199}…/)
})
