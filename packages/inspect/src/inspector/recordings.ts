import { randomBytes } from 'node:crypto'
import { Writable } from 'node:stream'
import type { Clock, Logger } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { type Recording, record } from '@tygase/record'
import { RefusalError, type Room } from '@tygase/server'
import type { RecordingRow } from '../shared/look-game.js'

/** Recordings that are kept in memory, and the bytes of each. */
const mostRecordings = 4
const mostBytes = 64 * 1024 * 1024
/** How long a recording may go on, and how long it can be downloaded then. */
const mostMs = 10 * 60 * 1000

/** A recording in memory. */
interface KeptRecording {
  readonly id: string
  readonly room: string
  readonly stream: MemoryStream
  readonly recording: Recording
  readonly sinceMs: number
  status: 'recording' | 'ready' | 'failed'
  lastMs: number
  cancel: () => void
}

/** Recordings of rooms that pages have asked for, until they are downloaded. */
export class Recordings {
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #kept = new Map<string, KeptRecording>()

  constructor(clock: Clock, logger: Logger) {
    this.#clock = clock
    this.#logger = logger
  }

  /** Begins to record. @returns the id @throws RefusalError `too_many_requests` */
  begin(room: Room): string {
    const oldest = [...this.#kept.values()].find(({ status }) => status !== 'recording')
    if (this.#kept.size >= mostRecordings) {
      if (oldest === undefined)
        throw new RefusalError('too_many_requests', `${mostRecordings} recordings are being made`)
      this.#forget(oldest)
    }
    const id = randomBytes(12).toString('hex')
    const sinceMs = this.#clock.now()
    const stream = new MemoryStream((hasFailed) => this.#ended(id, hasFailed))
    const recording = record(room, stream, { logger: this.#logger })
    const cancel = this.#clock.schedule(mostMs, () => this.#stop(id))
    this.#kept.set(id, { id, room: room.key, stream, recording, sinceMs, status: 'recording', lastMs: sinceMs, cancel })
    return id
  }

  /** Ends a recording. Does nothing for one that has ended. @throws RefusalError `not_found` */
  stop(id: string): void {
    if (!this.#kept.has(id)) throw new RefusalError('not_found', 'there is no such recording')
    this.#stop(id)
  }

  /** The bytes of a recording that has ended; undefined if there is none. */
  bytesOf(id: string): Uint8Array<ArrayBuffer> | undefined {
    const kept = this.#kept.get(id)
    return kept?.status === 'ready' ? kept.stream.bytes() : undefined
  }

  rows(): (readonly [id: string, row: RecordingRow])[] {
    const nowMs = this.#clock.now()
    return [...this.#kept.values()].map(({ id, room, stream, status, sinceMs, lastMs }) => [
      id,
      { room, status, bytes: stream.length, forMs: Math.round((status === 'recording' ? nowMs : lastMs) - sinceMs) },
    ])
  }

  /** Ends and forgets all. */
  close(): void {
    for (const kept of [...this.#kept.values()]) {
      this.#stop(kept.id)
      this.#forget(kept)
    }
  }

  #stop(id: string): void {
    const kept = this.#kept.get(id)
    // what goes wrong is logged by the recording
    if (kept?.status === 'recording') kept.recording.stop().catch(() => {})
  }

  #ended(id: string, hasFailed: boolean): void {
    const kept = this.#kept.get(id)
    if (kept === undefined || kept.status !== 'recording') return
    kept.status = hasFailed ? 'failed' : 'ready'
    kept.lastMs = this.#clock.now()
    kept.cancel()
    kept.cancel = this.#clock.schedule(mostMs, () =>
      guard(this.#logger, 'a recording failed', () => this.#forget(kept)),
    )
  }

  #forget(kept: KeptRecording): void {
    kept.cancel()
    this.#kept.delete(kept.id)
  }
}

/** A stream into memory. It fails beyond `mostBytes`, which ends what writes to it. */
class MemoryStream extends Writable {
  length = 0
  readonly #chunks: Uint8Array[] = []

  /** @param onEnd called once or more often, when nothing more comes */
  constructor(onEnd: (hasFailed: boolean) => void) {
    super()
    this.on('finish', () => onEnd(false))
    this.on('error', () => onEnd(true))
    this.on('close', () => onEnd(true))
  }

  override _write(chunk: Uint8Array, _encoding: string, done: (error?: Error) => void): void {
    if (this.length + chunk.length > mostBytes) return done(new Error(`a recording has at most ${mostBytes} bytes`))
    this.length += chunk.length
    this.#chunks.push(chunk)
    done()
  }

  bytes(): Uint8Array<ArrayBuffer> {
    return new Uint8Array(Buffer.concat(this.#chunks))
  }
}
