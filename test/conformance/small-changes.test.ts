import { applyDelta, encodeDelta, transact } from '@tygase/gamestate'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeDelta, FormCounts } from './decoder/index.js'
import { fromHex } from './support/page.js'
import { expectSame, plain } from './support/plain.js'
import { begin, drawNext, type Things } from './support/things.js'

const met = new FormCounts()

test('a chain of small changes is decoded to each state in turn, by us alike', () => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      let base = transact({} as Things, (draft) => {
        Object.assign(draft, begin())
      }).state
      const snapshot = encodeDelta<Things>(undefined, base)
      let held = decodeDelta(snapshot)
      let ours = applyDelta(undefined, snapshot)
      for (let versions = 0; versions < 6; versions++) {
        const next = drawNext(draw, base)
        const delta = encodeDelta<Things>(base, next)
        held = decodeDelta(delta, held, met)
        ours = applyDelta(ours, delta)
        expectSame(held, next)
        expectSame(ours, next)
        base = next
      }
    }),
    { numRuns: 200, seed: 22 },
  )
})

test.each(['16', '18-1f', '21', '22', '23', '25', '27', '28-3f', 'e1-ef', 'f0-ff'])(
  'a small change is written with the tag %s',
  (tag) => {
    expect(met.of(`change ${tag}`)).toBeGreaterThan(0)
  },
)

/** Those with as many elements gone as added are changes of elements to our encoder. */
const splices = [0, 1, 2, 3].flatMap((gone) =>
  [0, 1, 2, 3].filter((added) => added !== gone).map((added) => ({ gone, added })),
)

test.each(splices)(
  'a splice at the end of an array is written with a tag: $gone go, $added come',
  ({ gone, added }) => {
    expect(met.of(`splice of ${gone} for ${added}`)).toBeGreaterThan(0)
  },
)

test.each([1, 2, 3, 4].flatMap((count) => ['end', 'front'].map((side) => ({ count, side }))))(
  'an array that moves along is written with a tag: $count come at the $side',
  ({ count, side }) => {
    expect(met.of(`slide of ${count} to the ${side}`)).toBeGreaterThan(0)
  },
)

const array = '13 01 02 61 12 03 41 42 43'

test.each([
  ['as many elements are put in as go: 1', array, '28 e5 02 49', { a: [1, 9, 3] }],
  ['as many elements are put in as go: 2', array, '28 ea 02 49 4a', { a: [1, 9, 10] }],
  ['as many elements are put in as go: 3', array, '28 ef 03 49 4a 4b', { a: [9, 10, 11] }],
  ['all elements go at the front', array, '28 1a 44 45 46', { a: [4, 5, 6] }],
  ['all elements go at the end', array, '28 1e 44 45 46', { a: [4, 5, 6] }],
  ['no element of many changes', array, '28 16 00', { a: [1, 2, 3] }],
  ['a key that a mask names stays', '13 01 02 61 41', '27 01 20', { a: 1 }],
  ['a key goes by its tag', '13 02 02 61 41 02 62 42', '28 21', { b: 2 }],
  [
    'a first element is like the first of the base',
    '13 01 02 61 12 01 13 01 02 78 41',
    '28 e5 01 14 42',
    { a: [{ x: 2 }] },
  ],
  [
    'what comes at the end is like what was there last',
    '13 01 02 61 12 02 13 01 02 78 41 13 01 02 79 42',
    '28 18 14 43',
    { a: [{ y: 2 }, { y: 3 }] },
  ],
  [
    'what comes at the front is like the first of the base, then like what came before',
    '13 01 02 61 12 03 13 01 02 78 41 13 01 02 79 42 43',
    '28 1d 14 43 14 44',
    { a: [{ x: 3 }, { x: 4 }, { x: 1 }] },
  ],
])('what our encoder does not write is read as the page says: %s', (_, base, delta, says) => {
  const decoded = decodeDelta(fromHex(delta), decodeDelta(fromHex(base)))
  expect(plain(decoded)).toEqual(plain(says))
  expectSame(decoded, applyDelta(applyDelta(undefined, fromHex(base)), fromHex(delta)))
})
