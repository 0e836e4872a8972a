import { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { GameStateError } from '../../src/errors.js'
import { runsOf } from '../support/runs.js'
import { bytesOf } from './hex.js'

const truncated = expect.objectContaining({ code: 'bytes_truncated' })
const malformed = expect.objectContaining({ code: 'bytes_malformed' })

describe('a byte reader', () => {
  it.each<[string, string, (reader: ByteReader) => unknown]>([
    ['a varuint that is not in its shortest form', '80 00', (reader) => reader.readVarUint()],
    ['a varuint of nine bytes', 'ff ff ff ff ff ff ff ff 01', (reader) => reader.readVarUint()],
    ['a varuint above 2^53 - 1', '80 80 80 80 80 80 80 10', (reader) => reader.readVarUint()],
    ['text that is not UTF-8', '04 c3 28', (reader) => reader.readString()],
    ['UTF-16 with half a unit', '03 61', (reader) => reader.readString()],
    ['UTF-16 for a text that UTF-8 can hold', '05 61 00', (reader) => reader.readString()],
    ['bytes that nothing has read', '00', (reader) => reader.expectEnd()],
  ])('refuses %s', (_what, hex, read) => {
    expect(() => read(new ByteReader(bytesOf(hex)))).toThrowError(malformed)
  })

  it.each<[string, string, (reader: ByteReader) => unknown]>([
    ['a byte', '', (reader) => reader.readByte()],
    ['a varuint', '80 80', (reader) => reader.readVarUint()],
    ['a float64', '00 00 00 00 00 00 00', (reader) => reader.readFloat64()],
    ['a float32', '00 00 00', (reader) => reader.readFloat32()],
    ['raw bytes', '00 00', (reader) => reader.readRaw(3)],
    ['bytes', '03 00 00', (reader) => reader.readBytes()],
    ['bytes of a length that no memory holds', 'ff ff ff ff ff ff ff 0f', (reader) => reader.readBytes()],
    ['a string', '06 61 61', (reader) => reader.readString()],
    ['a count that its things cannot fit into', '03 00 00', (reader) => reader.readCount(1)],
    ['a count of larger things', '02 00 00 00', (reader) => reader.readCount(2)],
  ])('refuses %s that ends too early', (_what, hex, read) => {
    expect(() => read(new ByteReader(bytesOf(hex)))).toThrowError(truncated)
  })

  it('takes a count whose things just fit', () => {
    expect(new ByteReader(bytesOf('02 00 00 00 00')).readCount(2)).toBe(2)
    expect(new ByteReader(bytesOf('7f')).readCount(0)).toBe(127)
  })

  it('reads within its view only, wherever that lies in its buffer', () => {
    const whole = bytesOf('aa 01 02 bb')
    const reader = new ByteReader(whole.subarray(1, 3))
    expect([reader.readByte(), reader.readByte()]).toStrictEqual([1, 2])
    expect(() => reader.readByte()).toThrowError(truncated)
    const floats = new Uint8Array(12)
    new DataView(floats.buffer).setFloat64(3, 1.5, true)
    expect(new ByteReader(floats.subarray(3, 11)).readFloat64()).toBe(1.5)
    expect(() => new ByteReader(floats.subarray(3, 10)).readFloat64()).toThrowError(truncated)
  })

  it('says how far it is and how much is left', () => {
    const reader = new ByteReader(bytesOf('01 02 03'))
    reader.readRaw(2)
    expect([reader.position, reader.remaining]).toStrictEqual([2, 1])
  })

  it('stays where it was when raw bytes are not there', () => {
    const reader = new ByteReader(bytesOf('01'))
    expect(() => reader.readRaw(2)).toThrowError(truncated)
    expect(reader.readByte()).toBe(1)
  })

  const reads: ((reader: ByteReader) => unknown)[] = [
    (reader) => reader.readByte(),
    (reader) => reader.readVarUint(),
    (reader) => reader.readVarInt(),
    (reader) => reader.readFloat64(),
    (reader) => reader.readFloat32(),
    (reader) => reader.readBytes(),
    (reader) => reader.readString(),
    (reader) => reader.readCount(1),
  ]

  it('throws nothing but coded errors, whatever is read from whatever bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), fc.array(fc.constantFrom(...reads)), (bytes, script) => {
        const reader = new ByteReader(bytes)
        try {
          for (const read of script) read(reader)
        } catch (error) {
          expect(error).toBeInstanceOf(GameStateError)
        }
        expect(reader.position).toBeLessThanOrEqual(bytes.length)
      }),
      { numRuns: runsOf(3000) },
    )
  })

  it('refuses everything that a writer wrote when it is cut short at any byte', () => {
    const writer = new ByteWriter()
    writer.writeVarUint(Number.MAX_SAFE_INTEGER)
    writer.writeVarInt(-70_000)
    writer.writeString('Zoë \ud83d\ude00')
    writer.writeString('\ud83d')
    writer.writeFloat64(Math.PI)
    writer.writeFloat32(0.5)
    writer.writeBytes(new Uint8Array(5))
    const whole = writer.finish()
    const readAll = (bytes: Uint8Array) => {
      const reader = new ByteReader(bytes)
      reader.readVarUint()
      reader.readVarInt()
      reader.readString()
      reader.readString()
      reader.readFloat64()
      reader.readFloat32()
      reader.readBytes()
      reader.expectEnd()
    }
    expect(() => readAll(whole)).not.toThrow()
    for (let length = 0; length < whole.length; length++) {
      expect(() => readAll(whole.slice(0, length)), `${length} bytes`).toThrowError(truncated)
    }
  })
})
