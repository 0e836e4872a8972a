import { expect, test } from 'vitest'
import { BitReader, BitWriter } from '../../../src/codec/bits/bits.js'
import { ByteReader, ByteWriter } from '../../../src/internal.js'

test('numbers are written lowest bit first, and what comes after a flush begins with the next byte', () => {
  const bytes = new ByteWriter()
  const bits = new BitWriter(bytes)
  bits.write(0b101, 3)
  bits.write(0xffff_fffe, 32)
  bits.flush()
  bits.write(0b11, 2)
  bits.flush()
  bits.flush()
  const written = bytes.finish()
  expect([...written]).toEqual([0b11110101, 255, 255, 255, 0b111, 0b11])
  const reader = new BitReader(new ByteReader(written))
  expect([reader.read(3), reader.read(32)]).toEqual([0b101, 0xffff_fffe])
  expect(() => reader.expectZeros()).not.toThrow()
})
