import type { AnyGame, Immutable } from '@tygase/gamestate'
import {
  blendPart,
  type EntityId,
  eachRowIn,
  type Motion,
  type Place,
  type PlainObject,
  placeBetween,
  type Row,
  withRows,
} from '@tygase/gamestate/internal'
import type { Chain } from '../prediction.js'
import type { ReplicaStore } from '../replica.js'
import type { ArrivalLine } from '../scene/arrival-line.js'

/** What a picture is made of. */
export interface Frame<State> {
  readonly nowMs: number
  /** The confirmed versions. Another object if they have begun anew. */
  readonly store: ReplicaStore<State>
  readonly line: ArrivalLine
  /** Undefined while nothing is predicted: the game is paused. */
  readonly chain: Chain<State> | undefined
  /** The place on the axis of ticks in which this client lives. */
  readonly ownPlace: number
}

/** The states of the past, as others are drawn; and beyond the newest version those that the chain expects. */
export class PastStates<State> {
  readonly #host: { readonly game: AnyGame }
  /** Of what the state was made, so that it is made once. */
  #parts: readonly unknown[] = []
  #made: Immutable<State> | undefined
  /** The last version from which others were drawn going on. */
  #movingFrom: number | undefined

  /** @param host whose game may be replaced */
  constructor(host: { readonly game: AnyGame }) {
    this.#host = host
  }

  /** The state at a place of the past, or beyond the newest version as the chain expects it: without own rows, without offsets. */
  at(frame: Frame<State>, place: number): Immutable<State> {
    const { motion } = this.#host.game
    const { store, line } = frame
    if (motion === undefined) return store.state
    const isPast = place <= store.version
    const whole = Math.floor(place)
    const found = isPast ? this.#find(store, place, line.maxSpan) : undefined
    const chain = chainOf(frame)
    const from = found === undefined ? chain.at(whole) : store.at(found.from)!
    const to = found === undefined ? chain.at(whole + 1) : store.at(found.to)!
    const alpha = found?.alpha ?? place - whole
    const parts = [from, to, alpha, store.state]
    if (this.#made !== undefined && parts.every((part, index) => part === this.#parts[index])) return this.#made
    this.#parts = parts
    this.#made = isPast ? motion.blend(from, to, alpha) : this.#beyond(frame, from, to, alpha)
    return this.#made as Immutable<State>
  }

  /** The newest version with its moving parts on their way from one state of the chain to the next. */
  #beyond(frame: Frame<State>, from: Immutable<State>, to: Immutable<State>, alpha: number): Immutable<State> {
    const chain = chainOf(frame)
    let state = frame.store.state
    for (const motion of (this.#host.game.motion as Motion<State>).parts) {
      const { key } = motion
      const blended = blendPart(motion, partOf(from, key), partOf(to, key), alpha)
      if (this.#host.game.predictPart === undefined) {
        state = withPart(state, key, blended)
        continue
      }
      // rows that are not run ahead stay where they are
      const rows = new Map<EntityId, Row | undefined>()
      eachRowIn(motion, partOf(chain.at(chain.base), key), (_row, id) => rows.set(id, undefined))
      eachRowIn(motion, blended, (row, id) => rows.set(id, row))
      state = withPart(state, key, withRows(motion, partOf(state, key), rows))
    }
    if (state !== frame.store.state) this.#movingFrom = frame.store.version
    return state
  }

  /** After a version from which others went on, a long way was no rest: versions have been lost, or were late. */
  #find(store: ReplicaStore<State>, place: number, maxSpan: number): Place {
    const found = placeBetween(store.versions(), place, maxSpan)
    return found.from === this.#movingFrom ? placeBetween(store.versions(), place, Number.POSITIVE_INFINITY) : found
  }
}

/** The state after a tick: of the chain, or of the versions that are confirmed by now. */
export function stateAfter<State>(frame: Frame<State>, tick: number): Immutable<State> {
  const { store } = frame
  if (tick < store.version) {
    for (let version = tick; version >= store.oldestVersion; version--) {
      const state = store.at(version)
      if (state !== undefined) return state
    }
  }
  return chainOf(frame).at(tick)
}

/** While nothing is predicted, the newest version stands for all that follow. */
export function chainOf<State>({ chain, store }: Frame<State>): Chain<State> {
  const { state, version } = store
  return chain ?? { base: version, at: () => state, revision: -1 - version, touched: () => [] }
}

export function partOf(state: unknown, key: string): unknown {
  return (state as PlainObject)[key]
}

export function withPart<State>(state: State, key: string, part: unknown): State {
  return partOf(state, key) === part ? state : (Object.freeze({ ...(state as PlainObject), [key]: part }) as State)
}
