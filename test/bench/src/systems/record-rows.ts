import type { Make, Rows } from '../scene.js'

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

/** What a tick changes where the state is a tree of plain objects. */
export function worldOfRecords(state: object): never {
  const world = 'rows' in state ? { rows: new RecordRows(state.rows as Record<string, unknown>) } : state
  return world as never
}

/** `Make` where plain objects are all that is wanted. */
export const makePlain: Make = (_, value) => value
