import { GameStateStore } from '@tygase/gamestate'
import { expect, test } from 'vitest'
import { HeldVersions } from '../../src/sending/held-versions.js'

function stage() {
  const store = new GameStateStore({ value: 0 }, { maxVersions: 2 })
  const commit = (count: number): void => {
    for (let step = 0; step < count; step++) store.commit({ value: store.version + 1 }, store.version + 1)
  }
  return { store, commit, held: new HeldVersions(store as GameStateStore<unknown>) }
}

test('what is held stays in the store until a later one is the base', () => {
  const { store, commit, held } = stage()
  commit(2)
  held.add(2)
  commit(2)
  held.add(4)
  held.add(4)
  commit(3)
  expect(store.versions()).toEqual([2, 4, 6, 7])
  held.releaseBefore(4)
  expect(store.versions()).toEqual([4, 6, 7])
  held.releaseBefore(5)
  expect(store.versions()).toEqual([6, 7])
})

test('all that the store still has can be held at once, up to the last that was sent', () => {
  const { store, commit, held } = stage()
  commit(3)
  held.add(3)
  commit(2)
  held.addRecent(4)
  commit(10)
  expect(store.versions()).toEqual([4, 14, 15])
  held.releaseBefore(Number.POSITIVE_INFINITY)
  expect(store.versions()).toEqual([14, 15])
})

test('a version that the store has dropped is not held', () => {
  const { store, commit, held } = stage()
  commit(9)
  held.add(3)
  commit(1)
  held.releaseBefore(100)
  expect(store.versions()).toEqual([9, 10])
})
