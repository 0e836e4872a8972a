import type { GameStateStore } from '@tygase/gamestate'

type VersionWindow = Pick<GameStateStore<unknown>, 'hold' | 'release' | 'versions'>

/** The versions that one client may be at. The store keeps them, so that the next delta can start from one of them. */
export class HeldVersions {
  readonly #store: VersionWindow
  /** Rising. */
  #versions: number[] = []

  constructor(store: VersionWindow) {
    this.#store = store
  }

  /** Holds a version that is not older than the held ones. A version that is held already is held once. */
  add(version: number): void {
    if (version === this.#versions[this.#versions.length - 1]) return
    if (this.#store.hold(version)) this.#versions.push(version)
  }

  /** Holds all versions that the store still has up to `last`, because it is unknown which of them have arrived. */
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
