import { applyDelta, EntityMap, encodeDelta, type Immutable, transact } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { type DecodedState, decodeDelta, FormCounts } from './decoder/index.js'
import { fromHex } from './support/page.js'
import { expectSame, rounded } from './support/plain.js'
import { happenings, idKinds, type World, WorldDice, worldPrecision } from './support/worlds.js'

const met = new FormCounts()

const worlds = Object.keys(idKinds).flatMap((ids) =>
  [true, false].flatMap((isOrderly) =>
    [true, false].flatMap((isPrecise) => [250, 12].map((count) => ({ ids, isOrderly, isPrecise, count }))),
  ),
)

function checkHappenings(ids: string, isOrderly: boolean, isPrecise: boolean, count: number): void {
  const dice = new WorldDice(7)
  const options = isPrecise ? { precision: worldPrecision } : {}
  const wanted = (state: unknown) => (isPrecise ? rounded(state, worldPrecision) : state)
  let base: Immutable<World> | undefined
  let held: DecodedState | undefined
  const check = (next: Immutable<World>) => {
    held = decodeDelta(encodeDelta<World>(base, next, options), held, met)
    expectSame(held, wanted(next))
    expectSame(decodeDelta(encodeDelta<World>(undefined, next, options), undefined, met), wanted(next))
    base = next
  }
  check(
    transact<World, void>({} as World, (draft) => {
      Object.assign(draft, dice.world(count, idKinds[ids]!, isOrderly))
    }).state,
  )
  for (const happen of Object.values(happenings))
    for (let again = 0; again < 2; again++) check(transact(base!, (draft: World) => happen(draft.bodies, dice)).state)
}

describe.each(worlds)(
  'a map of $count rows with $ids for ids (orderly: $isOrderly, with precision: $isPrecise)',
  (world) => {
    test('is decoded to the state, whatever happens in it', () => {
      checkHappenings(world.ids, world.isOrderly, world.isPrecise, world.count)
    })
  },
)

const someValues: Record<string, unknown> = {
  nothing: null,
  truth: [true, false],
  floats: [Math.PI, 0.5, -0, Number.NaN, Number.POSITIVE_INFINITY],
  integers: [0, 63, 64, -1, -32, -33, 2 ** 53 - 1, -(2 ** 53)],
  decimals: [0.1, 12345.67, 1.234, 0.1234, 1.23457, 0.123457, -0.7],
  texts: ['', 'short', 'VWX', 'meet me at the old mill', 'x'.repeat(70), 'naïve '.repeat(20), 'ключ', '😀', '\ud800'],
  bytes: new Uint8Array([1, 2, 3]),
  alike: [
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
  ],
}

test('each tag of a value is decoded to what it was written for', () => {
  expectSame(decodeDelta(encodeDelta(undefined, someValues), undefined, met), someValues)
})

interface Small {
  [key: string]: unknown
  alike: { a: number; b: string }[]
  integers: number[]
}

/** Edits of one object and its arrays, by the parts of a change that they call for. */
const smallEdits: ((draft: Small) => void)[] = [
  (draft) => Object.assign(draft, { more: [1], evenMore: { a: 1 } }),
  ({ alike, integers }) => {
    alike[0]!.a = 7
    alike.push({ a: 8, b: 'z' })
    integers.splice(2, 3, 5, 6)
  },
  ({ integers }) => {
    integers[0] = 3
    integers[5] = 4
  },
  // keys that go, and come again at the end
  (draft) => {
    const { alike, texts } = draft
    for (const key of ['nothing', 'alike', 'texts']) delete draft[key]
    Object.assign(draft, { alike, last: 1, texts })
  },
]

test('each part of a change is decoded to what it was written for', () => {
  let base = transact<Small, void>({ alike: [], integers: [] }, (draft) => {
    Object.assign(draft, someValues)
  }).state
  let held = decodeDelta(encodeDelta<Small>(undefined, base))
  for (const edit of smallEdits) {
    const next = transact(base, edit).state
    held = decodeDelta(encodeDelta<Small>(base, next), held, met)
    expectSame(held, next)
    base = next
  }
})

test('steps that changed rows are given without comparison, which only others write, are read as the page says', () => {
  const snapshot = fromHex('15 05 01 00 01 02 78 01 01 06 00 07 01 02 02 02 01 41')
  const delta = fromHex('24 08 01 01 06 00 07 01 00 04 09 02 00 08 00 00 64 c8')
  const decoded = decodeDelta(delta, decodeDelta(snapshot), met)
  expectSame(decoded, new EntityMap([1, 2, 3].map((id) => [id, { x: id - 1 }])))
  expectSame(decoded, applyDelta(applyDelta(undefined, snapshot), delta))
})

/** A map with rows of the ids 1 to 3, of shape 1 with the field x (0, 1, 2). */
const three = '15 05 01 00 01 02 78 01 01 1f 01 02 02 02 00 40 41 42'

test.each([
  ['a row takes the place of one that was added just before', '24 04 02 01 07 01 08 00 45 01 07 01 0a 00 46', [5, 6]],
  ['a shape is told again', '24 05 01 00 01 02 78 01 01 07 01 08 00 45', [4, 5]],
  ['a shape has the number 255', '24 05 02 00 01 02 78 fd 01 01 02 78 01 ff 01 07 01 08 00 45', [4, 5]],
  ['no shape is told', '24 01 00', [1, 0]],
])('what our encoder does not write of a table is read as the page says: %s', (_, delta, first) => {
  const decoded = decodeDelta(fromHex(delta), decodeDelta(fromHex(three)), met)
  expectSame(decoded, new EntityMap([first, [2, 1], [3, 2]].map(([id, x]) => [id!, { x }])))
  expectSame(decoded, applyDelta(applyDelta(undefined, fromHex(three)), fromHex(delta)))
})

function range(prefix: string, numbers: readonly number[], suffix = ''): string[] {
  return numbers.map((number) => `${prefix}${number}${suffix}`)
}

test.each([
  [
    'values',
    '00 01 02 03 04 05 06 08 09 0a 0b 0c 0d 10 11 12 13 14 15 40-7f 80-bf c0-df'
      .split(' ')
      .map((tag) => `value ${tag}`),
  ],
  [
    'changes',
    ['16', '20', '21', '22', '23', '24', '25', '27', '28-3f', 'e1-ef', 'f0-ff'].map((tag) => `change ${tag}`),
  ],
  ['keys', ['key added', 'key moved']],
  ['edits', range('edit ', [0, 1, 2, 3])],
  ['sets', range('set ', [0, 1, 2, 3])],
  ['ids', range('ids ', [0, 1, 2])],
  [
    'integers',
    ['packed', 'Rice', 'Rice without sign', 'Rice whole', 'varint', 'sparse'].map((form) => `integers ${form}`),
  ],
  ['floats', range('floats ', [0, 1])],
  ['columns of new rows', range('column ', [0, 1, 2, 4, 5, 6, 7], ', new rows')],
  ['columns of changed rows', range('column ', [0, 1, 2, 3, 4, 5, 6, 7], ', changed rows')],
  ['columns for a part of a group', ['changed column, all rows', 'changed column, some rows']],
  ['forecasts of steps in new rows', range('forecast ', [0, 1], ' in form 4, new rows')],
  ['forecasts of steps in changed rows', range('forecast ', [0, 2, 3, 4], ' in form 4, changed rows')],
  [
    'forecasts of floats',
    [...range('forecast ', [0, 3, 4], ' in form 5, changed rows'), 'forecast 0 in form 5, new rows'],
  ],
])('every form of %s has been met', (_, forms) => {
  expect(forms.filter((form) => met.of(form) === 0)).toEqual([])
})
