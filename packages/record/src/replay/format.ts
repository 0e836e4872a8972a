import { ByteReader, ByteWriter, decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { RecordError } from '../errors.js'

/*
 * A recording, a file `.tgr`. Numbers of a fixed length are little-endian; `varuint`, `bytes` and values are those of PROTOCOL.md.
 *
 *   file     magic 'TGR\n' · format u8 · block of the info · block of each chunk · block of the table · end
 *   block    kind u8 · length u32 · crc u32 of the bytes · bytes
 *   end      offset of the table f64 · magic 'TGR\n'
 *   chunk    raw deflate of its content; see chunk.ts
 *   table    for each chunk, as varuints: its first tick and its last tick, both less the last tick of the chunk before;
 *            bytes of its block
 *
 * Chunks stand one behind the other. A recording that was not ended, because its process was, has no table: its blocks are found
 * from the front.
 */

const magic = Uint8Array.of(0x54, 0x47, 0x52, 0x0a)
const format = 2
const headBytes = magic.length + 1
const blockHeadBytes = 9
export const endBytes = 12

/** The kinds of blocks, each at the place that is its number. */
const blockKinds = ['info', 'chunk', 'table'] as const
type BlockKind = (typeof blockKinds)[number]

/** What a recording says about itself. */
export interface RecordingInfo {
  /** The kind of room. */
  readonly kind: string
  /** The id of the room. */
  readonly id: string
  /** `version` of the game; 0 if it has none. */
  readonly gameVersion: number
  /** Ticks a second, in Hz. */
  readonly tickRate: number
  /** The recording has the state of every n-th tick. */
  readonly stateEveryTicks: number
  /** When it began, in ms of Unix time. */
  readonly madeAtMs: number
}

/** Where a chunk stands in the file, and which ticks it has. */
export interface ChunkPlace {
  readonly firstTick: number
  /** The first tick of the next chunk, too. */
  readonly lastTick: number
  /** Of its block. */
  readonly start: number
  readonly end: number
}

/** The beginning of a file. */
export function writeStart(info: RecordingInfo): Uint8Array {
  return joined([magic, Uint8Array.of(format), writeBlock('info', encodeValue(info))])
}

export function writeBlock(kind: BlockKind, bytes: Uint8Array): Uint8Array {
  const block = new Uint8Array(blockHeadBytes + bytes.length)
  const view = new DataView(block.buffer)
  view.setUint8(0, blockKinds.indexOf(kind))
  view.setUint32(1, bytes.length, true)
  view.setUint32(5, crc32(bytes), true)
  block.set(bytes, blockHeadBytes)
  return block
}

/** The table and the end of a file. @param start where the table begins */
export function writeEnd(places: readonly ChunkPlace[], start: number): Uint8Array {
  const writer = new ByteWriter()
  let before = 0
  for (const { firstTick, lastTick, start: from, end: to } of places) {
    writer.writeVarUint(firstTick - before)
    writer.writeVarUint(lastTick - before)
    writer.writeVarUint(to - from)
    before = lastTick
  }
  const end = new Uint8Array(endBytes)
  new DataView(end.buffer).setFloat64(0, start, true)
  end.set(magic, 8)
  return joined([writeBlock('table', writer.finish()), end])
}

/** A block that was read. */
interface Block {
  readonly kind: BlockKind
  readonly bytes: Uint8Array
  /** Where the next one begins, counted from the first byte of these bytes. */
  readonly end: number
}

/** @returns undefined if the bytes end before it does. @throws RecordError `recording_damaged` */
export function readBlock(bytes: Uint8Array, start = 0): Block | undefined {
  const head = readBlockHead(bytes, start)
  if (head === undefined || head.end > bytes.length) return undefined
  const body = bytes.subarray(start + blockHeadBytes, head.end)
  if (crc32(body) !== head.crc) throw damaged('a block has other bytes than were written')
  return { kind: head.kind, bytes: body, end: head.end }
}

/** Kind and end of a block whose first bytes are there. @returns undefined if they are not */
export function readBlockHead(
  bytes: Uint8Array,
  start: number,
): { kind: BlockKind; end: number; crc: number } | undefined {
  if (start + blockHeadBytes > bytes.length) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset + start, blockHeadBytes)
  const kind = blockKinds[view.getUint8(0)]
  if (kind === undefined) throw damaged('a block of no kind')
  return { kind, end: start + blockHeadBytes + view.getUint32(1, true), crc: view.getUint32(5, true) }
}

/** What stands before the chunks. */
interface Start {
  readonly info: RecordingInfo
  /** Where the first chunk begins. */
  readonly end: number
}

/** @throws RecordError `recording_invalid` for another file and for another format; `recording_damaged` */
export function readStart(bytes: Uint8Array): Start {
  if (!magic.every((byte, place) => bytes[place] === byte)) {
    throw new RecordError('recording_invalid', 'these bytes are no recording')
  }
  if (bytes[magic.length] !== format) {
    throw new RecordError('recording_invalid', 'the recording has another format: another version of TyGaSe made it')
  }
  const block = readBlock(bytes, headBytes)
  if (block?.kind !== 'info') throw damaged('its beginning')
  return { info: readInfo(block.bytes), end: block.end }
}

/** @returns where the table begins; undefined for a recording that has none. @param bytes the last ones of the file */
export function readEnd(bytes: Uint8Array): number | undefined {
  const start = bytes.length - endBytes
  if (start < 0 || !magic.every((byte, place) => bytes[start + 8 + place] === byte)) return undefined
  const offset = new DataView(bytes.buffer, bytes.byteOffset + start, 8).getFloat64(0, true)
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : undefined
}

/** @param start where the first chunk begins @param end where the table begins. @throws RecordError `recording_damaged` */
export function readTable(bytes: Uint8Array, start: number, end: number): ChunkPlace[] {
  return guarded('its table', () => {
    const reader = new ByteReader(bytes)
    const places: ChunkPlace[] = []
    let [before, from] = [0, start]
    while (reader.remaining > 0) {
      const firstTick = before + reader.readVarUint()
      const lastTick = before + reader.readVarUint()
      const to = from + reader.readVarUint()
      if (lastTick < firstTick || to > end || to - from < blockHeadBytes) throw damaged('its table')
      places.push({ firstTick, lastTick, start: from, end: to })
      ;[before, from] = [lastTick, to]
    }
    return places
  })
}

function readInfo(bytes: Uint8Array): RecordingInfo {
  return guarded('its beginning', () => {
    const { kind, id, gameVersion, tickRate, stateEveryTicks, madeAtMs } = decodeValue(bytes) as Partial<RecordingInfo>
    const isInfo =
      typeof kind === 'string' &&
      typeof id === 'string' &&
      typeof gameVersion === 'number' &&
      typeof tickRate === 'number' &&
      tickRate > 0 &&
      typeof stateEveryTicks === 'number' &&
      stateEveryTicks > 0 &&
      typeof madeAtMs === 'number'
    if (!isInfo) throw damaged('its beginning')
    return { kind, id, gameVersion, tickRate, stateEveryTicks, madeAtMs }
  })
}

/** Runs work on bytes of a file. What it throws becomes `recording_damaged`. */
export function guarded<Value>(part: string, work: () => Value): Value {
  try {
    return work()
  } catch (cause) {
    throw cause instanceof RecordError ? cause : damaged(part, cause)
  }
}

export function damaged(part: string, cause?: unknown): RecordError {
  return new RecordError('recording_damaged', `the recording is damaged: ${part}`, { cause })
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

const crcTable = /* @__PURE__ */ makeCrcTable()

function makeCrcTable(): Uint32Array {
  const made = new Uint32Array(256)
  for (let byte = 0; byte < 256; byte++) {
    let value = byte
    for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
    made[byte] = value >>> 0
  }
  return made
}

/** The crc of zlib, which pages do not have. */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (let place = 0; place < bytes.length; place++) crc = crcTable[(crc ^ bytes[place]!) & 255]! ^ (crc >>> 8)
  return (crc ^ 0xffffffff) >>> 0
}
