import type { ByteReader } from '../../bytes/byte-reader.js'
import type { ByteWriter } from '../../bytes/byte-writer.js'
import { maxDecimals, shortIntegers, smallInts, smallNegatives, tag } from './tags.js'

const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]

/** Above this a decimal takes as many bytes as a float64. */
const maxDecimalUnits = 2 ** 48

/** Below this a decimal is shorter than a float32. */
const shortDecimalUnits = 2 ** 20

/**
 * The number of decimals of a number: 2 for 0.25.
 * @returns -1 for more than six, for -0, NaN and the infinities
 */
export function decimalsOf(value: number): number {
  if (Object.is(value, -0)) return -1
  for (let decimals = 0; decimals <= maxDecimals; decimals++) {
    const units = Math.round(value * powers[decimals]!)
    if (!(Math.abs(units) <= maxDecimalUnits)) return -1
    if (units / powers[decimals]! === value) return decimals
  }
  return -1
}

/** Writes a number and its tag in the shortest form without loss. */
export function writeNumber(bytes: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(bytes, value)
  const decimals = decimalsOf(value)
  const units = decimals < 0 ? Number.POSITIVE_INFINITY : Math.round(value * powers[decimals]!)
  if (Math.fround(value) === value && !(Math.abs(units) < shortDecimalUnits)) {
    bytes.writeByte(tag.float32)
    bytes.writeFloat32(value)
  } else if (decimals > 0) {
    bytes.writeByte(tag.decimal + decimals - 1)
    bytes.writeVarInt(units)
  } else {
    bytes.writeByte(tag.float64)
    bytes.writeFloat64(value)
  }
}

/** Reads the rest of a number whose tag has been read. @returns undefined if it is not the tag of a number */
export function readNumber(bytes: ByteReader, first: number): number | undefined {
  if (first >= tag.smallInt && first < tag.smallInt + smallInts) return first - tag.smallInt
  if (first >= tag.smallNegative && first < tag.smallNegative + smallNegatives) return tag.smallNegative - first - 1
  if (first >= tag.decimal && first < tag.decimal + maxDecimals)
    return bytes.readVarInt() / powers[first - tag.decimal + 1]!
  switch (first) {
    case tag.positive:
      return bytes.readVarUint()
    case tag.negative:
      return -bytes.readVarUint() - 1
    case tag.float32:
      return bytes.readFloat32()
    case tag.float64:
      return bytes.readFloat64()
    default:
      return undefined
  }
}

function writeInteger(bytes: ByteWriter, value: number): void {
  if (value >= 0) {
    if (value < smallInts) return bytes.writeByte(tag.smallInt + value)
    bytes.writeByte(tag.positive)
    return bytes.writeVarUint(value)
  }
  if (value >= -smallNegatives) return bytes.writeByte(tag.smallNegative - value - 1)
  bytes.writeByte(tag.negative)
  bytes.writeVarUint(-value - 1)
}

/** Whether a payload writes the number in two bytes. */
export function isShortInteger(value: number): boolean {
  return value >= smallInts && value < smallInts + shortIntegers * 256 && Number.isInteger(value)
}

/** See `tag.shortInteger`. */
export function writeShortInteger(bytes: ByteWriter, value: number): void {
  bytes.writeByte(tag.shortInteger + ((value - smallInts) >>> 8))
  bytes.writeByte((value - smallInts) & 255)
}

/** Reads what `writeShortInteger` wrote after its tag. */
export function readShortInteger(bytes: ByteReader, first: number): number {
  return (first - tag.shortInteger) * 256 + bytes.readByte() + smallInts
}
