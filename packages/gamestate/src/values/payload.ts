import { ByteReader, ByteWriter } from '../bytes/bytes.js'
import { GameStateError } from '../errors.js'
import { elementBytes } from './element-sizes.js'
import { elementsOfKey, elementsWithoutParts } from './elements.js'
import type { Copying, PayloadLimits, TextPacker, ValueReader, ValueWriter } from './kind.js'
import { kindOf, readTagged, writeValue } from './kinds.js'
import { invalidValue, malformed, type Path, pathText, payloadRoot, tooDeep } from './plain.js'

/** More than an event of a game should need. */
export const defaultPayloadLimits: Readonly<PayloadLimits> = Object.freeze({
  maxPayloadDepth: 32,
  maxPayloadElements: 262_144,
  maxPayloadStringBytes: 64 * 1024,
})

/** Limits for a sender: the limits of its receiver, and one for the whole payload. */
export interface EncodeLimits extends PayloadLimits {
  /** Bytes of the whole payload. */
  maxEventBytes: number
}

const writer = {
  bytes: new ByteWriter(),
  packText: undefined as TextPacker | undefined,
  isPayload: true,
  writeValue(value, template, precision) {
    writeValue(writer, value, template, precision)
  },
  // the copy that is written holds no map
  writeMap() {},
} satisfies ValueWriter

/**
 * Sets the packer of texts for all payloads. The encoder of versions brings it along, so every server has it. A page that only
 * sends events does not load it.
 */
export function registerTextPacker(packer: TextPacker | undefined): void {
  writer.packText = packer
}

/**
 * Turns the data of an event into bytes: null, booleans, numbers, strings, `Uint8Array`, arrays and plain objects of these.
 * NaN, the infinities, -0 and lone surrogates are kept. A key with the value undefined is left out.
 * @param limits those of the receiver. Default: the default of `maxPayloadDepth` alone
 * @returns no bytes for undefined
 * @throws GameStateError with the path: `invalid_value` for any other value, a cycle, a key `__proto__`, or too many levels;
 * `value_limit` for too many elements or too long a text; `value_too_large` for a text or a whole above `maxEventBytes`
 */
export function encodeValue(value: unknown, limits: Partial<EncodeLimits> = {}): Uint8Array {
  if (value === undefined) return new Uint8Array(0)
  const { maxEventBytes = none } = limits
  const copy = new LimitedCopy(limits).copyPart(value, payloadRoot, 0)
  const { bytes } = writer
  bytes.reset()
  writer.writeValue(copy, undefined, undefined)
  if (bytes.length > maxEventBytes) throw tooLarge(payloadRoot, bytes.length, maxEventBytes)
  return bytes.finish()
}

/**
 * The mirror of `encodeValue`. The bytes may come from any peer. Every length is compared with the remaining bytes and with the
 * limits before anything is built.
 * @param limits default: `defaultPayloadLimits`
 * @returns undefined for no bytes; else a value that the caller may change
 * @throws GameStateError `bytes_malformed`, `bytes_truncated`, `value_limit`
 */
export function decodeValue(bytes: Uint8Array, limits?: Partial<PayloadLimits>): unknown {
  return decodeCounted(bytes, limits).value
}

/** `decodeValue`, with the number that `elementsOf` gives for the value. */
export function decodeCounted(
  bytes: Uint8Array,
  limits: Partial<PayloadLimits> = {},
): { readonly value: unknown; readonly elements: number } {
  if (bytes.length === 0) return nothing
  const reader = new PayloadReader(bytes, limits)
  try {
    const value = reader.readValue(undefined, 0)
    reader.bytes.expectEnd()
    return { value, elements: reader.elements }
  } catch (error) {
    if (!(error instanceof GameStateError) || error.code !== 'invalid_delta') throw error
    throw new GameStateError('bytes_malformed', error.message, { cause: error })
  }
}

const nothing = { value: undefined, elements: 0 }
/** No limit. */
const none = Number.POSITIVE_INFINITY

/** Makes the checked copy that is then written. A getter or proxy is read once. */
class LimitedCopy implements Copying {
  readonly #limits: Partial<EncodeLimits>
  #elements = 0

  constructor(limits: Partial<EncodeLimits>) {
    this.#limits = limits
  }

  copyPart(value: unknown, path: Path | undefined, depth: number): unknown {
    const kind = kindOf(value)
    if (kind === undefined) throw invalidValue(value, path)
    // it always has a limit, since a cycle is endlessly deep. The receiver limits all else
    const { maxPayloadDepth = defaultPayloadLimits.maxPayloadDepth } = this.#limits
    if (kind.levels !== 0 && depth >= maxPayloadDepth) throw tooDeep(path, maxPayloadDepth)
    const copy = kind.copy(value, this, path, depth)
    // afterwards, as the receiver does, so that the limit of a single text comes first
    this.#count(elementsWithoutParts(copy), path)
    return copy
  }

  checkKey(key: string, path: Path | undefined): void {
    this.#count(elementsOfKey(key), path)
    this.checkText(key, path)
  }

  #count(elements: number, path: Path | undefined): void {
    this.#elements += elements
    const { maxPayloadElements = none } = this.#limits
    if (this.#elements > maxPayloadElements) throw limit(path, tooMany(maxPayloadElements))
  }

  checkText(text: string, path: Path | undefined): void {
    const { maxEventBytes = none, maxPayloadStringBytes = none } = this.#limits
    // most texts are so short that they are within the limits with any characters
    if (text.length * 3 <= maxPayloadStringBytes && text.length * 3 <= maxEventBytes) return
    this.checkBytes(ByteWriter.textBytes(text), path)
  }

  checkBytes(length: number, path: Path | undefined): void {
    const { maxEventBytes = none, maxPayloadStringBytes = none } = this.#limits
    if (length > maxEventBytes) throw tooLarge(path, length, maxEventBytes)
    if (length > maxPayloadStringBytes) throw limit(path, `a string of ${length} bytes`)
  }
}

class PayloadReader implements ValueReader {
  readonly isPayload = true
  readonly bytes: ByteReader
  readonly #limits: Partial<PayloadLimits>
  elements = 0

  constructor(bytes: Uint8Array, limits: Partial<PayloadLimits>) {
    this.bytes = new ByteReader(bytes)
    this.#limits = limits
  }

  readValue(template: unknown, depth: number): unknown {
    const value = readTagged(this, this.bytes.readByte(), template, depth)
    this.spend(elementsWithoutParts(value))
    return value
  }

  checkDepth(depth: number): void {
    const { maxPayloadDepth = defaultPayloadLimits.maxPayloadDepth } = this.#limits
    if (depth >= maxPayloadDepth) throw limit(payloadRoot, `nested deeper than ${maxPayloadDepth} levels`)
  }

  readMap(): never {
    throw malformed()
  }

  spend(elements: number): void {
    this.elements += elements
    const { maxPayloadElements = defaultPayloadLimits.maxPayloadElements } = this.#limits
    if (this.elements > maxPayloadElements) throw limit(payloadRoot, tooMany(maxPayloadElements))
  }

  checkLength(bytes: number): void {
    const { maxPayloadStringBytes = defaultPayloadLimits.maxPayloadStringBytes } = this.#limits
    if (bytes > maxPayloadStringBytes) throw limit(payloadRoot, `a string of ${bytes} bytes`)
  }
}

function limit(path: Path | undefined, what: string): GameStateError {
  return new GameStateError('value_limit', `${pathText(path)}: ${what}`)
}

function tooMany(elements: number): string {
  return `more than ${elements} elements of ${elementBytes} bytes`
}

function tooLarge(path: Path | undefined, length: number, most: number): GameStateError {
  return new GameStateError('value_too_large', `${pathText(path)} has ${length} bytes, at most ${most} may travel`)
}
