import { Packr } from 'msgpackr'
import { mapsIn, type Rows, type Scene } from '../scene.js'
import { makePlain } from './record-rows.js'
import type { System } from './system.js'

/** Rows in a `Map`, which is how msgpackr wants dictionaries: its records are for objects that share their keys. */
class MapRows<Row> implements Rows<Row> {
  readonly #map: Map<string, Row>

  constructor(map: Map<string, Row>) {
    this.#map = map
  }

  editEach(change: (row: Row) => void): void {
    for (const row of this.#map.values()) change(row)
  }

  edit(id: string): Row {
    return this.#map.get(id)!
  }

  set(id: string, row: Row): void {
    this.#map.set(id, row)
  }

  delete(id: string): void {
    this.#map.delete(id)
  }
}

export const msgpackr: System = {
  name: 'msgpackr',
  about: 'plain objects changed in place, rows in a `Map`, the whole state by msgpackr with records each tick',
  serve(scene, initialState) {
    const packr = new Packr()
    const state = withMaps(initialState, scene)
    const names = mapsIn(state, scene)
    const rows = names.map((name) => [name, new MapRows(state[name] as Map<string, unknown>)])
    const world = (names.length > 0 ? Object.fromEntries(rows) : state) as never
    return {
      step(tick) {
        tick.play(world, makePlain)
        return packr.pack(state)
      },
      snapshot: () => packr.pack(state),
      state: () => withRecords(state, scene),
    }
  },
  join(scene, snapshot) {
    const packr = new Packr()
    let state = packr.unpack(snapshot) as object
    return {
      receive(bytes) {
        state = packr.unpack(bytes) as object
      },
      state: () => withRecords(state, scene),
    }
  },
}

type Tree = Record<string, unknown>

function withMaps(state: object, scene: Scene): Tree {
  const maps = mapsIn(state, scene).map((name) => [name, new Map(Object.entries((state as Tree)[name] as object))])
  return { ...state, ...Object.fromEntries(maps) }
}

function withRecords(state: object, scene: Scene): Tree {
  const records = mapsIn(state, scene).map((name) => [
    name,
    Object.fromEntries((state as Tree)[name] as Map<string, unknown>),
  ])
  return { ...state, ...Object.fromEntries(records) }
}
