import { type EngineRecord, isUnder, type RecordChange } from '../engine.js'

/** What becomes of a write: its revision, or undefined if the record has another revision than was expected. */
type Written = number | undefined

/** A write as it is asked for: without `expected` no such record may be there, and without `value` it is deleted. */
export interface Write {
  readonly key: string
  readonly value: Uint8Array | undefined
  readonly expected: number | undefined
}

/** The records of a hub. Revisions are numbers of writes to any key, so that they also grow over a deletion. */
export class RecordTable {
  readonly #records = new Map<string, EngineRecord>()
  readonly #onChange: (change: RecordChange) => void
  #writes = 0

  constructor(onChange: (change: RecordChange) => void) {
    this.#onChange = onChange
  }

  get(key: string): EngineRecord | undefined {
    return this.#records.get(key)
  }

  /** @returns undefined, and nothing is written, if the record has another revision */
  write({ key, value, expected }: Write): Written {
    if (this.#records.get(key)?.revision !== expected) return undefined
    return this.put(key, value)
  }

  /** Writes whatever is there. */
  put(key: string, value: Uint8Array | undefined): number {
    const revision = ++this.#writes
    if (value === undefined) this.#records.delete(key)
    else this.#records.set(key, { key, value, revision })
    this.#onChange({ key, value, revision })
    return revision
  }

  /** The records under a prefix, and the number of the last write. */
  under(prefix: string): { records: readonly EngineRecord[]; revision: number } {
    return { records: [...this.#records.values()].filter(({ key }) => isUnder(prefix, key)), revision: this.#writes }
  }
}
