import { describe, expect, test } from 'vitest'
import { createRandom, GameStateStore } from '../src/index.js'

const at = (n: number) => ({ n })

const refused = expect.objectContaining({ code: 'version_not_newer' })

function advance(store: GameStateStore<{ n: number }>, count: number): void {
  for (let step = 0; step < count; step++) store.commit(at(store.version + 1), store.version + 1)
}

/** A store that keeps so many versions only because they are held. */
function storeHolding(held: number, maxVersions = 4): GameStateStore<{ n: number }> {
  const store = new GameStateStore(at(0), { maxVersions })
  for (let count = 0; count < held; count++) {
    store.hold(store.version)
    advance(store, 1)
  }
  advance(store, maxVersions)
  expect(store.versionCount).toBe(held + maxVersions)
  return store
}

describe('after a reset', () => {
  test.each([1, 3, 4, 20])('the window is as long as ever, whatever was held before: %i versions', (held) => {
    const store = storeHolding(held)
    store.reset(at(0))
    const first = store.version
    for (let count = 2; count <= 10; count++) {
      advance(store, 1)
      expect(store.versionCount).toBe(Math.min(4, count))
    }
    expect(store.versions()).toEqual([first + 6, first + 7, first + 8, first + 9])
  })

  test('versions are held as before, and go with their release', () => {
    const store = storeHolding(5)
    store.reset(at(0), 100)
    store.hold(100)
    advance(store, 2)
    store.hold(102)
    advance(store, 10)
    expect(store.versions()).toEqual([100, 102, 109, 110, 111, 112])
    store.release(100)
    expect(store.versions()).toEqual([102, 109, 110, 111, 112])
    store.release(102)
    expect(store.versions()).toEqual([109, 110, 111, 112])
  })

  test('a release of an older version takes no hold of a newer one back', () => {
    const store = storeHolding(3)
    store.reset(at(0), 50)
    store.hold(50)
    advance(store, 10)
    for (let version = 0; version < 50; version++) {
      expect(store.hold(version)).toBe(false)
      store.release(version)
    }
    expect(store.versions()).toEqual([50, 57, 58, 59, 60])
  })

  test('as many versions may be held as before one', () => {
    const store = new GameStateStore(at(0), { maxVersions: 2, maxHeldVersions: 3 })
    const holdAll = (): void => {
      for (let step = 0; step < 10; step++) {
        store.hold(store.version)
        advance(store, 1)
      }
    }
    holdAll()
    expect(store.versions()).toEqual([6, 7, 8, 9, 10])
    store.reset(at(0), 20)
    holdAll()
    expect(store.versions()).toEqual([26, 27, 28, 29, 30])
  })
})

/** What a store has to keep, without its indexes and counts. */
class Model {
  kept: { version: number; state: unknown; holds: number }[]
  readonly #maxVersions: number
  readonly #maxHeld: number

  constructor(state: unknown, maxVersions: number, maxHeld: number) {
    this.kept = [{ version: 0, state, holds: 0 }]
    this.#maxVersions = maxVersions
    this.#maxHeld = maxHeld
  }

  get version(): number {
    return this.kept.at(-1)!.version
  }

  find(version: number) {
    return this.kept.find((kept) => kept.version === version)
  }

  /** The window is the newest versions; of older ones, the newest of those that are held. */
  trim(): void {
    const held = this.kept.slice(0, -this.#maxVersions).filter(({ holds }) => holds > 0)
    const surplus = Math.max(0, held.length - this.#maxHeld)
    this.kept = [...held.slice(surplus), ...this.kept.slice(-this.#maxVersions)]
  }
}

test.each(Array.from({ length: 40 }, (_, seed) => seed))(
  'commits, resets, holds and releases in any order keep exactly what they should, with seed %i',
  (seed) => {
    const random = createRandom(seed)
    const below = (count: number): number => Math.floor(random() * count)
    const [maxVersions, maxHeldVersions] = [1 + below(5), below(6)]
    const store = new GameStateStore(at(0), { maxVersions, maxHeldVersions })
    const model = new Model(store.state, maxVersions, maxHeldVersions)
    const told: number[] = []
    store.subscribe((_state, version) => told.push(version))
    for (let step = 0; step < 1000; step++) {
      const dice = random()
      const version = below(model.version + 2)
      if (dice < 0.4) {
        const next = model.version + 1 + below(3)
        store.commit(at(step), next)
        model.kept.push({ version: next, state: store.state, holds: 0 })
        model.trim()
      } else if (dice < 0.45) {
        const next = model.version + 1 + (random() < 0.5 ? 0 : below(100))
        // a state of before, as when a game is loaded again
        const state = random() < 0.5 ? at(step) : (store.at(version) ?? store.state)
        store.reset(state, next)
        model.kept = [{ version: next, state: store.state, holds: 0 }]
      } else if (dice < 0.55) {
        expect(() => store.reset(at(step), Math.min(version, model.version))).toThrow(refused)
      } else if (dice < 0.8) {
        const recent = random() < 0.5 ? version : store.versions()[below(store.versionCount)]!
        const kept = model.find(recent)
        if (kept) kept.holds++
        expect(store.hold(recent)).toBe(kept !== undefined)
      } else {
        const recent = random() < 0.2 ? version : store.versions()[below(store.versionCount)]!
        const kept = model.find(recent)
        if (kept && kept.holds > 0) kept.holds--
        store.release(recent)
        model.trim()
      }
      expect(store.versions()).toEqual(model.kept.map((kept) => kept.version))
      // of a hundred thousand looks, an assertion for each would take ten times as long as all else
      for (const { version: number, state } of model.kept)
        if (store.at(number) !== state) expect(store.at(number)).toBe(state)
    }
    expect(told).toEqual([...told].sort((a, b) => a - b))
    expect(new Set(told).size).toBe(told.length)
  },
)

describe('a subscriber that resets the store', () => {
  test('lets no subscriber see an older version after a newer one', () => {
    const store = new GameStateStore(at(0))
    const told: [string, number, number][] = []
    let resets = 0
    store.subscribe((state, version) => void told.push(['first', version, state.n]))
    store.subscribe((_state, version) => {
      if (version % 10 === 5 && resets++ < 2) store.reset(at(-version), version + 10 * resets)
    })
    store.subscribe((state, version) => void told.push(['last', version, state.n]))
    advance(store, 6)
    for (const name of ['first', 'last']) {
      const own = told.filter(([who]) => who === name)
      const versions = own.map(([, version]) => version)
      expect(versions).toEqual([...versions].sort((a, b) => a - b))
      expect(own.at(-1)).toEqual([name, store.version, store.state.n])
    }
    expect(told.filter(([who]) => who === 'last').map(([, version]) => version)).toEqual([1, 2, 3, 4, 35, 36])
  })
})
