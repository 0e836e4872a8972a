import type { Logger } from '@tygase/gamestate'
import type { Storage } from '../storage.js'

const pageLength = 100

/** How many rooms of one kind are saved, so that those who make rooms do not fill the storage. */
export class SavedRooms {
  readonly #prefix: string
  readonly #max: number
  /** Records there are or are about to be; counted once, when it is first asked for. */
  #count: Promise<number> | undefined
  /** Those that were added since and taken away. */
  #more = 0
  #isTold = false

  /** @param name the kind of room. @param max Infinity: no limit */
  constructor(name: string, max: number) {
    this.#prefix = `rooms/${name}/`
    this.#max = max
  }

  /** Makes place for one room more, of which nothing is saved yet. Resolves with false where there is none. Rejects as `list` of the storage does. */
  async add(storage: Storage, logger: Logger): Promise<boolean> {
    if (this.#max === Number.POSITIVE_INFINITY) return true
    this.#count ??= this.#countIn(storage).catch((error) => {
      this.#count = undefined
      throw error
    })
    const count = await this.#count
    if (count + this.#more < this.#max) {
      this.#more++
      return true
    }
    if (!this.#isTold)
      logger.warn({ maxSavedRooms: this.#max }, 'rooms are not saved: there are too many of their kind')
    this.#isTold = true
    return false
  }

  /** One is no longer saved. */
  remove(): void {
    // what is not counted yet is not there any more when it is
    if (this.#count !== undefined) this.#more--
    this.#isTold = false
  }

  async #countIn(storage: Storage): Promise<number> {
    let count = 0
    let after: string | undefined
    while (count < this.#max) {
      const page = await storage.list(this.#prefix, { limit: pageLength, ...(after !== undefined && { after }) })
      count += page.length
      after = page.at(-1)?.key
      if (page.length < pageLength) break
    }
    return count
  }
}
