import type { ByteReader } from '@tygase/gamestate/internal'
import type { Genes } from './genes.js'
import { numbersOf, type World } from './world.js'

/** The most that an invented message takes: below the default of `maxPacketBytes`. */
const mostBytes = 1_000_000
/** Values in a list, at most. */
const mostItems = 2 ** 17

/** What is read. */
type Type = 'byte' | 'uint' | 'int' | 'float' | 'raw' | 'bytes' | 'text' | 'ascii' | 'count'

/** Makes the content of a byte array, such as a payload. */
export type InventBytes = (genes: Genes) => Uint8Array

/**
 * Looks like a reader of bytes and invents what is read, so that the reading half of any row of the table of messages makes a
 * message of its kind. Nothing here knows a kind.
 *
 * The elements of a list repeat a few values, since the format may not allow any row of values: an ACK whose runs alternate is
 * valid, one of random runs is not.
 */
export class Inventor {
  readonly #genes: Genes
  readonly #world: World
  readonly #inventBytes: InventBytes
  /** An honest message of the kind, if there is one. Most values are taken from it. */
  #example: ByteReader | undefined
  #left = mostBytes
  /** Values of a list that repeat, by their type; undefined outside of lists. */
  #cycles: Map<Type, { readonly values: unknown[]; at: number }> | undefined
  #cycleLength = 0
  /** True if a value depends on the world, so that the message cannot be sent again as it is. */
  isLive = false

  constructor(genes: Genes, world: World, inventBytes: InventBytes, example?: ByteReader) {
    this.#genes = genes
    this.#world = world
    this.#inventBytes = inventBytes
    this.#example = example
  }

  get remaining(): number {
    return this.#left
  }

  get position(): number {
    return mostBytes - this.#left
  }

  readByte(): number {
    return this.#value(
      'byte',
      1,
      (example) => example.readByte(),
      () => this.#genes.below(256),
    )
  }

  readVarUint(): number {
    return this.#value(
      'uint',
      2,
      (example) => example.readVarUint(),
      () => this.#number(),
    )
  }

  readVarInt(): number {
    return this.#value(
      'int',
      2,
      (example) => example.readVarInt(),
      () => (this.#genes.oneIn(3) ? -1 : 1) * this.#number(),
    )
  }

  readFloat64(): number {
    return this.#value(
      'float',
      8,
      (example) => example.readFloat64(),
      () => this.#genes.pick([0, 1, -1, 0.1, 1e9, 1e300]),
    )
  }

  readFloat32(): number {
    return this.readFloat64()
  }

  readRaw(length: number): Uint8Array {
    const most = Math.min(length, this.#left)
    const invent = () => new Uint8Array(most).fill(this.#genes.below(256))
    const bytes = this.#value('raw', most, (example) => example.readRaw(length), invent)
    return bytes
  }

  readBytes(): Uint8Array {
    return this.#value(
      'bytes',
      2,
      (example) => example.readBytes(),
      () => this.#inventBytes(this.#genes),
    )
  }

  readString(checkLength?: (bytes: number) => void): string {
    const text = this.#value(
      'text',
      2,
      (example) => example.readString(),
      () => this.#text(),
    )
    checkLength?.(text.length)
    return text
  }

  readAscii(length: number): string {
    return this.#value(
      'ascii',
      length,
      (example) => example.readAscii(length),
      () => 'a'.repeat(Math.min(length, this.#left)),
    )
  }

  readCount(minBytesEach: number): number {
    const most = Math.min(mostItems, Math.floor(this.#left / Math.max(1, minBytesEach)))
    const count = this.#value(
      'count',
      2,
      (example) => example.readCount(minBytesEach),
      () => this.#genes.size(most),
    )
    this.#cycles = new Map()
    this.#cycleLength = 1 + this.#genes.below(3)
    return count
  }

  expectEnd(): void {}

  #value<T>(type: Type, bytes: number, read: (example: ByteReader) => T, invent: () => T): T {
    this.#left -= bytes
    const honest = this.#honest(read)
    if (honest !== undefined && !this.#genes.oneIn(4)) return honest
    if (this.#cycles === undefined) return invent()
    const cycle = this.#cycles.get(type) ?? { values: [], at: 0 }
    this.#cycles.set(type, cycle)
    if (cycle.values.length < this.#cycleLength) cycle.values.push(invent())
    // reason: all values of a cycle have its type
    return cycle.values[cycle.at++ % cycle.values.length] as T
  }

  #honest<T>(read: (example: ByteReader) => T): T | undefined {
    if (this.#example === undefined) return undefined
    try {
      return read(this.#example)
    } catch {
      // an invented value has led elsewhere than the example goes
      this.#example = undefined
      return undefined
    }
  }

  #number(): number {
    const numbers = numbersOf(this.#world)
    const place = this.#genes.below(numbers.length)
    this.isLive ||= place >= 5 && place < 15
    return numbers[place]!
  }

  #text(): string {
    const { texts } = this.#world
    if (texts.length > 0 && !this.#genes.oneIn(3)) return this.#genes.pick(texts)
    return this.#genes.pick(['x', 'é', '\u{1F600}', '\ud800']).repeat(this.#genes.size(128))
  }
}
