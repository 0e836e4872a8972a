import { expect, test } from 'vitest'
import { applyDelta, encodeDelta, equalStates, GameStateStore } from '../../../src/index.js'

test.each([
  [2, 5],
  [3, 7],
  [4, 12],
])('of %i elements the first can be in the next version %i times', (before, after) => {
  const base = new GameStateStore({ items: Array.from({ length: before }, (_, hp) => ({ hp })) }).state
  const next = new GameStateStore({ items: Array.from({ length: after }, () => base.items[0]!) }).state
  expect(equalStates(applyDelta(base, encodeDelta(base, next)), next)).toBe(true)
})

test.each([0, 1, 2])('the object at place %i that moves to the end is copied, not written again', (place) => {
  const items = ['a', 'b', 'c', 'd'].map((letter) => ({ text: letter.repeat(100) }))
  const base = new GameStateStore({ items }).state
  const moved = [...base.items.filter((_, at) => at !== place), base.items[place]!]
  const next = new GameStateStore({ items: moved }).state
  const delta = encodeDelta(base, next)
  expect(equalStates(applyDelta(base, delta), next)).toBe(true)
  expect(delta.length).toBeLessThan(20)
})
