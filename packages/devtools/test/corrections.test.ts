import { EntityMap } from '@tygase/gamestate'
import { describe, expect, test } from 'vitest'
import { Corrections } from '../src/probes/corrections.js'

const stateOf = (x: number, vx: number) => ({ discs: new EntityMap([['ada', { name: 'Ada', x, vx }]]), round: 1 })
const touched = [
  new Map<string, ReadonlySet<string> | 'all'>([
    ['discs', new Set(['ada', 'gone'])],
    ['round', 'all'],
  ]),
]

describe('a correction', () => {
  test('is a row that own events have changed and that is elsewhere now', () => {
    const corrections = new Corrections()
    // two own events have changed it
    corrections.compare(stateOf(1, 5), stateOf(4, 5), [...touched, ...touched], 100, 7)
    expect(corrections.all).toEqual([
      {
        ...{ atMs: 100, version: 7, key: 'discs', id: 'ada', by: { x: 3 } },
        before: { name: 'Ada', x: 1, vx: 5 },
        after: { name: 'Ada', x: 4, vx: 5 },
      },
    ])
  })

  test.each([
    ['a row of others', stateOf(1, 5), stateOf(4, 5), []],
    ['a difference of rounding', stateOf(1, 5), stateOf(1.0000001, 5), touched],
    ['the same row', stateOf(1, 5), stateOf(1, 5), touched],
  ])('is not %s', (_, expected, now, rows) => {
    const corrections = new Corrections()
    corrections.compare(expected, now, rows, 100, 7)
    expect(corrections.all).toEqual([])
  })

  test('counts the fields that move, if the game has motion', () => {
    const corrections = new Corrections((key) => (key === 'discs' ? ['x'] : []))
    corrections.compare(stateOf(1, 5), stateOf(1, 9), touched, 100, 7)
    expect(corrections.all).toEqual([])
    corrections.compare(stateOf(1, 5), stateOf(2, 9), touched, 100, 7)
    expect(corrections.all.map(({ by }) => by)).toEqual([{ x: 1 }])
  })

  test('is kept until there are two hundred later ones', () => {
    const corrections = new Corrections()
    for (let version = 1; version <= 250; version++) {
      corrections.compare(stateOf(0, 0), stateOf(version, 0), touched, version, version)
    }
    expect([corrections.all.length, corrections.all[0]!.version]).toEqual([200, 51])
  })
})
