import { applyDelta, encodeDelta, GameStateStore, transact } from '@tygase/gamestate'
import type { AnyArray, ArrayStage } from './array-script.js'

interface Root {
  array: unknown[]
}

export function openTygaseArrays(): ArrayStage {
  const store = new GameStateStore<Root>({ array: [] })
  const join = () => applyDelta<Root>(undefined, encodeDelta<Root>(undefined, store.state))
  let live = join()
  return {
    tick(work) {
      const before = store.state
      const { state } = transact<Root, void>(before, (draft) =>
        work(draft.array as unknown as AnyArray<never>, (item) => item),
      )
      store.commit(state, store.version + 1)
      live = applyDelta<Root>(live, encodeDelta<Root>(before, store.state))
    },
    atServer: () => store.state.array,
    atLiveClient: () => live.array,
    atNewClient: () => join().array,
  }
}
