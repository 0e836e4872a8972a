import { EntityMap, encodeDelta, GameStateStore } from '@tygase/gamestate'
import { KnownDigests } from '@tygase/gamestate/internal'
import { digestOf as digestOfReplica } from '@tygase/gamestate/internal/digest'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type AnyState, drawState, precision } from '../../packages/gamestate/test/support/random-state.js'
import { often } from '../support/effort.js'
import { decodeDelta, digestOf } from './decoder/index.js'

test('the digest of a server is that of the state that is decoded from its bytes', () => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const { state } = new GameStateStore<AnyState>(drawState(draw))
      const decoded = decodeDelta(encodeDelta<AnyState>(undefined, state, { precision } as never))
      expect(new KnownDigests(precision).of(state)).toBe(digestOf(decoded))
    }),
    { numRuns: often(60, 150), seed: 21 },
  )
})

test('the example of the page has its digest', () => {
  expect(digestOf({ a: 1, b: [true, 'x'] })).toBe(0xb509bb15)
})

test('the digest of a state that is a map is that of its rows', () => {
  const { state } = new GameStateStore(new EntityMap([['a', { x: 1 }]]))
  expect(digestOf(decodeDelta(encodeDelta(undefined, state)))).toBe(digestOfReplica(state))
})
