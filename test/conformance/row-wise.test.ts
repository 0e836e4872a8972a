import { applyDelta, EntityMap } from '@tygase/gamestate'
import { test } from 'vitest'
import { decodeDelta } from './decoder/index.js'
import { fromHex } from './support/page.js'
import { expectSame } from './support/plain.js'

/** A map with shape 1 of the fields x (1, 2, 3), v (10, 20, 30) and w (-0, 0.25, "a"), in slots 0 to 2. */
const map =
  '15 05 01 00 03 02 78 02 76 02 77 01 01 1f 01 02 02 02 00 41 42 43 00 4a 54 5e ' +
  '00 03 00 00 00 00 00 00 00 80 04 00 00 80 3e 81 61'

type Row = [x: number, v: number, w: number | string]

const before: Row[] = [
  [1, 10, -0],
  [2, 20, 0.25],
  [3, 30, 'a'],
]

function mapOf(rows: readonly Row[]): EntityMap<object, number> {
  return new EntityMap(rows.map(([x, v, w], index) => [index + 1, { x, v, w }]))
}

/** The base with other rows in the first slots. */
function after(...rows: Row[]): EntityMap<object, number> {
  return mapOf([...rows, ...before.slice(rows.length)])
}

/** A change by groups of row-wise changes of shape 1. */
function rowWise(...groups: string[]): string {
  return `24 10 0${groups.length} ${groups.map((group) => `01 ${group}`).join(' ')}`
}

/** Bytes from bits in the order in which they travel, filled up with zeros. */
function bits(inOrder: string): string {
  const bytes = inOrder.replaceAll(' ', '').match(/.{1,8}/g) ?? []
  return bytes
    .map((byte) =>
      Number.parseInt([...byte].reverse().join(''), 2)
        .toString(16)
        .padStart(2, '0'),
    )
    .join(' ')
}

/** Sets of slots. */
const [first, second, third, all] = ['07', '0b', '13', '1f']

/** A float64 whose last two bytes are given, and all others 0. */
const float = (end: string): string => `03 00 00 00 00 00 00 ${end}`
const huge = float('20 43')

test.each<[string, string, EntityMap<object, number>]>([
  ['there may be no group', rowWise(), after()],
  [
    'each row changes against its base',
    rowWise(`01 00 41 02 ${all} ${bits('0100 1000 0110')}`),
    after([2, 10, -0], [1, 20, 0.25], [6, 30, 'a']),
  ],
  [
    'rows that are not in the group stay',
    rowWise(`01 00 41 02 ${second} ${bits('0110')}`),
    after([1, 10, -0], [5, 20, 0.25]),
  ],
  [
    'there may be two groups of a shape',
    rowWise(`01 00 41 02 ${first} ${bits('0100')}`, `01 01 41 02 ${second} ${bits('0100')}`),
    after([2, 10, -0], [2, 21, 0.25]),
  ],
  ['fields come row by row', rowWise(`02 01 41 02 00 41 02 ${first} ${bits('0100 0010')}`), after([3, 11, -0])],
  [
    'a change of 0 leaves a multiple of the step',
    rowWise(`01 00 44 02 ${second} ${bits('0000')}`),
    after([1, 10, -0], [4, 20, 0.25]),
  ],
  ['a number goes on in the next byte', rowWise(`01 00 41 02 ${first} ${bits('0001 0001 1000')}`), after([33, 10, -0])],
  [
    'a number has up to ten groups',
    rowWise(`01 00 41 02 ${first} ${bits(`${'1111 '.repeat(9)} 1110`)}`),
    after([1 - 2 ** 29, 10, -0]),
  ],
  ['a step may be a fraction', rowWise(`01 00 09 02 02 ${first} ${bits('0100')}`), after([1.01, 10, -0])],
  [
    'rows are as forecast',
    rowWise(`01 00 09 02 03 01 45 ${all} ${bits('111')}`),
    after([1.5, 10, -0], [3, 20, 0.25], [4.5, 30, 'a']),
  ],
  [
    'a row that is not as forecast changes against the base',
    rowWise(`01 00 41 03 01 41 ${all} ${bits('0 0010 1 0 0100')}`),
    after([3, 10, -0], [22, 20, 0.25], [4, 30, 'a']),
  ],
  [
    'what is forecast may also be told',
    rowWise(`01 00 41 03 01 41 ${first} ${bits('0 0011 0100')}`),
    after([11, 10, -0]),
  ],
  [
    'what is forecast is counted in steps',
    rowWise(`01 01 41 03 02 42 ${second} ${bits('1')}`),
    after([1, 10, -0], [2, 21, 0.25]),
  ],
  [
    'the field before is as it is now, where the forecast says so',
    rowWise(`02 01 41 02 00 41 04 01 41 ${first} ${bits('0100 1')}`),
    after([12, 11, -0]),
  ],
  [
    'the field before is as it was, where the forecast says so',
    rowWise(`02 01 41 02 00 41 03 01 41 ${first} ${bits('0100 1')}`),
    after([11, 11, -0]),
  ],
  [
    'the field behind is as it was in any case',
    rowWise(`02 00 41 04 01 41 01 41 02 ${first} ${bits('1 0100')}`),
    after([11, 11, -0]),
  ],
  ['a forecast 0 is no -0', rowWise(`01 02 41 03 00 c0 ${first} ${bits('0 0000')}`), after([1, 10, 0])],
  [
    'a forecast 0 is no -0: of two',
    rowWise(`01 02 41 03 00 ${float('00 80')} ${first} ${bits('1')}`),
    after([1, 10, 0]),
  ],
  [
    'what is forecast does not matter where it did not come true',
    rowWise(`01 00 41 03 01 ${huge} ${first} ${bits('0 0100')}`),
    after([2, 10, -0]),
  ],
  [
    'what is forecast does not matter where it did not come true: it is infinite',
    rowWise(`01 00 41 03 01 ${float('e0 7f')} ${first} ${bits('0 0100')}`),
    after([2, 10, -0]),
  ],
  [
    'what a forecast goes by does not matter where it did not come true',
    rowWise(`01 00 41 03 02 41 ${third} ${bits('0 0100')}`),
    after(before[0]!, before[1]!, [4, 30, 'a']),
  ],
])('row-wise changes are read as the page says: %s', (_, delta, wanted) => {
  expectSame(decodeDelta(fromHex(delta), decodeDelta(fromHex(map))), wanted)
  expectSame(applyDelta(applyDelta(undefined, fromHex(map)), fromHex(delta)), wanted)
})
