import type { GameStateStore } from '@tygase/gamestate'

/** The versions that one client may be at: held in the store, so that the next delta for it can begin at one of them. */
export class HeldVersions {
  readonly #store: Pick<GameStateStore<unknown>, 'hold' | 'release' | 'versions'>
  /** Rising. */
  #versions: number[] = []

  constructor(store: Pick<GameStateStore<unknown>, 'hold' | 'release' | 'versions'>) {
    this.#store = store
  }

  /** Holds a version that is not older than those that are held; one that is held already is held once. */
  add(version: number): void {
    if (version === this.#versions[this.#versions.length - 1]) return
    if (this.#store.hold(version)) this.#versions.push(version)
  }

  /** Holds what the store still has up to a version, as it is not known what of it has arrived. */
  addRecent(last: number): void {
    this.releaseBefore(Number.POSITIVE_INFINITY)
    for (const version of this.#store.versions()) if (version <= last) this.add(version)
  }

  releaseBefore(version: number): void {
    let count = 0
    while (count < this.#versions.length && this.#versions[count]! < version) {
      this.#store.release(this.#versions[count]!)
      count++
    }
    if (count > 0) this.#versions.splice(0, count)
  }
}
