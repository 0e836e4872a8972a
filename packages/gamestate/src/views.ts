import { GameStateError } from './errors.js'
import type { Immutable } from './values/immutable.js'
import { MapValue } from './values/kind.js'
import { atOnce, isPlainObject } from './values/plain.js'
import { sealValue } from './values/sealing.js'

/** Returns the part of a version that one client may see. Pure: the same version and client give the same part at any time. */
export type View<State> = (state: Immutable<State>, clientId: string) => Immutable<State>

/** Returns a key for a version and a client. Clients with the same key see the same part. Pure. */
export type ViewKey<State> = (state: Immutable<State>, clientId: string) => string

/**
 * The views of versions, each made once. A view is kept for as long as its version is: nothing has to be removed by hand.
 */
export class Views<State> {
  readonly #view: View<State>
  readonly #viewKey: ViewKey<State>
  readonly #known = new WeakMap<object, Map<string, Immutable<State>>>()

  /** @param viewKey default: each client has a view of its own */
  constructor(view: View<State>, viewKey: ViewKey<State> = (_, clientId) => clientId) {
    this.#view = view
    this.#viewKey = viewKey
  }

  /**
   * @returns the key of the client: the same string for clients that see the same part of this version
   * @throws GameStateError `invalid_value` if `viewKey` returns no string
   */
  keyOf(state: Immutable<State>, clientId: string): string {
    const key: unknown = atOnce('viewKey', this.#viewKey(state, clientId))
    if (typeof key !== 'string')
      throw new GameStateError('invalid_value', `viewKey returns a string, not a ${typeof key}`)
    return key
  }

  /**
   * The part of a version that the client sees, frozen.
   * @param key of version and client, from `keyOf`
   * @throws GameStateError `invalid_value` with the path if the view is not a possible state; any error that `view` throws
   */
  of(state: Immutable<State>, clientId: string, key: string): Immutable<State> {
    let views = this.#known.get(state as object)
    if (views === undefined) {
      views = new Map()
      this.#known.set(state as object, views)
    }
    let view = views.get(key)
    if (view === undefined) {
      const made: unknown = atOnce('view', this.#view(state, clientId))
      view = seal(made) as Immutable<State>
      views.set(key, view)
    }
    return view
  }
}

function seal(made: unknown): unknown {
  if (isPlainObject(made) || made instanceof MapValue) return sealValue(undefined, made)
  throw new GameStateError('invalid_value', 'view: a view is a plain object or an EntityMap')
}
