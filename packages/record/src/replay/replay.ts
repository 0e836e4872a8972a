import type { AnyGame, Immutable, StateOf } from '@tygase/gamestate'
import { RecordError } from '../errors.js'
import { Chunk, lastAt, type RecordedEvent, type RecordedServerEvent } from './chunk.js'
import {
  type ChunkPlace,
  damaged,
  endBytes,
  type RecordingInfo,
  readBlock,
  readBlockHead,
  readEnd,
  readStart,
  readTable,
} from './format.js'
import { Player, type PlayerOptions } from './player.js'
import { bytesSource, type RangeSource } from './range-source.js'

/** So many bytes of each end are read at first: mostly enough for the info, and for the table. */
const firstBytes = 16 * 1024
const keptChunks = 4

/**
 * Opens a recording. Of a source that is read in parts it loads the beginning, the table, and then the ten seconds that are asked
 * for.
 * @param game the rules that the recording is drawn by. They do not run: a recording is a list of states.
 * @throws as a rejection: RecordError `recording_invalid`, `recording_damaged`; the error of the source
 */
export async function openReplay<G extends AnyGame>(source: Uint8Array | RangeSource, game: G): Promise<Replay<G>> {
  const ranges = source instanceof Uint8Array ? bytesSource(source) : source
  const size = await ranges.size()
  const { info, end } = await loadStart(ranges, size)
  const places = (await loadTable(ranges, size, end)) ?? (await findChunks(ranges, size, end))
  if (places.length === 0) throw damaged('it has no chunk')
  return new Replay<G>(ranges, game, info, places)
}

/** A recording that is open. Its ticks are numbered as in its room. */
export class Replay<G extends AnyGame = AnyGame> {
  /** What the recording says of itself. */
  readonly info: RecordingInfo
  /** The rules that it is played with. */
  readonly game: G
  readonly #source: RangeSource
  readonly #places: readonly ChunkPlace[]
  /** By their place. The one that was used last is the last. */
  readonly #chunks = new Map<number, Promise<Chunk<StateOf<G>>>>()

  /** For `openReplay`. */
  constructor(source: RangeSource, game: G, info: RecordingInfo, places: readonly ChunkPlace[]) {
    this.#source = source
    this.game = game
    this.info = info
    this.#places = places
  }

  /** The first tick of the recording. */
  get firstTick(): number {
    return this.#places[0]!.firstTick
  }

  /** The last tick of the recording. */
  get lastTick(): number {
    return this.#places.at(-1)!.lastTick
  }

  /** Length in ms, at the pace of the game. */
  get durationMs(): number {
    return ((this.lastTick - this.firstTick) * 1000) / this.info.tickRate
  }

  /**
   * The state after a tick, frozen, with the precision of the game: the last one that the recording has until then.
   * @param tick a number; outside of the recording: its nearest tick
   * @throws as a rejection: RecordError `recording_damaged`, `invalid_argument`; the error of the source
   */
  async at(tick: number): Promise<Immutable<StateOf<G>>> {
    checkTick(tick)
    const chunk = await this.chunkAt(tick)
    return chunk.at(chunk.versionAt(tick))!
  }

  /**
   * What reached the rules in the ticks from `from` to `to`, both included, in order. Default: all ticks.
   * @throws as a rejection: as `at` does
   */
  events(from?: number, to?: number): Promise<RecordedEvent[]> {
    return this.#collect(from, to, (chunk, first, last) => chunk.events(first, last))
  }

  /** The same for what rules sent to clients. */
  serverEvents(from?: number, to?: number): Promise<RecordedServerEvent[]> {
    return this.#collect(from, to, (chunk, first, last) => chunk.serverEvents(first, last))
  }

  /**
   * Plays the recording. Resolves when the first state is there.
   * @throws as a rejection: as `at` does
   */
  play(options: PlayerOptions = {}): Promise<Player<G>> {
    const { game, info, firstTick, lastTick } = this
    const { tickRate, stateEveryTicks } = info
    const load = (tick: number): Promise<Chunk<StateOf<G>>> => this.chunkAt(tick)
    const source = { game, tickRate, stateEveryTicks, firstTick, lastTick, load }
    return Player.open<G>(source, options)
  }

  /** The chunk that a player needs at a tick. */
  chunkAt(tick: number): Promise<Chunk<StateOf<G>>> {
    return this.#chunk(
      Math.max(
        0,
        lastAt(this.#places, tick, ({ firstTick }) => firstTick),
      ),
    )
  }

  #chunk(place: number): Promise<Chunk<StateOf<G>>> {
    const chunk = this.#chunks.get(place) ?? this.#load(this.#places[place]!)
    this.#chunks.delete(place)
    this.#chunks.set(place, chunk)
    // what could not be loaded may be there the next time
    chunk.catch(() => this.#chunks.delete(place))
    if (this.#chunks.size > keptChunks) this.#chunks.delete(this.#chunks.keys().next().value!)
    return chunk
  }

  async #load({ start, end, firstTick, lastTick }: ChunkPlace): Promise<Chunk<StateOf<G>>> {
    const block = readBlock(await this.#source.read(start, end))
    if (block?.kind !== 'chunk') throw damaged('a chunk')
    const chunk = new Chunk<StateOf<G>>(await inflate(block.bytes))
    if (chunk.firstTick !== firstTick || chunk.lastTick !== lastTick) throw damaged('the ticks of a chunk')
    return chunk
  }

  async #collect<Part>(
    from: number = this.firstTick,
    to: number = this.lastTick,
    read: (chunk: Chunk<StateOf<G>>, from: number, to: number) => Part[],
  ): Promise<Part[]> {
    checkTick(from)
    checkTick(to)
    const parts: Part[] = []
    for (const [place, { firstTick, lastTick }] of this.#places.entries()) {
      if (lastTick < from || firstTick > to) continue
      for (const part of read(await this.#chunk(place), from, to)) parts.push(part)
    }
    return parts
  }
}

function checkTick(tick: number): void {
  if (typeof tick !== 'number' || Number.isNaN(tick)) throw new RecordError('invalid_argument', 'a tick is a number')
}

async function loadStart(source: RangeSource, size: number): Promise<ReturnType<typeof readStart>> {
  const first = await source.read(0, Math.min(size, firstBytes))
  return readStart(first)
}

/** @returns undefined for a recording without a table */
async function loadTable(source: RangeSource, size: number, start: number): Promise<ChunkPlace[] | undefined> {
  const lastAt = Math.max(0, size - firstBytes)
  const last = await source.read(lastAt, size)
  const tableAt = readEnd(last)
  if (tableAt === undefined) return undefined
  if (tableAt < start || tableAt > size - endBytes) throw damaged('the place of its table')
  const bytes = tableAt >= lastAt ? last.subarray(tableAt - lastAt) : await source.read(tableAt, size)
  const block = readBlock(bytes)
  if (block?.kind !== 'table') throw damaged('its table')
  return readTable(block.bytes, start, tableAt)
}

/** Finds the whole chunks of a recording that was not ended. It has to be read from the front. */
async function findChunks(source: RangeSource, size: number, start: number): Promise<ChunkPlace[]> {
  const places: ChunkPlace[] = []
  for (let at = start; at < size; ) {
    const head = readBlockHead(await source.read(at, Math.min(size, at + firstBytes)), 0)
    if (head?.kind !== 'chunk' || at + head.end > size) break
    const block = readBlock(await source.read(at, at + head.end))
    if (block === undefined) break
    const { firstTick, lastTick } = new Chunk(await inflate(block.bytes))
    places.push({ firstTick, lastTick, start: at, end: at + head.end })
    at += head.end
  }
  return places
}

/** A chunk of ten seconds has some hundred kB. One that would fill the memory is refused. */
const mostChunkBytes = 256 * 1024 * 1024

/** Undoes raw deflate, in pages too. @throws as a rejection: RecordError `recording_damaged` */
async function inflate(bytes: Uint8Array): Promise<Uint8Array> {
  const { readable, writable } = new DecompressionStream('deflate-raw')
  const writer = writable.getWriter()
  // what is wrong with the bytes is said by the reader
  writer.write(bytes as Uint8Array<ArrayBuffer>).catch(() => {})
  writer.close().catch(() => {})
  const parts: Uint8Array[] = []
  let length = 0
  const reader = readable.getReader()
  try {
    for (;;) {
      const { done, value } = await reader.read()
      if (done) break
      parts.push(value)
      length += value.length
      if (length > mostChunkBytes) throw damaged('a chunk is too large')
    }
  } catch (cause) {
    await reader.cancel().catch(() => {})
    throw damaged('a chunk', cause)
  }
  const whole = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}
