import type { EngineRecord, RecordChange } from './engine.js'

/**
 * What a watcher has heard of, so that after a break it hears only of differences.
 *
 * Invariant: of a key the listener hears newer revisions only, unless the records themselves went back.
 */
export class WatchView {
  readonly #revisions = new Map<string, number>()
  /** Keys of which the next change counts whatever its revision is. */
  readonly #doubtful = new Set<string>()
  readonly #onChange: (change: RecordChange) => void

  /** @param onChange may not throw */
  constructor(onChange: (change: RecordChange) => void) {
    this.#onChange = onChange
  }

  /** Takes one change of a stream that keeps the order of each key. Repeated ones are dropped. */
  change(change: RecordChange): void {
    const { key, value, revision } = change
    const seen = this.#revisions.get(key)
    const isNewer =
      seen === undefined ? value !== undefined : this.#doubtful.has(key) ? seen !== revision : seen < revision
    this.#doubtful.delete(key)
    if (!isNewer) return
    if (value === undefined) this.#revisions.delete(key)
    else this.#revisions.set(key, revision)
    this.#onChange(change)
  }

  /** A new stream follows, of a service that may have lost records: a lower revision of a key may be the newer one. */
  doubt(): void {
    for (const key of this.#revisions.keys()) this.#doubtful.add(key)
  }

  /**
   * Takes all records that there are. Those that are gone count as deleted.
   * @param revision of the deletions
   */
  reset(records: readonly EngineRecord[], revision: number): void {
    const present = new Map(records.map((record) => [record.key, record]))
    for (const key of [...this.#revisions.keys()]) {
      if (present.has(key)) continue
      this.#revisions.delete(key)
      this.#onChange({ key, value: undefined, revision })
    }
    for (const record of records) {
      if (this.#revisions.get(record.key) === record.revision) continue
      this.#revisions.set(record.key, record.revision)
      this.#onChange(record)
    }
  }
}
