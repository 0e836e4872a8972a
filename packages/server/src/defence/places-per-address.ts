import { neighbourhoodOf } from './host.js'

/** How many places each address has: sessions, or rooms that were made for it. */
export class PlacesPerAddress {
  readonly #max: (host: string) => number
  readonly #counts = new Map<string, number>()
  /** The neighbourhood for which each is counted. */
  readonly #neighbourhoods = new Map<string, string>()

  constructor(max: (host: string) => number) {
    this.#max = max
  }

  /** Whether one more from there would be too many. */
  isFull(host: string): boolean {
    return (this.#counts.get(neighbourhoodOf(host)) ?? 0) >= this.#max(host)
  }

  /** One is there now, whether it was counted elsewhere or not at all before; undefined: nowhere. */
  place(id: string, host: string | undefined): void {
    this.remove(id)
    if (host === undefined) return
    const neighbourhood = neighbourhoodOf(host)
    this.#neighbourhoods.set(id, neighbourhood)
    this.#counts.set(neighbourhood, (this.#counts.get(neighbourhood) ?? 0) + 1)
  }

  remove(id: string): void {
    const neighbourhood = this.#neighbourhoods.get(id)
    if (neighbourhood === undefined) return
    this.#neighbourhoods.delete(id)
    const count = this.#counts.get(neighbourhood)! - 1
    if (count === 0) this.#counts.delete(neighbourhood)
    else this.#counts.set(neighbourhood, count)
  }
}
