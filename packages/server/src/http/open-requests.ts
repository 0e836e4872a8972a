import { neighbourhoodOf } from '../defence/host.js'
import { limitPerAddress } from '../defence/per-address.js'
import type { HttpErrorCode } from './errors.js'

const usualPerAddress = 32

/** Counts the requests that are not over, in all and for each address. */
export class OpenRequests {
  readonly #max: number
  readonly #maxPerAddress: (host: string) => number
  readonly #perAddress = new Map<string, number>()
  #size = 0

  constructor(max: number, maxPerAddress: number | undefined) {
    this.#max = max
    this.#maxPerAddress = limitPerAddress(maxPerAddress, usualPerAddress)
  }

  get size(): number {
    return this.#size
  }

  /**
   * One more has come.
   * @param host undefined for who has no address, and no limit of its own
   * @returns a function to be called once when it is over; or why there may not be one more
   */
  enter(host: string | undefined): (() => void) | HttpErrorCode {
    if (host !== undefined && (this.#perAddress.get(neighbourhoodOf(host)) ?? 0) >= this.#maxPerAddress(host)) {
      return 'too_many_requests'
    }
    if (this.#size >= this.#max) return 'server_busy'
    this.#count(host, 1)
    return () => this.#count(host, -1)
  }

  #count(host: string | undefined, by: 1 | -1): void {
    this.#size += by
    if (host === undefined) return
    const key = neighbourhoodOf(host)
    const count = (this.#perAddress.get(key) ?? 0) + by
    if (count === 0) this.#perAddress.delete(key)
    else this.#perAddress.set(key, count)
  }
}
