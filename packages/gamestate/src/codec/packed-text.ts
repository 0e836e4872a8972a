import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import { BitReader, BitWriter } from './bits.js'
import { malformed } from './malformed.js'
import { tag } from './tags.js'

/**
 * Characters in three classes by how often texts have them: eight take 4 bits, sixteen 6 bits, sixty-four 8 bits, the
 * class included. A prefix code that is one table for all texts, as they are too short to bring one along.
 */
const often = ' etaoins'
const common = 'rhldcumfpgwybvk.'
const others = 'jqxzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,\'-!?:;_/()"@#&+*=<>%$[]'
const minBits = 4

/** For each ASCII character its bits, lowest first, and above them how many: `bits | width << 8`; 0 for those without. */
const codes = new Uint16Array(128)
Array.from(often).forEach((character, index) => {
  codes[character.charCodeAt(0)] = (index << 1) | (4 << 8)
})
Array.from(common).forEach((character, index) => {
  codes[character.charCodeAt(0)] = 1 | (index << 2) | (6 << 8)
})
Array.from(others).forEach((character, index) => {
  codes[character.charCodeAt(0)] = 3 | (index << 2) | (8 << 8)
})

/** Writes a text, with its tag, in fewer than `plainBytes` bytes. @returns false, and writes nothing, where that cannot be */
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

/** Reads what `writePackedText` wrote after its tag. */
export function readPackedText(bytes: ByteReader, checkLength?: (bytes: number) => void): string {
  const count = bytes.readVarUint()
  checkLength?.(count)
  if (count * minBits > bytes.remaining * 8) throw malformed('more characters than bits')
  const bits = new BitReader(bytes)
  let text = ''
  for (let index = 0; index < count; index++) {
    const rank = bits.readOnes(2)
    if (rank === 0) text += often[bits.read(3)]!
    else text += rank === 1 ? common[bits.read(4)]! : others[bits.read(6)]!
  }
  bits.expectZeros()
  return text
}
