import { createPool, Decoder, Encoder, type MapSchema, type Schema } from '@colyseus/schema'
import type { Make, Rows, Scene } from '../scene.js'
import { colyseusSchemas, type SceneSchemas } from './colyseus-schemas.js'
import type { System } from './system.js'

// what its warning asks for as soon as a state is larger than 16 KB: room for the largest snapshot
Encoder.BUFFER_SIZE = 8 * 1024 * 1024

type RootWithRows = Schema & Record<string, MapSchema<Schema>>

/** Rows in a `MapSchema`; those that are deleted are used again, as its documents advise for what comes and goes. */
class SchemaRows implements Rows<Schema> {
  readonly #map: MapSchema<Schema>
  readonly #pool
  readonly #fill

  constructor(map: MapSchema<Schema>, row: new () => Schema, fill: (row: Schema, values: object) => void) {
    this.#map = map
    this.#pool = createPool(row)
    this.#fill = fill
  }

  editEach(change: (row: Schema) => void): void {
    this.#map.forEach(change)
  }

  edit(id: string): Schema {
    return this.#map.get(id)!
  }

  set(id: string, values: object): void {
    const row = this.#pool.acquire()
    this.#fill(row, values)
    this.#map.set(id, row)
  }

  delete(id: string): void {
    const row = this.#map.get(id)!
    this.#map.delete(id)
    this.#pool.release(row)
  }
}

export const colyseus: System = {
  name: 'colyseus',
  about: '@colyseus/schema with the tightest types and `t.quantized` wherever the precision allows, changed in place',
  serve(scene, initialState) {
    const schemas = schemasOf(scene)
    const root = new schemas.root()
    const world = fillRoot(root, schemas, initialState)
    const make = makerOf(schemas)
    const encoder = new Encoder(root)
    encoder.encode()
    encoder.discardChanges()
    return {
      step(tick) {
        tick.play(world, make)
        if (!encoder.hasChanges) return nothing
        const bytes = encoder.encode()
        encoder.discardChanges()
        return bytes
      },
      snapshot: () => encoder.encodeAll(),
      state: () => root.toJSON(),
    }
  },
  join(scene, snapshot) {
    const root = new (schemasOf(scene).root)()
    const decoder = new Decoder(root)
    decoder.decode(snapshot)
    return {
      receive: (bytes) => void decoder.decode(bytes),
      state: () => root.toJSON(),
    }
  },
}

const nothing = new Uint8Array(0)

function schemasOf(scene: Scene): SceneSchemas {
  const schemas = colyseusSchemas[scene.name]
  if (schemas === undefined) throw new Error(`Colyseus has not been told the types of the scene ${scene.name}.`)
  return schemas
}

/** @returns what ticks change */
function fillRoot(root: Schema, { row, fill, maps }: SceneSchemas, initialState: object): never {
  const all = maps ?? (row === undefined ? {} : { rows: { row, fill } })
  const world: Record<string, SchemaRows> = {}
  for (const [name, { row: type, fill: fillRow = assign }] of Object.entries(all)) {
    const rows = new SchemaRows((root as RootWithRows)[name]!, type, fillRow)
    const { [name]: first } = initialState as Record<string, Record<string, object>>
    for (const [id, values] of Object.entries(first!)) rows.set(id, values)
    world[name] = rows
  }
  return (Object.keys(world).length > 0 ? world : root.restore(initialState as never)) as never
}

function assign(row: Schema, values: object): void {
  row.assign(values)
}

function makerOf({ kinds = {} }: SceneSchemas): Make {
  return (kind, value) => {
    const type = kinds[kind]
    if (type === undefined) throw new Error(`Colyseus has not been told the type of "${kind}".`)
    return new type().assign(value) as unknown as typeof value
  }
}
