import { describe, expect, test } from 'vitest'
import { GameStateStore } from '../src/index.js'

const at = (version: number) => ({ value: version })

function storeAt(last: number, options = {}): GameStateStore<{ value: number }> {
  const store = new GameStateStore(at(0), { maxVersions: 4, ...options })
  for (let version = 1; version <= last; version++) store.commit(at(version), version)
  return store
}

function advance(store: GameStateStore<{ value: number }>, count: number): void {
  for (let step = 0; step < count; step++) store.commit(at(store.version + 1), store.version + 1)
}

describe('a version that is held', () => {
  test('stays when the window has passed it, and no other one with it', () => {
    const store = storeAt(10)
    expect(store.hold(8)).toBe(true)
    advance(store, 100)
    expect(store.versions()).toEqual([8, 107, 108, 109, 110])
    expect(store.at(8)).toEqual(at(8))
    expect(store.oldestVersion).toBe(8)
  })

  test('goes with the last release', () => {
    const store = storeAt(10)
    store.hold(8)
    store.hold(8)
    advance(store, 10)
    store.release(8)
    expect(store.at(8)).toEqual(at(8))
    store.release(8)
    expect(store.at(8)).toBeUndefined()
    expect(store.versions()).toEqual([17, 18, 19, 20])
  })

  test('is one of the window as before when it is released there', () => {
    const store = storeAt(10)
    store.hold(9)
    store.release(9)
    expect(store.versions()).toEqual([7, 8, 9, 10])
    advance(store, 3)
    expect(store.versions()).toEqual([10, 11, 12, 13])
  })

  test('cannot be one that is gone or never was', () => {
    const store = storeAt(10)
    expect(store.hold(3)).toBe(false)
    expect(store.hold(11)).toBe(false)
    store.release(3)
    store.release(10)
    advance(store, 10)
    expect(store.versionCount).toBe(4)
  })

  test('goes if more are held than maxHeldVersions, the oldest first', () => {
    const store = storeAt(0, { maxHeldVersions: 3 })
    for (let step = 0; step < 20; step++) {
      store.hold(store.version)
      advance(store, 1)
    }
    expect(store.versions()).toEqual([14, 15, 16, 17, 18, 19, 20])
    store.release(2)
    store.release(15)
    expect(store.versions()).toEqual([14, 16, 17, 18, 19, 20])
  })

  test('outlives its age too', () => {
    const store = new GameStateStore(at(0), { maxAgeMs: 100 })
    store.commit(at(1), 1, 10)
    store.commit(at(2), 2, 20)
    store.hold(1)
    store.commit(at(3), 3, 1000)
    expect(store.versions()).toEqual([1, 2, 3])
    store.commit(at(4), 4, 2000)
    expect(store.versions()).toEqual([1, 3, 4])
  })

  test('is forgotten with all others at a reset', () => {
    const store = storeAt(10)
    store.hold(8)
    advance(store, 5)
    store.reset(at(3), 20)
    store.release(8)
    expect(store.versions()).toEqual([20])
    advance(store, 10)
    expect(store.versions()).toEqual([27, 28, 29, 30])
  })
})

test.each([-1, 1.5, Number.NaN])('maxHeldVersions is a whole number from 0, not %d', (maxHeldVersions) => {
  expect(() => new GameStateStore(at(0), { maxHeldVersions })).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  )
})
