import type { Logger } from '@tygase/gamestate'
import type { World } from '@tygase/protocol'
import { readWorld } from './read-world.js'
import { Subscriptions } from './subscriptions.js'

/** What the server has said of the game besides its state, and who wants to know when that changes. */
export class KnownWorld {
  readonly #subscriptions: Subscriptions<World>
  #world: World | undefined

  constructor(logger: Logger) {
    this.#subscriptions = new Subscriptions(logger)
  }

  /** Undefined until the server has said it. */
  get now(): World | undefined {
    return this.#world
  }

  /** @returns what the server says now, undefined for what no server of ours would say. Throws for bytes that are no payload. */
  take(payload: Uint8Array | undefined): World | undefined {
    const world = readWorld(payload)
    if (world === undefined) return undefined
    this.#world = world
    this.#subscriptions.notify(world)
    return world
  }

  /** @returns a function that ends it */
  onChange(listener: () => void): () => void {
    return this.#subscriptions.add(listener)
  }
}
