import { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { advance, cut, peek, room, truncate } from '../../src/bytes/bytes.js'
import { runsOf } from '../support/runs.js'
import { hexOf } from './hex.js'

function written(write: (writer: ByteWriter) => void): Uint8Array {
  const writer = new ByteWriter()
  write(writer)
  return writer.finish()
}

/** What is read back from what was written; nothing may be left over. */
function back<T>(write: (writer: ByteWriter) => void, read: (reader: ByteReader) => T): T {
  const reader = new ByteReader(written(write))
  const value = read(reader)
  reader.expectEnd()
  return value
}

describe('a byte writer', () => {
  it.each([
    [0, '00'],
    [127, '7f'],
    [128, '80 01'],
    [300, 'ac 02'],
    [2 ** 31, '80 80 80 80 08'],
    [2 ** 32 + 1, '81 80 80 80 10'],
    [Number.MAX_SAFE_INTEGER, 'ff ff ff ff ff ff ff 0f'],
  ])('writes the varuint %d as %s', (value, hex) => {
    expect(hexOf(written((writer) => writer.writeVarUint(value)))).toBe(hex)
  })

  it.each([
    [0, '00'],
    [-1, '01'],
    [1, '02'],
    [-64, '7f'],
    [64, '80 01'],
    [-(2 ** 52), 'ff ff ff ff ff ff ff 0f'],
    [2 ** 52 - 1, 'fe ff ff ff ff ff ff 0f'],
  ])('writes the varint %d as %s', (value, hex) => {
    expect(hexOf(written((writer) => writer.writeVarInt(value)))).toBe(hex)
  })

  it.each([
    ['', '00'],
    ['hi', '04 68 69'],
    ['ë', '04 c3 ab'],
    ['\ud83d\ude00', '08 f0 9f 98 80'],
    ['\ud83d', '05 3d d8'],
    ['a\ude00', '09 61 00 00 de'],
  ])('writes the string %j as %s', (value, hex) => {
    expect(hexOf(written((writer) => writer.writeString(value)))).toBe(hex)
  })

  it('writes floats and lengths low byte first', () => {
    expect(hexOf(written((writer) => writer.writeFloat64(1)))).toBe('00 00 00 00 00 00 f0 3f')
    expect(hexOf(written((writer) => writer.writeFloat32(1)))).toBe('00 00 80 3f')
    expect(hexOf(written((writer) => writer.writeBytes(new Uint8Array([7, 8]))))).toBe('02 07 08')
    expect(hexOf(written((writer) => writer.writeRaw(new Uint8Array([7, 8]))))).toBe('07 08')
  })

  it.each(['7ff0000000000008', 'fff8000000000000', '7ff8000000000001'])('writes the NaN %s as any other', (bits) => {
    const odd = new DataView(new ArrayBuffer(8))
    odd.setBigUint64(0, BigInt(`0x${bits}`))
    expect(hexOf(written((writer) => writer.writeFloat64(odd.getFloat64(0))))).toBe('00 00 00 00 00 00 f8 7f')
    expect(hexOf(written((writer) => writer.writeFloat32(odd.getFloat64(0))))).toBe('00 00 c0 7f')
  })

  it.each([-1, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY])('throws a RangeError for the varuint %d', (value) => {
    expect(() => written((writer) => writer.writeVarUint(value))).toThrowError(RangeError)
  })

  it('has everything that it wrote read back the same', () => {
    const varInt = fc.maxSafeInteger().map((value) => Math.trunc(value / 2))
    fc.assert(
      fc.property(fc.maxSafeInteger().map(Math.abs), (value) => {
        expect(
          back(
            (w) => w.writeVarUint(value),
            (r) => r.readVarUint(),
          ),
        ).toBe(value)
      }),
    )
    fc.assert(
      fc.property(varInt, (value) => {
        expect(
          back(
            (w) => w.writeVarInt(value),
            (r) => r.readVarInt(),
          ) === value,
        ).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.double(), (value) => {
        expect(
          back(
            (w) => w.writeFloat64(value),
            (r) => r.readFloat64(),
          ),
        ).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.float(), (value) => {
        expect(
          back(
            (w) => w.writeFloat32(value),
            (r) => r.readFloat32(),
          ),
        ).toBe(value)
      }),
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (value) => {
        expect(
          back(
            (w) => w.writeBytes(value),
            (r) => r.readBytes(),
          ),
        ).toStrictEqual(value)
      }),
    )
  })

  it('has every string read back the same, with lone surrogates and at any length', () => {
    const unit = fc.oneof(fc.constantFrom('a', 'ë', '漢', '\ud83d', '\ude00', '\ufeff'), fc.string({ unit: 'binary' }))
    fc.assert(
      fc.property(fc.array(unit, { maxLength: 80 }), (units) => {
        const value = units.join('')
        expect(
          back(
            (w) => w.writeString(value),
            (r) => r.readString(),
          ),
        ).toBe(value)
      }),
      { numRuns: runsOf(2000) },
    )
  })

  it('keeps what it wrote before when it grows, and gives copies that nothing changes later', () => {
    const writer = new ByteWriter()
    for (let i = 0; i < 1000; i++) writer.writeByte(i & 255)
    const first = writer.finish()
    writer.reset()
    expect(writer.length).toBe(0)
    for (let i = 0; i < 1000; i++) writer.writeByte(0)
    expect(Array.from(first)).toStrictEqual(Array.from({ length: 1000 }, (_, i) => i & 255))
  })

  it('takes back what was written after a length', () => {
    const writer = new ByteWriter()
    writer.writeString('kept')
    const { length } = writer
    writer.writeString('taken back')
    truncate(writer, length)
    expect(hexOf(peek(writer))).toBe('08 6b 65 70 74')
    expect(() => truncate(writer, length + 1)).toThrowError(RangeError)
  })

  it('cuts bytes out from between others', () => {
    const writer = new ByteWriter()
    for (let byte = 0; byte < 6; byte++) writer.writeByte(byte)
    cut(writer, 1, 4)
    expect(hexOf(peek(writer))).toBe('00 04 05')
    cut(writer, 3, 3)
    expect(hexOf(peek(writer))).toBe('00 04 05')
    expect(() => cut(writer, 2, 1)).toThrowError(RangeError)
    expect(() => cut(writer, 1, 4)).toThrowError(RangeError)
  })

  it('gives room to be written to at once, however much', () => {
    const writer = new ByteWriter()
    for (const count of [1, 3, 1000, 0, 20_000]) {
      const start = writer.length
      const memory = room(writer, count + 4)
      for (let place = 0; place < count; place++) memory.setUint8(start + place, place)
      advance(writer, count)
    }
    const bytes = writer.finish()
    expect(bytes).toHaveLength(21_004)
    expect(hexOf(bytes.subarray(0, 6))).toBe('00 00 01 02 00 01')
    expect(bytes.subarray(1004).every((byte, place) => byte === place % 256)).toBe(true)
  })

  it('takes nothing as written that it had no room for', () => {
    const writer = new ByteWriter()
    room(writer, 10)
    for (const count of [-1, 1e6, Number.NaN]) expect(() => advance(writer, count)).toThrow(RangeError)
    expect(writer.length).toBe(0)
  })
})
