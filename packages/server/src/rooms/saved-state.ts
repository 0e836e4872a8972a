import { applyDelta, encodeDelta, GameStateStore, type Immutable } from '@tygase/gamestate'
import { ServerError } from '../errors.js'
import type { Storage } from '../storage.js'
import { systemTime } from '../system-clock.js'

/** A state as it was when it was saved. */
export interface SavedState<State> {
  /** The version of the game that saved it, not that of the state. */
  readonly version: number
  /** In UTC as ISO 8601 has it. */
  readonly savedAt: string
  readonly tick: number
  readonly state: Immutable<State>
  /** Whom the state may speak of; empty where nothing was said of that. */
  readonly clientIds: readonly string[]
  /** What was saved beside the state; undefined where nothing was. */
  readonly extra: unknown
}

export interface RestoreOptions<State> {
  /** The version of the game that now runs: a whole number from 0, raised whenever states that were saved before no longer fit. */
  version: number
  /**
   * Turns a state that an older version of the game has saved into one of now. It is given a frozen state: make a new one, or
   * change it by `transact`. Default: states of older versions are refused.
   */
  migrate?: (state: Immutable<unknown>, fromVersion: number) => State | Immutable<State>
}

/** How a record is laid out, as against what the game keeps in it. */
const format = 1

/**
 * Keeps a state, every number of it as it is, in place of the one before. Resolves when the storage has it.
 * Rejects with `invalid_argument`, and as `put` of the storage does.
 */
export async function saveState<State>(
  storage: Storage,
  key: string,
  saved: {
    readonly state: Immutable<State>
    readonly tick: number
    readonly version: number
    /** Clients whom the state may speak of. Default: nothing is said of that. */
    readonly clientIds?: readonly string[] | undefined
    /** Plain values that are kept beside the state. Default: none. */
    readonly extra?: unknown
  },
  savedAt: string = systemTime(),
): Promise<void> {
  const { state, tick, version, clientIds, extra } = saved
  checkNumber('version', version)
  checkNumber('tick', tick)
  await storage.put(key, {
    format,
    version,
    savedAt,
    tick,
    clientIds,
    extra,
    state: encodeDelta<State>(undefined, state),
  })
}

/**
 * The state that was saved under a key, brought to the version of now; for `store.reset(state, tick)`.
 * Rejects with a ServerError: `saved_state_too_new` where a newer game has saved it, `saved_state_not_migrated` where an older one has
 * and `migrate` is missing or fails, `saved_state_invalid` where it is no saved state; and as `get` of the storage does.
 * @returns undefined where nothing was saved
 */
export async function restoreState<State>(
  storage: Storage,
  key: string,
  { version, migrate }: RestoreOptions<State>,
): Promise<SavedState<State> | undefined> {
  checkNumber('version', version)
  const record = await storage.get(key)
  if (record === undefined) return undefined
  const saved = readRecord(key, record)
  // reason: a record of this version holds a state of this version; there is nothing else to tell its type by
  if (saved.version === version) return saved as SavedState<State>
  const what = `${key} was saved by version ${saved.version} of the game, this is version ${version}`
  if (saved.version > version) throw new ServerError('saved_state_too_new', what)
  if (migrate === undefined) throw new ServerError('saved_state_not_migrated', `${what}, and there is no migrate`)
  try {
    // a store checks and freezes what it is given
    const state = new GameStateStore(migrate(saved.state, saved.version) as State).state
    return { ...saved, state }
  } catch (error) {
    throw new ServerError('saved_state_not_migrated', `${what}, and migrate failed`, { cause: error })
  }
}

function readRecord(key: string, record: unknown): SavedState<unknown> {
  const found = (typeof record === 'object' ? record : undefined) as Record<string, unknown> | null | undefined
  if (found?.format !== format) throw new ServerError('saved_state_invalid', `${key} holds no saved state`)
  const { version, savedAt, tick, state, clientIds = [], extra } = found
  const isWhole = isNumber(version) && isNumber(tick) && typeof savedAt === 'string' && isTexts(clientIds)
  if (!isWhole || !(state instanceof Uint8Array)) {
    throw new ServerError('saved_state_invalid', `${key} holds a damaged state`)
  }
  try {
    return { version, savedAt, tick, clientIds, extra, state: applyDelta<unknown>(undefined, state) }
  } catch (error) {
    throw new ServerError('saved_state_invalid', `${key} holds a damaged state`, { cause: error })
  }
}

function isNumber(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

function isTexts(value: unknown): value is string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string')
}

function checkNumber(name: string, value: number): void {
  if (!isNumber(value)) throw new ServerError('invalid_argument', `${name} is a whole number from 0, not ${value}`)
}
