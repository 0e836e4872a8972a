import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact, Views } from '@tygase/gamestate'
import { arenaPrecision, type Fighter } from '../scenes/arena.js'
import { makePlain } from '../systems/record-rows.js'
import type { ViewSystem } from './view-system.js'

interface State {
  rows: EntityMap<Fighter>
}

const options = { precision: arenaPrecision }

export const tygaseViews: ViewSystem = {
  name: 'tygase',
  about: '`view` with `pick` on an `EntityMap`, one delta for each client between two views, as `Server` takes them',
  serve({ fighters, seen }) {
    const store = new GameStateStore<State>({ rows: new EntityMap(Object.entries(fighters())) })
    const seenBy = new Map(seen.map((ids, client) => [clientId(client), Object.freeze([...ids])]))
    const views = new Views<State>((state, id) => ({ ...state, rows: state.rows.pick(seenBy.get(id)!) }))
    const viewOf = (state: Immutable<State>, client: string) => views.of(state, client, views.keyOf(state, client))
    const clientIds = [...seenBy.keys()]
    return {
      step(tick) {
        const base = store.state
        store.commit(transact(base as State, (draft) => tick.play(draft, makePlain)).state, store.version + 1)
        const { state } = store
        return clientIds.map((id) => encodeDelta(viewOf(base, id), viewOf(state, id), options))
      },
      snapshot: (client) => encodeDelta(undefined, viewOf(store.state, clientId(client)), options),
      state: () => plainTree(store.state),
    }
  },
  join(snapshot) {
    let state = applyDelta<State>(undefined, snapshot)
    return {
      receive(bytes) {
        state = applyDelta(state, bytes)
      },
      state: () => plainTree(state),
    }
  },
}

function clientId(client: number): string {
  return `c${client}`
}

function plainTree({ rows }: Immutable<State>): unknown {
  return { rows: Object.fromEntries(rows.entries()) }
}
