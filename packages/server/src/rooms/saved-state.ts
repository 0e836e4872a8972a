import { applyDelta, encodeDelta, GameStateStore, type Immutable } from '@tygase/gamestate'
import { isBytes } from '@tygase/gamestate/internal'
import { systemTime } from '../auth.js'
import { ServerError } from '../errors.js'
import type { Storage } from '../storage.js'

/** A state as it was saved. */
export interface SavedState<State> {
  /** Version of the game that saved it, not of the state. */
  readonly version: number
  /** In UTC as in ISO 8601. */
  readonly savedAt: string
  readonly tick: number
  readonly state: Immutable<State>
  /** Clients that the state may mention. */
  readonly clientIds: readonly string[]
  /** Data that was saved beside the state; undefined for none. */
  readonly extra: unknown
}

export interface RestoreOptions<State> {
  /** Version of the game that runs now: a whole number from 0. */
  version: number
  /**
   * Turns the state of an older version into a current one. It gets a frozen state: make a new one, or change it by `transact`.
   * Default: states of older versions are refused.
   */
  migrate?: (state: Immutable<unknown>, fromVersion: number) => State | Immutable<State>
}

/** Layout of a record, in contrast to the version of the game. */
const format = 1

/**
 * Saves a state, exactly, in place of the one before. Resolves when the storage has it.
 * Rejects with ServerError `invalid_argument`, and as `put` of the storage does.
 */
export async function saveState<State>(
  storage: Storage,
  key: string,
  saved: {
    readonly state: Immutable<State>
    readonly tick: number
    readonly version: number
    readonly clientIds?: readonly string[] | undefined
    /** Plain data. */
    readonly extra?: unknown
  },
  savedAt: string = systemTime(),
): Promise<void> {
  const { state, tick, version, clientIds, extra } = saved
  checkNumber('version', version)
  checkNumber('tick', tick)
  const bytes = encodeDelta<State>(undefined, state)
  await storage.put(key, { format, version, savedAt, tick, clientIds, extra, state: bytes })
}

/**
 * Loads the state that was saved under a key, in the current version.
 * Rejects with ServerError: `saved_state_too_new` if a newer game has saved it; `saved_state_not_migrated` if an older one has,
 * and `migrate` is missing or fails; `saved_state_invalid` for any other record; and as `get` of the storage does.
 * @returns undefined if none was saved
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
  // reason: a record of this version holds a state of this version; no other place names its type
  if (saved.version === version) return saved as SavedState<State>
  const versions = `${key} was saved by version ${saved.version} of the game, this is version ${version}`
  if (saved.version > version) throw new ServerError('saved_state_too_new', versions)
  if (migrate === undefined) throw new ServerError('saved_state_not_migrated', `${versions}, and there is no migrate`)
  try {
    // a store checks and freezes the state
    const state = new GameStateStore(migrate(saved.state, saved.version) as State).state
    return { ...saved, state }
  } catch (cause) {
    throw new ServerError('saved_state_not_migrated', `${versions}, and migrate failed`, { cause })
  }
}

function readRecord(key: string, record: unknown): SavedState<unknown> {
  const found = (typeof record === 'object' ? record : undefined) as Record<string, unknown> | null | undefined
  if (found?.format !== format) throw new ServerError('saved_state_invalid', `${key} holds no saved state`)
  const { version, savedAt, tick, state, clientIds = [], extra } = found
  const isWhole = isNumber(version) && isNumber(tick) && typeof savedAt === 'string' && isTexts(clientIds)
  if (!isWhole || !isBytes(state)) throw new ServerError('saved_state_invalid', `${key} holds a damaged state`)
  try {
    return { version, savedAt, tick, clientIds, extra, state: applyDelta<unknown>(undefined, state) }
  } catch (cause) {
    throw new ServerError('saved_state_invalid', `${key} holds a damaged state`, { cause })
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
