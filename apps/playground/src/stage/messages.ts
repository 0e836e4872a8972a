import type { GameCode } from '../run/game-code.js'
import { type Change, type Input, maxClients, maxFrames, type RunRecord } from '../run/record.js'

/** From the page to the stage: the frame, and the worker in it. */
export type ToStage =
  /** A game, and the run to begin with. `isReplay`: play the inputs of the record; else it goes on from the hands. */
  | { readonly kind: 'load'; readonly code: GameCode; readonly record: RunRecord; readonly isReplay: boolean }
  /** Other code for the run that is on. */
  | { readonly kind: 'swap'; readonly code: GameCode }
  | { readonly kind: 'play'; readonly isOn: boolean }
  /** Shows the version at this place of those that are kept; undefined: the newest. */
  | { readonly kind: 'look'; readonly place: number | undefined }
  /** @param client all of them if undefined */
  | { readonly kind: 'change'; readonly client: number | undefined; readonly change: Change }
  /** To the end of the record, as fast as it goes. */
  | { readonly kind: 'skip' }
  /** Ends the replay: from here on the hands play. */
  | { readonly kind: 'takeOver' }
  /** Asks for `shared`. */
  | { readonly kind: 'share' }
  /** Asks for `tree` whenever the state changes: of the server, or of a client. Undefined: of nobody. */
  | { readonly kind: 'watch'; readonly who: 'server' | number | undefined }
  | { readonly kind: 'key'; readonly code: string; readonly isDown: boolean }
  /** The whole code of the worker, for runs that begin from now on. */
  | { readonly kind: 'whole'; readonly worker: string }
  /** Asks for `incomplete`. */
  | { readonly kind: 'moveOut' }

/** The hands at one client, as the frame has seen them. Places are shares of the width and of the height. */
export interface RawHands {
  readonly keys: readonly string[]
  readonly presses: readonly string[]
  readonly pointer: { readonly x: number; readonly y: number; readonly isDown: boolean } | undefined
  readonly clicks: readonly { readonly x: number; readonly y: number }[]
}

/** From the frame to its worker, beside `ToStage`. The worker answers each of them, and each `ToStage`, with `done`. */
export type ToWorker =
  | ToStage
  /** Real time goes on. */
  | { readonly kind: 'frame'; readonly nowMs: number; readonly hands: readonly (RawHands | undefined)[] }
  /** Of the picture of a client, in pixels. */
  | { readonly kind: 'size'; readonly index: number; readonly width: number; readonly height: number }

/** From the worker to its frame alone: what each client shows. Not all browsers let a worker draw on a canvas of its frame. */
export interface Pictures {
  readonly kind: 'pictures'
  readonly bitmaps: readonly (ImageBitmap | undefined)[]
}

/** The figures of one client. */
export interface ClientStatus {
  readonly status: string
  readonly refusal: string
  readonly rttMs: number
  readonly jitterMs: number
  readonly bytesInPerSecond: number
  readonly bytesOutPerSecond: number
  readonly aheadTicks: number
  readonly delayMs: number
  readonly corrections: number
  readonly lastCorrection: number
  readonly isHost: boolean
  readonly isBot: boolean
  readonly isCut: boolean
  readonly predicts: boolean
  readonly latencyMs: number
  readonly linkJitterMs: number
  readonly lossPercent: number
}

export interface Status {
  readonly kind: 'status'
  readonly frame: number
  /** Of the record that is played again; 0 without one. */
  readonly replayFrames: number
  readonly version: number
  readonly fingerprint: string
  /** How many versions can be looked at, and which one is shown. */
  readonly moments: number
  readonly place: number
  readonly shownVersion: number
  readonly isPlaying: boolean
  readonly isLooking: boolean
  readonly isReplay: boolean
  readonly isFull: boolean
  /** True after a swap of the rules: a link plays the run again with the new ones. */
  readonly isSwapped: boolean
  readonly canBot: boolean
  readonly canPredict: boolean
  readonly clients: readonly ClientStatus[]
  readonly problems: readonly string[]
}

/** From the stage to the page. The code in the worker may be a stranger's: see `readFromStage`. */
export type FromStage =
  | { readonly kind: 'loaded'; readonly width: number; readonly height: number; readonly clients: number }
  | Status
  | { readonly kind: 'tree'; readonly version: number; readonly text: string }
  | { readonly kind: 'shared'; readonly record: RunRecord; readonly fingerprint: string }
  /** The run has to go on in a worker with the whole code: this one has not all parts that it needs. */
  | { readonly kind: 'incomplete'; readonly record: RunRecord; readonly isReplay: boolean }
  /** The code cannot be played. */
  | { readonly kind: 'failed'; readonly message: string }
  /** The state does not fit in other code: the old code goes on. */
  | { readonly kind: 'misfit' }
  /** The worker has not answered, and was ended. */
  | { readonly kind: 'stuck' }

const clientShape: Readonly<Record<keyof ClientStatus, 'string' | 'number' | 'boolean'>> = {
  ...{ status: 'string', refusal: 'string', rttMs: 'number', jitterMs: 'number', bytesInPerSecond: 'number' },
  ...{ bytesOutPerSecond: 'number', aheadTicks: 'number', delayMs: 'number', corrections: 'number' },
  ...{ lastCorrection: 'number', isHost: 'boolean', isBot: 'boolean', isCut: 'boolean', predicts: 'boolean' },
  ...{ latencyMs: 'number', linkJitterMs: 'number', lossPercent: 'number' },
}

const statusShape: Readonly<
  Record<Exclude<keyof Status, 'kind' | 'clients' | 'problems'>, 'string' | 'number' | 'boolean'>
> = {
  ...{ frame: 'number', replayFrames: 'number', version: 'number', fingerprint: 'string', moments: 'number' },
  ...{ place: 'number', shownVersion: 'number', isPlaying: 'boolean', isLooking: 'boolean', isReplay: 'boolean' },
  ...{ isFull: 'boolean', isSwapped: 'boolean', canBot: 'boolean', canPredict: 'boolean' },
}

const maxTextLetters = 2000
const maxTreeLetters = 200_000
const maxInputs = 50_000

/**
 * Checks a message that may come from a stranger's code, and copies what it should have.
 * @returns undefined for anything else
 */
export function readFromStage(value: unknown): FromStage | undefined {
  if (!isRecord(value)) return undefined
  const { kind } = value
  if (kind === 'status') return readStatus(value)
  if (kind === 'stuck' || kind === 'misfit') return { kind }
  if (kind === 'failed') return isText(value.message) ? { kind, message: value.message } : undefined
  if (kind === 'loaded') {
    const { width, height, clients } = value
    if (!isWithin(width, 4000) || !isWithin(height, 4000) || !isWithin(clients, maxClients)) return undefined
    return { kind, width, height, clients }
  }
  if (kind === 'tree') {
    const { version, text } = value
    const isTree =
      isWithin(version, Number.MAX_SAFE_INTEGER) && typeof text === 'string' && text.length <= maxTreeLetters
    return isTree ? { kind, version, text } : undefined
  }
  if (kind === 'incomplete') {
    const record = readRecord(value.record)
    return record && { kind, record, isReplay: value.isReplay === true }
  }
  if (kind !== 'shared' || !isText(value.fingerprint) || !/^[\da-f]{16}$/.test(value.fingerprint)) return undefined
  const record = readRecord(value.record)
  return record && { kind, record, fingerprint: value.fingerprint }
}

function readStatus(value: Readonly<Record<string, unknown>>): Status | undefined {
  const { clients, problems } = value
  const own = pick(value, statusShape)
  if (own === undefined || !Array.isArray(clients) || clients.length > maxClients) return undefined
  const figures = clients.map((client) => (isRecord(client) ? pick(client, clientShape) : undefined))
  if (figures.includes(undefined) || !Array.isArray(problems) || problems.length > 100) return undefined
  if (!problems.every(isText)) return undefined
  return { ...own, kind: 'status', clients: figures, problems: [...problems] } as unknown as Status
}

function readRecord(value: unknown): RunRecord | undefined {
  if (!isRecord(value)) return undefined
  const { seed, frames, links, inputs } = value
  if (!isWithin(seed, 2 ** 32 - 1) || !isWithin(frames, maxFrames)) return undefined
  if (!Array.isArray(links) || links.length < 1 || links.length > maxClients || !links.every(isRecord)) return undefined
  if (!Array.isArray(inputs) || inputs.length > maxInputs || !inputs.every(isInput)) return undefined
  // the writer of links refuses what is out of range
  return { seed, frames, links: links as unknown as RunRecord['links'], inputs: inputs as Input[] }
}

function isInput(value: unknown): value is Input {
  return (
    isRecord(value) && isText(value.kind) && isWithin(value.frame, maxFrames) && isWithin(value.client, maxClients - 1)
  )
}

function pick(
  value: Readonly<Record<string, unknown>>,
  shape: Readonly<Record<string, 'string' | 'number' | 'boolean'>>,
): Record<string, unknown> | undefined {
  const picked: Record<string, unknown> = {}
  for (const [key, type] of Object.entries(shape)) {
    const part = value[key]
    const isRight =
      type === 'string' ? isText(part) : type === 'number' ? Number.isFinite(part) : typeof part === 'boolean'
    if (!isRight) return undefined
    picked[key] = part
  }
  return picked
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxTextLetters
}

/** A whole number from 0 to `most`. */
function isWithin(value: unknown, most: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0 && (value as number) <= most
}
