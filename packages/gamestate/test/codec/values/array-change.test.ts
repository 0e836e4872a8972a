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
