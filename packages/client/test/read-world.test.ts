import { isReserved } from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'
import { expect, test } from 'vitest'
import { readWorld } from '../src/read-world.js'

const world = { host: 'a', running: true, tickRate: 20, sendEveryTicks: 1 }

test.each([world, { ...world, host: null }, { ...world, tickRate: 1.5 }])('%o is one', (value) => {
  expect(readWorld(encodePayload(value))).toEqual(value)
})

test('what a later server tells besides is left out', () => {
  expect(readWorld(encodePayload({ ...world, weather: 'fine' }))).toEqual(world)
})

test.each([
  undefined,
  null,
  'x',
  [],
  {},
  { ...world, host: 1 },
  { ...world, running: 'yes' },
  { ...world, tickRate: 0 },
  { ...world, tickRate: Number.NaN },
  { ...world, tickRate: Number.POSITIVE_INFINITY },
  { ...world, sendEveryTicks: '1' },
])('%o is none', (value) => {
  expect(readWorld(encodePayload(value))).toBeUndefined()
})

test('names that begin with $ are reserved', () => {
  expect([isReserved('$x'), isReserved('x$'), isReserved('')]).toEqual([true, false, false])
})
