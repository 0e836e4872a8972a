import { type ByteReader, type ByteWriter, textOfUnits } from '../../bytes/bytes.js'
import { malformed } from '../../values/plain.js'
import { BitReader, BitWriter } from '../bits/bits.js'
import * as tag from './tags.js'

/**
 * A prefix code with three classes of characters by frequency: eight take 4 bits, sixteen 6 bits, sixty-four 8 bits, with
 * the class included. The table is fixed, since texts are too short to bring one along.
 */
const often = ' etaoins'
const common = 'rhldcumfpgwybvk.'
const others = 'jqxzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,\'-!?:;_/()"@#&+*=<>%$[]'
const minBits = 4

/** For each ASCII character `bits | width << 8`, the bits lowest first; 0 for characters without a code. Only for writing. */
const codes = /* @__PURE__ */ makeCodes()

function makeCodes(): Uint16Array {
  const made = new Uint16Array(128)
  for (const [rank, characters] of [often, common, others].entries()) {
    // one bit names the first class, two bits each of the others
    const [mark, markBits] = rank === 0 ? [0, 1] : [2 * rank - 1, 2]
    const width = minBits + 2 * rank
    for (let index = 0; index < characters.length; index++) {
      made[characters.charCodeAt(index)] = mark | (index << markBits) | (width << 8)
    }
  }
  return made
}

/** Writes a text and its tag in fewer than `plainBytes` bytes. @returns false, and writes nothing, if that is impossible */
export function writePackedText(bytes: ByteWriter, text: string, plainBytes: number): boolean {
  const { length } = text
  let bits = 0
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index)
    const code = unit < 128 ? codes[unit]! : 0
    if (code === 0) return false
    bits += code >>> 8
  }
  const countBytes = length < 128 ? 1 : length < 1 << 14 ? 2 : 8
  if (1 + countBytes + Math.ceil(bits / 8) >= plainBytes) return false
  bytes.writeByte(tag.packedText)
  bytes.writeVarUint(length)
  const out = new BitWriter(bytes)
  for (let index = 0; index < length; index++) {
    const code = codes[text.charCodeAt(index)]!
    out.writeShort(code & 255, code >>> 8)
  }
  out.flush()
  return true
}

/**
 * Reads what `writePackedText` wrote after its tag.
 * @param checkLength is given the number of characters before they are read; throws to refuse them
 */
export function readPackedText(bytes: ByteReader, checkLength?: (bytes: number) => void): string {
  const count = bytes.readVarUint()
  checkLength?.(count)
  if (count * minBits > bytes.remaining * 8) throw malformed()
  const bits = new BitReader(bytes)
  const units = new Uint8Array(count)
  for (let index = 0; index < count; index++) {
    const rank = bits.readOnes(2)
    if (rank === 0) units[index] = often.charCodeAt(bits.read(3))
    else units[index] = rank === 1 ? common.charCodeAt(bits.read(4)) : others.charCodeAt(bits.read(6))
  }
  bits.expectZeros()
  return textOfUnits(units)
}
