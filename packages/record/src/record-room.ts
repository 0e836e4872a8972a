import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { promisify } from 'node:util'
import { deflateRaw } from 'node:zlib'
import type { AnyGame, Immutable, StateOf } from '@tygase/gamestate'
import {
  atOnce,
  type DeltaOptions,
  faultOfOptions,
  guard,
  type LoggerOption,
  type MadeTick,
  type OptionRow,
  toLogger,
} from '@tygase/gamestate/internal'
import type { Room } from '@tygase/server'
import { type WallClock, wallClock } from '@tygase/server/internal'
import { RecordError } from './errors.js'
import { ChunkWriter, type RecordedEvent, type RecordedServerEvent, type RecordedTick } from './replay/chunk.js'
import { type ChunkPlace, writeBlock, writeEnd, writeStart } from './replay/format.js'

/** What a recording leaves out, or writes in another form: names of people, for example. */
export interface Redaction<State> {
  /** Gives the state to be written. A pure function, and cheap: it is called for each version. */
  state?: (state: Immutable<State>) => State | Immutable<State>
  /** Gives the event to be written; undefined leaves it out. */
  event?: (event: RecordedEvent) => RecordedEvent | undefined
  /** The same for events that rules send to clients. */
  serverEvent?: (event: RecordedServerEvent) => RecordedServerEvent | undefined
}

/** Options of a recording. */
export interface RecordOptions<State> {
  /** Default: everything is written. No recording has names of users, addresses or tokens. */
  redact?: Redaction<State>
  /**
   * The state of every n-th tick is written; what moves is drawn between two of them. Default: about ten a second. Events have the
   * tick in which they happened in any case.
   */
  stateEveryTicks?: number
  /** A part of the recording that can be read by itself has so much. */
  keyframeMs?: number
  /** Gets what goes wrong. Default: the console. */
  logger?: LoggerOption
  /** Time of day, for the beginning of the recording. Default: the system's. */
  wallClock?: { now(): number }
}

/** The options of `record`. */
export const recordOptionRows: readonly OptionRow[] = [
  {
    name: 'redact',
    default: undefined,
    unit: '',
    min: 0,
    meaning: 'Functions `state`, `event` and `serverEvent` that leave parts out. Default: all is written.',
  },
  {
    name: 'stateEveryTicks',
    default: undefined,
    unit: 'ticks',
    min: 1,
    max: 1000,
    whole: true,
    meaning:
      'The state of every n-th tick is written. Default: about ten a second. A player draws between two of them.',
  },
  {
    name: 'keyframeMs',
    default: 10_000,
    unit: 'ms',
    min: 1000,
    max: 600_000,
    meaning: 'Time between two states that are written whole: a player begins at one of them.',
  },
  { name: 'logger', default: undefined, unit: '', min: 0, meaning: 'Gets what goes wrong. Default: the console.' },
  { name: 'wallClock', default: undefined, unit: '', min: 0, meaning: 'Time of day. Default: the system’s.' },
]

/** A recording that is being made. */
export interface Recording {
  /** Bytes so far. */
  readonly bytes: number
  /**
   * Ends the recording and its stream. Resolves when all is handed to the stream. Rejects with RecordError `recording_failed` if
   * that did not work, then or before.
   */
  stop(): Promise<void>
}

/** A room, as far as it is recorded. */
type RecordedRoom<G extends AnyGame> = Pick<Room<G>, 'kind' | 'id' | 'machine' | 'status'>

/**
 * Records a room from now on: its states, what clients and server sent to its rules, and what its rules sent. It ends with the
 * room, or by `stop`. A recording that was cut off can be played up to its last whole part, of `keyframeMs`.
 *
 * A stream that fails, or that is so slow that 64 MiB wait in it, ends the recording and nothing else; it is logged.
 * @param stream a file, for example: `createWriteStream('match.tgr')`
 * @throws RecordError `invalid_argument`
 */
export function record<G extends AnyGame>(
  room: RecordedRoom<G>,
  stream: Writable,
  options: RecordOptions<StateOf<G>> = {},
): Recording {
  const fault = faultOfOptions('record', recordOptionRows, options)
  if (fault !== undefined) throw new RecordError('invalid_argument', fault)
  if (typeof stream?.write !== 'function') throw new RecordError('invalid_argument', 'a recording goes to a stream')
  return new RoomRecording<G>(room, stream, options)
}

const deflate = promisify(deflateRaw)
const usualStatesPerSecond = 10
const mostWaitingBytes = 64 * 1024 * 1024
const nothing: readonly never[] = []

class RoomRecording<G extends AnyGame> implements Recording {
  readonly #room: RecordedRoom<G>
  readonly #stream: Writable
  readonly #redact: Redaction<StateOf<G>>
  readonly #logger: ReturnType<typeof toLogger>
  readonly #keyframeTicks: number
  readonly #stateEveryTicks: number
  readonly #places: ChunkPlace[] = []
  readonly #offs: (() => void)[]
  #chunk: ChunkWriter
  /** The last tick, if nothing of it was written. */
  #last: RecordedTick<StateOf<G>>
  #bytes = 0
  /** Bytes of chunks that are being compressed. */
  #deflating = 0
  /** Chunks are compressed and written one after the other. Never rejects. */
  #work: Promise<void> = Promise.resolve()
  #fault: RecordError | undefined
  #stopping: Promise<void> | undefined

  constructor(room: RecordedRoom<G>, stream: Writable, options: RecordOptions<StateOf<G>>) {
    const { machine, kind, id } = room
    this.#room = room
    this.#stream = stream
    this.#redact = options.redact ?? {}
    this.#logger = toLogger(options.logger)
    this.#keyframeTicks = Math.max(1, Math.round(((options.keyframeMs ?? 10_000) * machine.tickRate) / 1000))
    this.#stateEveryTicks = options.stateEveryTicks ?? Math.max(1, Math.round(machine.tickRate / usualStatesPerSecond))
    this.#last = this.#tickOf(machine.tick, machine.store.state, nothing, nothing)
    this.#chunk = this.#newChunk()
    const clock: WallClock = options.wallClock ?? wallClock
    const start = writeStart({
      kind,
      id,
      gameVersion: machine.game.version ?? 0,
      tickRate: machine.tickRate,
      stateEveryTicks: this.#stateEveryTicks,
      madeAtMs: Math.round(atOnce('now', clock.now())),
    })
    // nothing that may throw comes after this
    stream.on('error', (error) => this.#fail('the stream of a recording has failed', error))
    stream.on('close', () => {
      if (this.#stopping === undefined) this.#fail('the stream of a recording was closed')
    })
    this.#write(start)
    this.#offs = [machine.onTick((made) => this.#take(made)), machine.onRunning((running) => this.#onRunning(running))]
  }

  get bytes(): number {
    return this.#bytes
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  async #stop(): Promise<void> {
    for (const off of this.#offs) off()
    if (this.#fault === undefined) {
      this.#chunk.add(this.#last, true, true)
      this.#finishChunk()
    }
    await this.#work
    if (this.#fault === undefined) this.#write(writeEnd(this.#places, this.#bytes))
    if (this.#fault !== undefined) {
      this.#stream.destroy()
      throw this.#fault
    }
    this.#stream.end()
    try {
      await finished(this.#stream)
    } catch (cause) {
      throw this.#fault ?? new RecordError('recording_failed', 'the stream of a recording has failed', { cause })
    }
  }

  /** A room that ends stops its ticks. */
  #onRunning(running: boolean): void {
    const { status } = this.#room
    if (!running && (status === 'closing' || status === 'closed')) this.#stopAlone()
  }

  /** Stops it without a caller: what goes wrong is logged already. */
  #stopAlone(): void {
    this.stop().catch(() => {})
  }

  #take(made: MadeTick<StateOf<G>>): void {
    try {
      this.#onTick(made)
    } catch (error) {
      // what a redaction has not seen must not be written
      this.#fail('a tick cannot be recorded', error)
    }
  }

  #onTick({ tick, state, inputs, outcomes, dispatches }: MadeTick<StateOf<G>>): void {
    const { event = same, serverEvent = same } = this.#redact
    const redacted = <Part>(name: string, part: Part | undefined): Part[] =>
      atOnce(`redact.${name}`, part) === undefined ? [] : [part as Part]
    const events = inputs.flatMap((input, place): RecordedEvent[] => {
      const outcome = outcomes[place]!
      const made = event({
        tick,
        kind: input.kind,
        name: input.kind === 'event' ? input.name : '',
        clientId: input.client?.id,
        data: input.kind === 'event' ? input.data : input.kind === 'join' ? input.client.data : undefined,
        refused: outcome.kind === 'refused' ? outcome.code : undefined,
      })
      return redacted('event', made)
    })
    const sent = dispatches.flatMap(({ name, data, to }) =>
      redacted('serverEvent', serverEvent({ tick, name, data, to })),
    )
    this.#last = this.#tickOf(tick, state, events, sent)
    const isKeyframe = tick - this.#chunk.firstTick >= this.#keyframeTicks
    this.#chunk.add(this.#last, tick % this.#stateEveryTicks === 0, isKeyframe)
    if (!isKeyframe) return
    this.#finishChunk()
    this.#chunk = this.#newChunk()
  }

  #tickOf(
    tick: number,
    state: Immutable<StateOf<G>>,
    events: readonly RecordedEvent[],
    sent: readonly RecordedServerEvent[],
  ): RecordedTick<StateOf<G>> {
    const redact = this.#redact.state
    const written = redact === undefined ? state : (atOnce('redact.state', redact(state)) as Immutable<StateOf<G>>)
    return { tick, untimedTicks: this.#room.machine.untimedTicks, state: written, events, sent }
  }

  #newChunk(): ChunkWriter {
    const precision = this.#room.machine.game.precision as DeltaOptions<object>['precision']
    return new ChunkWriter(this.#last, { precision, isView: this.#redact.state !== undefined })
  }

  #finishChunk(): void {
    const { firstTick, lastTick } = this.#chunk
    const content = this.#chunk.finish()
    this.#deflating += content.length
    if (this.#deflating + this.#stream.writableLength > mostWaitingBytes) {
      return this.#fail('the stream of a recording is too slow')
    }
    this.#work = this.#work.then(async () => {
      try {
        const block = writeBlock('chunk', await deflate(content))
        this.#deflating -= content.length
        if (this.#fault !== undefined) return
        const start = this.#bytes
        this.#write(block)
        this.#places.push({ firstTick, lastTick, start, end: this.#bytes })
      } catch (error) {
        this.#fail('a part of a recording cannot be written', error)
      }
    })
  }

  #write(bytes: Uint8Array): void {
    this.#bytes += bytes.length
    this.#stream.write(bytes)
  }

  #fail(message: string, cause?: unknown): void {
    if (this.#fault !== undefined) return
    this.#fault = new RecordError('recording_failed', message, { cause })
    this.#logger.error({ err: this.#fault, room: `${this.#room.kind}/${this.#room.id}` }, 'a recording has ended early')
    guard(this.#logger, 'a recording cannot be ended', () => this.#stopAlone())
  }
}

function same<Value>(value: Value): Value {
  return value
}
