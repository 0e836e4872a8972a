import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '@tygase/gamestate'
import type { DeltaOptions } from '@tygase/gamestate/internal'
import type { Make, Scene, Tick } from '../scene.js'
import type { System } from './system.js'

/** The state of any scene; with an `EntityMap` under `rows` where the scene has rows. */
export type GameState = object

/** The version that a scene begins with, ready for a store or a transaction. */
export function gameState(initialState: object): GameState {
  if (!('rows' in initialState)) return initialState
  return { ...initialState, rows: new EntityMap(Object.entries(initialState.rows as Record<string, object>)) }
}

/** The next version: what a tick makes of one. */
export function playTick(base: Immutable<GameState>, tick: Tick<never>): Immutable<GameState> {
  return transact(base as GameState, (draft) => tick.play(draft as never, make)).state
}

function deltaOptions(scene: Scene): DeltaOptions<GameState> {
  // reason: scenes say their precision without the type of their state, whose form it has
  return { precision: scene.precision as never }
}

export const tygase: System = {
  name: 'tygase',
  about: 'a transaction on `EntityMap` or plain objects, committed to a store, and the delta between the two versions',
  serve(scene, initialState) {
    const options = deltaOptions(scene)
    const store = new GameStateStore(gameState(initialState))
    return {
      step(tick) {
        const base = store.state
        const next = playTick(base, tick)
        if (next === base) return nothing
        store.commit(next, store.version + 1)
        return encodeDelta(base, store.state, options)
      },
      snapshot: () => encodeDelta(undefined, store.state, options),
      forgetPast: () => store.reset(store.state),
      state: () => plainTree(store.state),
    }
  },
  join(_, snapshot) {
    const store = new GameStateStore(applyDelta<GameState>(undefined, snapshot) as GameState)
    return {
      receive: (bytes) => store.commit(applyDelta(store.state, bytes), store.version + 1),
      state: () => plainTree(store.state),
    }
  },
}

const nothing = new Uint8Array(0)
const make: Make = (_, value) => value

function plainTree(state: object): unknown {
  if (!('rows' in state)) return state
  return { ...state, rows: Object.fromEntries((state.rows as EntityMap<object>).entries()) }
}
