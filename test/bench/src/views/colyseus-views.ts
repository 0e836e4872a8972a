import { Decoder, Encoder, type Iterator, type MapSchema, type Schema, StateView, schema, t } from '@colyseus/schema'
import { colyseusSchemas } from '../systems/colyseus-schemas.js'
import { makePlain } from '../systems/record-rows.js'
import type { ViewSystem } from './view-system.js'

// what its warning asks for: room for the snapshots of all views
Encoder.BUFFER_SIZE = 4 * 1024 * 1024

const Row = colyseusSchemas.arena!.row!
const Root = schema({ rows: t.map(Row).view() }, 'Throng')

type State = Schema & { rows: MapSchema<Schema> }

export const colyseusViews: ViewSystem = {
  name: 'colyseus',
  about:
    'a `StateView` for each client to which its rows are added once, `t.map` with `.view()` of the quantized schema of `arena`, `encode` and `encodeView` as `@colyseus/core` calls them',
  serve({ fighters, seen }) {
    const root = new Root() as State
    for (const [id, fighter] of Object.entries(fighters())) root.rows.set(id, new Row().assign(fighter))
    const encoder = new Encoder(root)
    const views = seen.map((ids) => {
      const view = new StateView()
      for (const id of ids) view.add(root.rows.get(id)!)
      return view
    })
    const encodeViews = (): Uint8Array[] => {
      const at: Iterator = { offset: 0 }
      encoder.encode(at)
      const shared = at.offset
      const encoded = views.map((view) => encoder.encodeView(view, shared, at))
      encoder.discardChanges()
      return encoded
    }
    // what it is told of its views at first comes with the snapshots
    encodeViews()
    const world = {
      rows: { editEach: (change: (row: Schema) => void) => root.rows.forEach(change) },
    } as never
    return {
      step(tick) {
        tick.play(world, makePlain)
        return encodeViews()
      },
      snapshot(client) {
        const at: Iterator = { offset: 0 }
        encoder.encodeAll(at)
        return encoder.encodeAllView(views[client]!, at.offset, at)
      },
      state: () => root.toJSON(),
    }
  },
  join(snapshot) {
    const root = new Root()
    const decoder = new Decoder(root)
    decoder.decode(snapshot)
    return {
      receive: (bytes) => void decoder.decode(bytes),
      state: () => root.toJSON(),
    }
  },
}
