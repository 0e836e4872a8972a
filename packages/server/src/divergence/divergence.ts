import type { Immutable } from '@tygase/gamestate'
import { aboveZero, number, other, type Rows, settle } from '../option-rows.js'

/** A place where the replica of a client is not the state that the client was sent. */
export interface Difference {
  /** Keys and ids from the state down; empty for the state itself. */
  readonly path: readonly (string | number)[]
  /** The value at the server, as the client may see it; undefined if there is none. */
  readonly server: unknown
  /** The value that the client has; undefined if it has none, or has not sent it. */
  readonly client: unknown
}

/** A replica that was not the state that its client was sent. It has nothing in it that the client may not see. */
export interface Divergence {
  /** Kind and id of the room. */
  readonly room: string
  readonly clientId: string
  readonly version: number
  /** When it was found, in ms of Unix time. */
  readonly atMs: number
  /** The version at the server, as the client may see it. Numbers are not rounded. */
  readonly state: Immutable<object>
  /** The version at the client is `state` but for these places. Only the client's word stands behind them. */
  readonly differences: readonly Difference[]
  /** False if there may be more differences: the client has not answered, or there are too many. */
  readonly isComplete: boolean
}

/** How replicas are checked while a game is played. */
export interface DivergenceOptions {
  /** Time between two questions to one client. Default 60,000: less than a byte a second. */
  everyMs?: number
  /**
   * Called with each replica that was wrong, once a minute in a room at most. Default: it is counted and logged alone.
   * `divergenceFiles` of `@tygase/record` writes files.
   */
  onDivergence?: (divergence: Divergence) => void | Promise<void>
}

/** The option `divergence` of a kind of room. */
export const divergenceOptionRows: Rows<keyof DivergenceOptions> = {
  everyMs: number('everyMs', 60_000, 'ms', aboveZero, 'Time between two questions to one client.'),
  onDivergence: other('onDivergence', 'function', 'Gets each replica that was wrong, once a minute in a room at most.'),
}

type Settled = DivergenceOptions & Required<Pick<DivergenceOptions, 'everyMs'>>

/**
 * @returns undefined if replicas are not checked
 * @throws ServerError `invalid_argument`
 */
export function settleDivergence(given: false | DivergenceOptions = {}): Settled | undefined {
  // reason: the rows of the table say which options have a default
  return given === false ? undefined : (settle('divergence', divergenceOptionRows, given) as Settled)
}
