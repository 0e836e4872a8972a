import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPackedText, writePackedText } from '../../../src/codec/values/text.js'
import { ByteReader, ByteWriter } from '../../../src/internal.js'

const inTable = ' etaoinsrhldcumfpgwybvk.jqxzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,\'-!?:;_/()"@#&+*=<>%$[]'

function pack(text: string): Uint8Array | undefined {
  const bytes = new ByteWriter()
  return writePackedText(bytes, text, 2 * text.length + 10) ? bytes.finish() : undefined
}

function unpack(bytes: Uint8Array): string {
  const reader = new ByteReader(bytes)
  reader.readByte()
  const text = readPackedText(reader)
  reader.expectEnd()
  return text
}

test('any text of the characters in the table comes back', () => {
  const texts = fc.array(fc.constantFrom(...inTable), { maxLength: 300 }).map((characters) => characters.join(''))
  fc.assert(
    fc.property(texts, (text) => {
      expect(unpack(pack(text)!)).toBe(text)
    }),
    { numRuns: 2000 },
  )
})

test.each(['é', '~', '\n', '\u007f', '😀', '\ud800', '{'])('a text with %j is left to other forms', (character) => {
  expect(pack(`so it ${character} is`)).toBeUndefined()
})

test('words of small letters take a third less', () => {
  expect(pack('the wind is open who has wood for two swords')!.length).toBeLessThan(44 * 0.67)
})

test('a text is not packed if that is not shorter', () => {
  const bytes = new ByteWriter()
  expect(writePackedText(bytes, 'XYZXYZ', 7)).toBe(false)
  expect(bytes.length).toBe(0)
  expect(writePackedText(bytes, 'tea time', 9)).toBe(true)
})

describe('bytes from anybody', () => {
  test.each([
    ['more characters than bits', [0x17, 9, 0, 0, 0, 0]],
    ['bits that say nothing are set', [0x17, 1, 0x10]],
    ['the bytes end within a character', [0x17, 2, 0xff]],
  ])('are refused where %s', (_, bytes) => {
    expect(() => unpack(Uint8Array.from(bytes))).toThrow(
      expect.objectContaining({ code: expect.stringMatching(/^(invalid_delta|bytes_truncated)$/) }),
    )
  })
})
