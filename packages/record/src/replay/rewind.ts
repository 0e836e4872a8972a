import type { Connection } from '@tygase/client'
import type { AnyGame, StateOf } from '@tygase/gamestate'
import { RecordError } from '../errors.js'
import { lastAt } from './chunk.js'
import { Player, type PlayerOptions, type Span } from './player.js'

/** Options of `rewind`. */
export interface RewindOptions extends Omit<PlayerOptions, 'fromTick'> {
  /** How far back it begins, in ms, above 0. */
  readonly lastMs: number
}

/**
 * Plays what a connection has just seen: a kill cam. It takes the versions that the client keeps, so it costs no network. Set
 * the option `maxVersions` of `connect` to as many as it is to show.
 * @param options `lastMs`: if the client keeps less, it begins with its oldest version. `clientId`: default that of the connection
 * @throws as a rejection: RecordError `invalid_argument`
 */
export function rewind<G extends AnyGame>(
  connection: Pick<Connection<G>, 'clientId' | 'store' | 'tickRate' | 'time'>,
  game: G,
  { lastMs, ...options }: RewindOptions,
): Promise<Player<G>> {
  if (!(lastMs > 0)) return Promise.reject(new RecordError('invalid_argument', 'lastMs is a number above 0'))
  const { clientId, store, tickRate, time } = connection
  const firstTick = Math.max(store.oldestVersion, store.version - (lastMs * tickRate) / 1000)
  const versions = store.versions()
  // the store goes on meanwhile, and forgets
  const states = new Map(versions.map((version) => [version, store.at(version)!]))
  const versionAt = (tick: number): number => versions[Math.max(0, lastAt(versions, tick, Number))]!
  const untimed = store.version - time * tickRate
  const span: Span<StateOf<G>> = {
    firstTick: store.oldestVersion,
    lastTick: store.version,
    versions,
    at: (version) => states.get(version),
    versionAt,
    untimedAt: () => untimed,
    serverEvents: () => [],
  }
  const source = { game, tickRate, stateEveryTicks: 1, firstTick, lastTick: store.version, load: async () => span }
  return Player.open(source, { clientId, ...options })
}
