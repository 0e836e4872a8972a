import { enablePatches, Immer, type Patch } from 'immer'
import { Packr } from 'msgpackr'
import { makePlain, worldOfRecords } from './record-rows.js'
import type { System } from './system.js'

enablePatches()

export const immerPatches: System = {
  name: 'immer-patches',
  about: 'plain objects through immer, its patches by msgpackr with records',
  serve(scene, initialState) {
    const immer = new Immer()
    const packr = new Packr()
    let state = initialState
    return {
      step(tick) {
        const [next, patches] = immer.produceWithPatches(state, (draft) =>
          tick.play(worldOfRecords(draft, scene), makePlain),
        )
        state = next
        return patches.length === 0 ? nothing : packr.pack(patches)
      },
      snapshot: () => packr.pack(state),
      state: () => state,
    }
  },
  join(_, snapshot) {
    const immer = new Immer()
    const packr = new Packr()
    let state = packr.unpack(snapshot) as object
    return {
      receive(bytes) {
        state = immer.applyPatches(state, packr.unpack(bytes) as Patch[])
      },
      state: () => state,
    }
  },
}

const nothing = new Uint8Array(0)
