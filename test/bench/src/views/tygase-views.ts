import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '@tygase/gamestate'
import { type View, Views } from '@tygase/gamestate/internal'
import { arenaPrecision, type Fighter } from '../scenes/arena.js'
import { makePlain } from '../systems/record-rows.js'
import type { Throng } from './throng.js'
import type { ViewClient, ViewServer, ViewSystem } from './view-system.js'

interface State {
  rows: EntityMap<Fighter>
}

const options = { precision: arenaPrecision, isView: true }

export const tygaseViews: ViewSystem = {
  name: 'tygase',
  about: '`view` with `pick` on an `EntityMap`, one delta for each client between two views, as `Server` takes them',
  serve(throng) {
    const seenBy = new Map(throng.seen.map((ids, client) => [clientId(client), Object.freeze([...ids])]))
    return serve(throng, (state, id) => ({ ...state, rows: state.rows.pick(seenBy.get(id)!) }))
  },
  join,
}

export const tygaseFilteredViews: ViewSystem = {
  name: 'tygase filter',
  about: 'the same with `filter`, whose function is asked for each row, for each client in each tick',
  serve(throng) {
    const seenBy = new Map(throng.seen.map((ids, client) => [clientId(client), ids]))
    return serve(throng, (state, id) => {
      const ids = seenBy.get(id)!
      return { ...state, rows: state.rows.filter((_, row) => ids.has(row)) }
    })
  },
  join,
}

function serve({ fighters, seen }: Throng, view: View<State>): ViewServer {
  const store = new GameStateStore<State>({ rows: new EntityMap(Object.entries(fighters())) })
  const views = new Views<State>(view)
  const viewOf = (state: Immutable<State>, client: string) => views.of(state, client, views.keyOf(state, client))
  const clientIds = seen.map((_, client) => clientId(client))
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
}

function join(snapshot: Uint8Array): ViewClient {
  let state = applyDelta<State>(undefined, snapshot)
  return {
    receive(bytes) {
      state = applyDelta(state, bytes)
    },
    state: () => plainTree(state),
  }
}

function clientId(client: number): string {
  return `c${client}`
}

function plainTree({ rows }: Immutable<State>): unknown {
  return { rows: Object.fromEntries(rows.entries()) }
}
