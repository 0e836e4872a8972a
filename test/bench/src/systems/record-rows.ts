import { type Make, mapsIn, type Rows, type Scene } from '../scene.js'

/** Rows in a plain object, or in immer's draft of one. */
class RecordRows<Row> implements Rows<Row> {
  readonly #record: Record<string, Row>

  constructor(record: Record<string, Row>) {
    this.#record = record
  }

  editEach(change: (row: Row) => void): void {
    for (const id of Object.keys(this.#record)) change(this.#record[id]!)
  }

  edit(id: string): Row {
    return this.#record[id]!
  }

  set(id: string, row: Row): void {
    this.#record[id] = row
  }

  delete(id: string): void {
    delete this.#record[id]
  }
}

/**
 * What a tick changes where the state is a tree of plain objects: the state itself, or its rows.
 * @param scene default: one whose rows, if any, stand under `rows`
 */
export function worldOfRecords(state: object, scene?: Pick<Scene, 'maps'>): never {
  const names = mapsIn(state, scene)
  if (names.length === 0) return state as never
  const records = state as Record<string, Record<string, unknown>>
  return Object.fromEntries(names.map((name) => [name, new RecordRows(records[name]!)])) as never
}

/** `Make` where plain objects are all that is wanted. */
export const makePlain: Make = (_, value) => value
