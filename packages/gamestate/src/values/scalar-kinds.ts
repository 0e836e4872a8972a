import {
  isShortInteger,
  readNumber,
  readShortInteger,
  roundTo,
  writeNumber,
  writeShortInteger,
} from '../codec/values/number.js'
import * as tag from '../codec/values/tags.js'
import { maxDecimals, shortIntegers, shortTexts, smallInts, smallNegatives } from '../codec/values/tags.js'
import { readPackedText, writePackedText } from '../codec/values/text.js'
import { type Kind, MapValue } from './kind.js'
import { copyBytes, invalidValue, isBytes } from './plain.js'

export const nullKind: Kind<null> = {
  name: 'null',
  type: 'object',
  levels: 0,
  is: (value): value is null => value === null,
  copy: (value) => value,
  write: ({ bytes }) => bytes.writeByte(tag.null),
  tags: [[tag.null, tag.null]],
  read: () => null,
}

export const booleanKind: Kind<boolean> = {
  name: 'boolean',
  type: 'boolean',
  levels: 0,
  is: (value) => typeof value === 'boolean',
  copy: (value) => value,
  write: ({ bytes }, value) => bytes.writeByte(value ? tag.true : tag.false),
  tags: [[tag.false, tag.true]],
  read: (_, first) => first === tag.true,
}

/** NaN, the infinities and -0 are kept. */
export const numberKind: Kind<number> = {
  name: 'number',
  type: 'number',
  levels: 0,
  is: (value) => typeof value === 'number',
  copy: (value) => value,
  write({ bytes, isPayload }, value, _, precision) {
    if (isPayload && isShortInteger(value)) return writeShortInteger(bytes, value)
    writeNumber(bytes, typeof precision === 'number' ? roundTo(value, precision) : value)
  },
  tags: [
    [tag.float64, tag.positive],
    [tag.decimal, tag.decimal + maxDecimals - 1],
    [tag.smallInt, tag.smallInt + smallInts - 1],
    [tag.smallNegative, tag.smallNegative + smallNegatives - 1],
  ],
  payloadTags: [[tag.shortInteger, tag.shortInteger + shortIntegers - 1]],
  read({ bytes }, first) {
    return readNumber(bytes, first) ?? readShortInteger(bytes, first)
  },
}

/** Lone surrogates are kept. */
export const textKind: Kind<string> = {
  name: 'string',
  type: 'string',
  levels: 0,
  is: (value) => typeof value === 'string',
  copy(value, copying, path) {
    copying.checkText(value, path)
    return value
  },
  write({ bytes }, text) {
    const isShort = text.length < shortTexts
    if (writePackedText(bytes, text, text.length + (isShort ? 1 : 2))) return
    if (isShort && isAscii(text)) {
      bytes.writeByte(tag.shortText + text.length)
      return bytes.writeAscii(text)
    }
    bytes.writeByte(tag.string)
    bytes.writeString(text)
  },
  tags: [
    [tag.string, tag.string],
    [tag.packedText, tag.packedText],
    [tag.shortText, tag.shortText + shortTexts - 1],
  ],
  read(input, first) {
    const { bytes } = input
    if (first === tag.string) return bytes.readString((length) => input.checkLength(length))
    if (first === tag.packedText) return readPackedText(bytes, (length) => input.checkLength(length))
    input.checkLength(first - tag.shortText)
    return bytes.readAscii(first - tag.shortText)
  },
}

function isAscii(text: string): boolean {
  for (let index = 0; index < text.length; index++) if (text.charCodeAt(index) > 127) return false
  return true
}

/** Bytes cannot be frozen, so a version holds a copy that no other code can reach. */
export const bytesKind: Kind<Uint8Array> = {
  name: 'bytes',
  type: 'object',
  levels: 0,
  is: isBytes,
  copy(value, copying, path) {
    copying.checkBytes(value.length, path)
    return copyBytes(value)
  },
  write({ bytes }, value) {
    bytes.writeByte(tag.bytes)
    bytes.writeBytes(value)
  },
  tags: [[tag.bytes, tag.bytes]],
  read(input) {
    const { bytes } = input
    const length = bytes.readVarUint()
    input.checkLength(length)
    return copyBytes(bytes.readRaw(length))
  },
}

/** Entity maps stand in the tree of a state: not in rows, and not in events. */
export const mapKind: Kind<MapValue> = {
  name: 'EntityMap',
  type: 'object',
  levels: 1,
  is: (value) => value instanceof MapValue,
  copy(value, _, path) {
    throw invalidValue(value, path)
  },
  write(out, value, _, precision) {
    out.bytes.writeByte(tag.entityMap)
    out.writeMap(value, precision)
  },
  tags: [[tag.entityMap, tag.entityMap]],
  read: (input) => input.readMap(),
}
