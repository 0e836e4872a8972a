import { matchPlayers, type WaitingGroup } from '@tygase/server/match'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'

interface Named extends WaitingGroup {
  readonly name: string
}

const nowMs = 100_000

const group = (name: string, rank: number, players = 1, waitedMs = 0): Named => ({
  ...{ name, rank, players },
  sinceMs: nowMs - waitedMs,
})

const names = (matches: Named[][]): string[][] => matches.map((match) => match.map(({ name }) => name))

/** Widens by 10 a second, and takes all after 20 s. */
const rangeAt = (waitedMs: number): number => (waitedMs >= 20_000 ? Number.POSITIVE_INFINITY : waitedMs / 100)

const size = fc.integer({ min: 1, max: 6 })
const waiting = (most: number): fc.Arbitrary<Named[]> =>
  fc
    .array(
      fc.record({
        rank: fc.integer({ min: 0, max: 300 }),
        players: fc.integer({ min: 1, max: most }),
        waitedMs: fc.integer({ min: 0, max: 30_000 }),
      }),
      { maxLength: 24 },
    )
    .map((all) => all.map(({ rank, players, waitedMs }, index) => group(`${index}`, rank, players, waitedMs)))

const cases = size.chain((most) => fc.record({ size: fc.constant(most), all: waiting(most) }))

/** Looks at each choice of groups: slow, and plain. */
function canFill(seats: number, others: readonly Named[]): boolean {
  if (seats === 0) return true
  return others.some(({ players }, index) => players <= seats && canFill(seats - players, others.slice(index + 1)))
}

const inRange = (anchor: Named, others: readonly Named[]): Named[] =>
  others.filter((other) => other !== anchor && Math.abs(other.rank - anchor.rank) <= rangeAt(nowMs - anchor.sinceMs))

describe('in matches of any groups', () => {
  it('no group is matched twice, and each match has exactly the players that it needs', () => {
    fc.assert(
      fc.property(cases, ({ size, all }) => {
        const matches = matchPlayers(all, nowMs, { size, rangeAt })
        const matched = matches.flat()
        expect(new Set(matched).size).toBe(matched.length)
        for (const match of matches) {
          expect(match.every((one) => all.includes(one))).toBe(true)
          expect(match.reduce((sum, { players }) => sum + players, 0)).toBe(size)
        }
      }),
    )
  })

  it('all groups of a match are in the range of its first one', () => {
    fc.assert(
      fc.property(cases, ({ size, all }) => {
        for (const [anchor, ...others] of matchPlayers(all, nowMs, { size, rangeAt })) {
          expect(inRange(anchor!, others)).toEqual(others)
        }
      }),
    )
  })

  it('no group is left waiting whose range has groups that fill a match with it, so none waits beyond the time that takes all', () => {
    fc.assert(
      fc.property(cases, ({ size, all }) => {
        const matched = new Set(matchPlayers(all, nowMs, { size, rangeAt }).flat())
        const left = all.filter((one) => !matched.has(one))
        for (const one of left) expect(canFill(size - one.players, inRange(one, left))).toBe(false)
      }),
    )
  })

  it('the order of the list counts for nothing if no two groups are alike', () => {
    fc.assert(
      fc.property(cases, ({ size, all }) => {
        const distinct = all.map((one, index) => ({
          ...one,
          rank: one.rank + index / 64,
          sinceMs: one.sinceMs - index / 64,
        }))
        const matches = matchPlayers(distinct, nowMs, { size, rangeAt })
        expect(names(matchPlayers([...distinct].reverse(), nowMs, { size, rangeAt }))).toEqual(names(matches))
      }),
    )
  })
})

describe('a match', () => {
  it('is first built around the group that has waited longest', () => {
    const all = [group('new', 10), group('old', 50, 1, 20_000), group('middle', 30, 1, 10_000)]
    expect(names(matchPlayers(all, nowMs, { size: 2, rangeAt }))).toEqual([['old', 'middle']])
  })

  it('has the nearest groups in rank that are in range', () => {
    const all = [group('a', 100, 1, 5000), group('b', 151), group('c', 120), group('d', 90)]
    expect(names(matchPlayers(all, nowMs, { size: 3, rangeAt }))).toEqual([['a', 'd', 'c']])
  })

  it('is not built of groups that are too far away, until the wait has widened the range', () => {
    const all = (waitedMs: number): Named[] => [group('a', 100, 1, waitedMs), group('b', 150)]
    expect(matchPlayers(all(4999), nowMs, { size: 2, rangeAt })).toEqual([])
    expect(names(matchPlayers(all(5000), nowMs, { size: 2, rangeAt }))).toEqual([['a', 'b']])
  })

  it('keeps groups whole, and passes nearer ones over that leave a seat empty', () => {
    const all = [group('three', 100, 3, 10_000), group('two', 101, 2), group('one', 140)]
    expect(names(matchPlayers(all, nowMs, { size: 4, rangeAt }))).toEqual([['three', 'one']])
  })

  it('is a group alone that fills it', () => {
    expect(names(matchPlayers([group('a', 1, 3)], nowMs, { size: 3, rangeAt }))).toEqual([['a']])
  })
})

describe('an argument', () => {
  it.each([
    ['a size of 0', [], { size: 0, rangeAt }],
    ['a size that is not whole', [], { size: 1.5, rangeAt }],
    ['a group that is larger than a match', [group('a', 1, 3)], { size: 2, rangeAt }],
    ['a group without players', [group('a', 1, 0)], { size: 2, rangeAt }],
    ['a rank that is no number', [group('a', Number.NaN)], { size: 2, rangeAt }],
    ['a time that is no number', [{ ...group('a', 1), sinceMs: Number.NaN }], { size: 2, rangeAt }],
    ['a range below 0', [group('a', 1)], { size: 2, rangeAt: () => -1 }],
    ['a range that is no number', [group('a', 1)], { size: 2, rangeAt: () => Number.NaN }],
  ])('is refused: %s', (_, all, options) => {
    expect(() => matchPlayers(all, nowMs, options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

it('a queue of ten thousand groups is matched without a look at each pair', () => {
  let ranks = 0
  const all = Array.from({ length: 10_000 }, (_, index) => {
    const rank = (index * 7919) % 3000
    return {
      players: 1 + (index % 3),
      sinceMs: nowMs - index,
      get rank() {
        ranks++
        return rank
      },
    }
  })
  const matched = matchPlayers(all, nowMs, { size: 5, rangeAt: () => 50 }).flat()
  expect(matched.length).toBeGreaterThan(8500)
  // of a pair each there would be fifty million
  expect(ranks).toBeLessThan(8_000_000)
})
