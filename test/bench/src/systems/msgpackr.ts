import { Packr } from 'msgpackr'
import type { Rows } from '../scene.js'
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
  serve(_, initialState) {
    const packr = new Packr()
    const state = withMap(initialState)
    const world = ('rows' in state ? { rows: new MapRows(state.rows as Map<string, unknown>) } : state) as never
    return {
      step(tick) {
        tick.play(world, makePlain)
        return packr.pack(state)
      },
      snapshot: () => packr.pack(state),
      state: () => withRecord(state),
    }
  },
  join(_, snapshot) {
    const packr = new Packr()
    let state = packr.unpack(snapshot) as object
    return {
      receive(bytes) {
        state = packr.unpack(bytes) as object
      },
      state: () => withRecord(state),
    }
  },
}

function withMap(state: object): object {
  return 'rows' in state ? { ...state, rows: new Map(Object.entries(state.rows as object)) } : state
}

function withRecord(state: object): object {
  return 'rows' in state ? { ...state, rows: Object.fromEntries(state.rows as Map<string, unknown>) } : state
}
