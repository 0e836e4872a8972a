import type { ByteReader } from '../bytes/byte-reader.js'
import type { ByteWriter } from '../bytes/byte-writer.js'
import { maxDecimals, shortIntegers, smallInts, smallNegatives, tag } from './tags.js'

const powers = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000]

/** Above this a decimal would take as many bytes as the number itself. */
const maxDecimalSteps = 2 ** 48

/** Below this a decimal is shorter than four bytes of float32. */
const shortDecimalSteps = 2 ** 20

/**
 * How many decimals a number has, if they are few: 0.25 has 2.
 * @returns -1 where it has more than six, or is not finite, or -0
 */
export function decimalsOf(value: number): number {
  if (Object.is(value, -0)) return -1
  for (let decimals = 0; decimals <= maxDecimals; decimals++) {
    const steps = Math.round(value * powers[decimals]!)
    if (!(Math.abs(steps) <= maxDecimalSteps)) return -1
    if (steps / powers[decimals]! === value) return decimals
  }
  return -1
}

/** Writes a number with its tag, as briefly as it can without losing anything of it. */
export function writeNumber(bytes: ByteWriter, value: number): void {
  if (Number.isSafeInteger(value) && !Object.is(value, -0)) return writeInteger(bytes, value)
  const decimals = decimalsOf(value)
  const steps = decimals < 0 ? Number.POSITIVE_INFINITY : Math.round(value * powers[decimals]!)
  if (Math.fround(value) === value && !(Math.abs(steps) < shortDecimalSteps)) {
    bytes.writeByte(tag.float32)
    bytes.writeFloat32(value)
  } else if (decimals > 0) {
    bytes.writeByte(tag.decimal + decimals - 1)
    bytes.writeVarInt(steps)
  } else {
    bytes.writeByte(tag.float64)
    bytes.writeFloat64(value)
  }
}

/** Reads the rest of a number whose tag has been read. @returns undefined where the tag is not that of a number */
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
