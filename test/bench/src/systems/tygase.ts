import { decodeVersion } from '@tygase/client/internal'
import {
  applyDelta,
  defineGame,
  EntityMap,
  encodeDelta,
  GameStateStore,
  type Immutable,
  makeTick,
  on,
  transact,
} from '@tygase/gamestate'
import type { DeltaOptions } from '@tygase/gamestate/internal'
import { type EventHandler, type Make, mapsIn, type Scene, type Tick } from '../scene.js'
import type { ClientSide, System } from './system.js'

/** The state of any scene; with an `EntityMap` wherever the scene has rows. */
export type GameState = object

type Tree = Record<string, unknown>

/** Makes the next version: what a tick makes of one. */
type PlayTick = (base: Immutable<GameState>, tick: Tick<never>) => Immutable<GameState>

/** The version that a scene begins with, ready for a store or a transaction. */
export function gameState(initialState: object, scene: Scene): Immutable<GameState> {
  const maps = mapsIn(initialState, scene).map((name) => [
    name,
    new EntityMap(Object.entries((initialState as Tree)[name] as Record<string, object>)),
  ])
  return new GameStateStore<GameState>({ ...initialState, ...Object.fromEntries(maps) }).state
}

/** How a scene's ticks are made: by a game whose rules are the scene's handlers, or by a transaction for each tick. */
export function playerOf(scene: Scene): PlayTick {
  return scene.handlers === undefined ? playTick : playerOfEvents(scene, scene.handlers)
}

function playTick(base: Immutable<GameState>, tick: Tick<never>): Immutable<GameState> {
  return transact(base as GameState, (draft) => tick.play(draft as never, make)).state
}

function playerOfEvents(scene: Scene, handlers: Readonly<Record<string, EventHandler>>): PlayTick {
  const rules = Object.entries(handlers).map(([name, handle]) => [
    name,
    on(anyData, (state: GameState, data: object, ctx) => handle(state as never, data as never, ctx.client.id)),
  ])
  const game = defineGame({ initialState: (): GameState => ({}), events: Object.fromEntries(rules) })
  let number = 0
  return (base, tick) => {
    number++
    const { state, failures } = makeTick(game, base, tick.events ?? [], { tick: number, seed: 20 })
    if (failures.length > 0) throw new Error(`${scene.name}: an event failed`, { cause: failures[0]!.error })
    return state
  }
}

/** A schema that lets everything pass: what a user's own schema would cost is no cost of the library. */
const anyData = {
  '~standard': { version: 1 as const, vendor: 'bench', validate: (value: unknown) => ({ value: value as object }) },
}

function deltaOptions(scene: Scene): DeltaOptions<GameState> {
  // reason: scenes say their precision without the type of their state, whose form it has
  return { precision: scene.precision as never }
}

export const tygase: System = {
  name: 'tygase',
  about:
    'a transaction on `EntityMap` or plain objects, or `makeTick` where there are events, committed to a store, and the delta between the two versions',
  serve(scene, initialState) {
    const options = deltaOptions(scene)
    const store = new GameStateStore<GameState>(gameState(initialState, scene) as GameState)
    const play = playerOf(scene)
    return {
      step(tick) {
        const base = store.state
        const next = play(base, tick)
        if (next === base) return nothing
        store.commit(next, store.version + 1)
        return encodeDelta(base, store.state, options)
      },
      snapshot: () => encodeDelta(undefined, store.state, options),
      forgetPast: () => store.reset(store.state),
      state: () => plainTree(store.state, scene),
    }
  },
  join(scene, snapshot) {
    return (scene.replicas ?? 1) > 1 ? joinAmongOthers(scene, snapshot) : joinAlone(scene, snapshot)
  },
}

function joinAlone(scene: Scene, snapshot: Uint8Array): ClientSide {
  const store = new GameStateStore(applyDelta<GameState>(undefined, snapshot) as GameState)
  return {
    receive: (bytes) => store.commit(applyDelta(store.state, bytes), store.version + 1),
    state: () => plainTree(store.state, scene),
  }
}

/** A client whose process has others, too: decodes as the connections of `@tygase/client` do there. */
function joinAmongOthers(scene: Scene, snapshot: Uint8Array): ClientSide {
  const replica: { store: GameStateStore<GameState> | undefined } = { store: undefined }
  const decode = (base: Immutable<GameState> | undefined, bytes: Uint8Array, version: number) =>
    decodeVersion<GameState>(base, bytes, Number.MAX_SAFE_INTEGER, replica, version).state
  const store = new GameStateStore(decode(undefined, snapshot, 0) as GameState)
  replica.store = store
  return {
    receive(bytes) {
      const version = store.version + 1
      store.commit(decode(store.state, bytes, version), version)
    },
    state: () => plainTree(store.state, scene),
  }
}

const nothing = new Uint8Array(0)
const make: Make = (_, value) => value

function plainTree(state: object, scene: Scene): unknown {
  const records = mapsIn(state, scene).map((name) => [
    name,
    Object.fromEntries(((state as Tree)[name] as EntityMap<object>).entries()),
  ])
  return { ...state, ...Object.fromEntries(records) }
}
