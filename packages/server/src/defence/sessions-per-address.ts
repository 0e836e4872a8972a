import { neighbourhoodOf } from './host.js'

/** How many sessions each address has. */
export class SessionsPerAddress {
  readonly #max: (host: string) => number
  readonly #counts = new Map<string, number>()
  /** The neighbourhood under which each session is counted. */
  readonly #places = new Map<string, string>()

  constructor(max: (host: string) => number) {
    this.#max = max
  }

  /** Whether one more session from there would be too many. */
  isFull(host: string): boolean {
    return (this.#counts.get(neighbourhoodOf(host)) ?? 0) >= this.#max(host)
  }

  /** A session is there now, whether it was counted elsewhere or not at all before; undefined: nowhere. */
  place(clientId: string, host: string | undefined): void {
    this.remove(clientId)
    if (host === undefined) return
    const place = neighbourhoodOf(host)
    this.#places.set(clientId, place)
    this.#counts.set(place, (this.#counts.get(place) ?? 0) + 1)
  }

  remove(clientId: string): void {
    const place = this.#places.get(clientId)
    if (place === undefined) return
    this.#places.delete(clientId)
    const count = this.#counts.get(place)! - 1
    if (count === 0) this.#counts.delete(place)
    else this.#counts.set(place, count)
  }
}
