import { GameStateError } from './errors.js'
import type { Immutable } from './values/immutable.js'
import { MapValue } from './values/kind.js'
import { sealRoot, sealValue } from './values/kinds.js'
import { isPlainObject } from './values/plain.js'

/** What one client may see of a version. Pure: the same version and client give the same, whenever it is asked. */
export type View<State> = (state: Immutable<State>, clientId: string) => Immutable<State>

/** Clients with the same key of a version see the same of it. Pure. */
export type ViewKey<State> = (state: Immutable<State>, clientId: string) => string

/**
 * The views of versions, each made once. They are remembered as long as their version is: nothing has to be forgotten by hand.
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

  /** @returns a text that two clients have in common where they see the same of this version */
  keyOf(state: Immutable<State>, clientId: string): string {
    const key: unknown = this.#viewKey(state, clientId)
    if (typeof key !== 'string') throw new GameStateError('invalid_value', `viewKey gives a text, not ${typeof key}`)
    return key
  }

  /**
   * What the client sees of a version, frozen.
   * @param key what `keyOf` says of both
   * @throws GameStateError `invalid_value` with the path, where the view is not what a state can be; what `view` throws
   */
  of(state: Immutable<State>, clientId: string, key: string): Immutable<State> {
    let views = this.#known.get(state as object)
    if (views === undefined) {
      views = new Map()
      this.#known.set(state as object, views)
    }
    let view = views.get(key)
    if (view === undefined) {
      const made: unknown = this.#view(state, clientId)
      view = seal(made) as Immutable<State>
      views.set(key, view)
    }
    return view
  }
}

function seal(made: unknown): unknown {
  if (isPlainObject(made)) return sealRoot(made)
  if (made instanceof MapValue) return sealValue(undefined, made)
  throw new GameStateError('invalid_value', 'view: what a client sees is a plain object or an EntityMap')
}
