import type { AnyGame } from '@tygase/gamestate'
import type { DeltaOptions } from '@tygase/gamestate/internal'
import { RecordError } from '../errors.js'
import { ChunkWriter, type RecordedEvent, type RecordedServerEvent, type RecordedTick } from './chunk.js'
import { type ChunkPlace, type RecordingInfo, writeBlock, writeEnd, writeStart } from './format.js'

/** What `writeRecording` makes a file of. */
export interface RecordingContent {
  /** The kind and the id of the room. */
  readonly room: { readonly kind: string; readonly id: string }
  /** Ticks a second, in Hz. */
  readonly tickRate: number
  /** When it began, in ms of Unix time. */
  readonly madeAtMs: number
  /** Ticks that do not count in game time, at the first state. Default 0. */
  readonly untimedTicks?: number
  /** At least one state, frozen, of rising ticks. */
  readonly states: readonly { readonly tick: number; readonly state: object }[]
  /** What clients did, by rising ticks. One between two states gets the tick of the later one. */
  readonly events?: readonly RecordedEvent[]
  /** The same for what the server sent to clients. */
  readonly serverEvents?: readonly RecordedServerEvent[]
}

const keyframeSeconds = 10

/**
 * Makes a recording of what a page has at hand: the last versions of a connection, for example. `openReplay` opens it.
 * @param game gives the version and the precision; undefined: the numbers are kept as they are
 * @throws as a rejection: RecordError `invalid_argument` for no states, and for ticks that do not rise; `recording_failed` for data
 * that are not plain, and in a runtime without `CompressionStream`
 */
export async function writeRecording(game: AnyGame | undefined, content: RecordingContent): Promise<Uint8Array> {
  const { room, tickRate, madeAtMs } = content
  const ticks = joinTicks(content)
  const info: RecordingInfo = {
    ...{ kind: room.kind, id: room.id, tickRate, stateEveryTicks: 1, madeAtMs: Math.round(madeAtMs) },
    gameVersion: game?.version ?? 0,
  }
  const parts: Uint8Array[] = [writeStart(info)]
  const places: ChunkPlace[] = []
  let start = parts[0]!.length
  try {
    for (const chunk of chunksOf(ticks, Math.max(1, Math.round(keyframeSeconds * tickRate)), game)) {
      const block = writeBlock('chunk', await deflate(chunk.finish()))
      const { firstTick, lastTick } = chunk
      places.push({ firstTick, lastTick, start, end: start + block.length })
      parts.push(block)
      start += block.length
    }
  } catch (cause) {
    throw new RecordError('recording_failed', 'a part of a recording cannot be written', { cause })
  }
  parts.push(writeEnd(places, start))
  return new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer())
}

/** Puts the events to the states. @throws RecordError `invalid_argument` */
function joinTicks(content: RecordingContent): RecordedTick<object>[] {
  const { states, untimedTicks = 0 } = content
  const events = [...(content.events ?? [])]
  const sent = [...(content.serverEvents ?? [])]
  let before = Number.NEGATIVE_INFINITY
  const ticks = states.map(({ tick, state }): RecordedTick<object> => {
    if (!(tick > before)) throw new RecordError('invalid_argument', `the tick ${tick} comes after ${before}`)
    const isLast = tick === states.at(-1)!.tick
    before = tick
    return { tick, state, untimedTicks, events: take(events, tick, isLast), sent: take(sent, tick, isLast) }
  })
  if (ticks.length === 0) throw new RecordError('invalid_argument', 'a recording has at least one state')
  return ticks
}

/** Takes from the front of a list what happened until a tick. */
function take<Part extends { readonly tick: number }>(list: Part[], tick: number, isLast: boolean): Part[] {
  const behind = isLast ? -1 : list.findIndex((part) => part.tick > tick)
  return list.splice(0, behind < 0 ? list.length : behind).map((part) => ({ ...part, tick }))
}

/** The last tick of a chunk is the first one of the next. */
function* chunksOf(
  ticks: readonly RecordedTick<object>[],
  keyframeTicks: number,
  game: AnyGame | undefined,
): Generator<ChunkWriter> {
  const precision = game?.precision as DeltaOptions<object>['precision']
  // what a client has may be a view
  const begin = (first: RecordedTick<object>): ChunkWriter => new ChunkWriter(first, { precision, isView: true })
  let chunk = begin(ticks[0]!)
  for (const [place, tick] of ticks.entries()) {
    const isLast = place === ticks.length - 1
    const isKeyframe = tick.tick - chunk.firstTick >= keyframeTicks
    chunk.add(tick, true, isLast || isKeyframe)
    if (!isLast && !isKeyframe) continue
    yield chunk
    if (!isLast) chunk = begin(tick)
  }
}

async function deflate(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}
