import type { PartMotion, Row } from '@tygase/gamestate/internal'
import { createSeededRandom } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Offsets } from '../../src/predict/offsets.js'

const motion: PartMotion = {
  key: 'players',
  fields: ['x', 'turn'],
  periods: [0, 2 * Math.PI],
  cut: (from, to) => Math.abs((from.x as number) - (to.x as number)) > 100,
  ahead: undefined,
}

const row = (x: number, turn = 0): Row => Object.freeze({ x, turn, name: 'Ada' })
const xOf = (offsets: Offsets, x: number): number => offsets.apply(motion, 'a', row(x)).x as number

describe('a correction', () => {
  test('is not seen at once, and is over after a few times smoothMs', () => {
    const offsets = new Offsets(60)
    expect(offsets.add(motion, 'a', row(10), row(16))).toBe(6)
    expect(xOf(offsets, 16)).toBe(10)
    offsets.decay(60)
    expect(xOf(offsets, 16)).toBeCloseTo(16 - 6 * 3 * Math.exp(-2), 9)
    offsets.decay(400)
    expect(offsets.apply(motion, 'a', row(16))).toEqual(row(16))
    expect([...offsets.ids('players')]).toEqual([])
  })

  test('leaves a row without an offset as it is, and all other fields too', () => {
    const offsets = new Offsets(60)
    const other = row(1)
    offsets.add(motion, 'a', row(10), row(16))
    expect(offsets.apply(motion, 'b', other)).toBe(other)
    expect(offsets.apply(motion, 'a', row(16))).toEqual({ x: 10, turn: 0, name: 'Ada' })
    expect(Object.isFrozen(offsets.apply(motion, 'a', row(16)))).toBe(true)
  })

  test('turns the short way round', () => {
    const offsets = new Offsets(60)
    offsets.add(motion, 'a', row(0, 3), row(0, -3))
    expect(offsets.apply(motion, 'a', row(0, -3)).turn).toBeCloseTo(3 - 2 * Math.PI, 9)
  })

  test('adds to what is left of the one before, and does not stop what moves', () => {
    const offsets = new Offsets(60)
    offsets.add(motion, 'a', row(10), row(20))
    offsets.decay(30)
    const before = xOf(offsets, 20)
    offsets.add(motion, 'a', row(20), row(21))
    expect(xOf(offsets, 21)).toBeCloseTo(before, 9)
    offsets.decay(1)
    const step = xOf(offsets, 21) - before
    const [free, start] = [new Offsets(60), new Offsets(60)]
    free.add(motion, 'a', row(10), row(20))
    free.decay(30)
    free.decay(1)
    start.add(motion, 'a', row(10), row(20))
    start.decay(1)
    expect(step).toBeGreaterThan(0.9 * (xOf(free, 20) - before))
    expect(xOf(start, 20) - 10).toBeLessThan(0.1 * step)
  })

  test('over a cut is seen at once: nothing is drawn between its two sides', () => {
    const offsets = new Offsets(60)
    expect(offsets.add(motion, 'a', row(0), row(101))).toBe(101)
    expect(xOf(offsets, 101)).toBe(101)
    // what is drawn counts, not where the row was
    offsets.add(motion, 'a', row(0), row(60))
    offsets.add(motion, 'a', row(60), row(105))
    expect(xOf(offsets, 105)).toBe(105)
  })

  test('is seen at once with smoothMs 0, and none is made of rows that are equal, or of no numbers', () => {
    const offsets = new Offsets(0)
    offsets.add(motion, 'a', row(10), row(16))
    expect(xOf(offsets, 16)).toBe(16)
    const other = new Offsets(60)
    expect(other.add(motion, 'a', row(10), { ...row(10) })).toBe(0)
    expect(other.add(motion, 'a', row(Number.NaN), row(10))).toBe(0)
    expect(other.add(motion, 'a', { name: 'Ada' }, row(10))).toBe(0)
    expect([...other.ids('players')]).toEqual([])
  })
})

test('law: whatever is corrected when, a picture never leaps, never swings beyond, and comes to rest', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 200 }), (seed, smoothMs) => {
      const random = createSeededRandom(seed)
      const free = { ...motion, cut: undefined }
      const offsets = new Offsets(smoothMs)
      const drawn = (x: number): number => offsets.apply(free, 'a', row(x)).x as number
      let x = 0
      for (let i = 0; i < 60; i++) {
        const was = drawn(x)
        const next = random() < 0.3 ? x + (random() - 0.5) * 100 : x
        offsets.add(free, 'a', row(x), row(next))
        if (Math.abs(drawn(next) - was) > 1e-9) throw new Error(`from ${was} to ${drawn(next)}`)
        x = next
        offsets.decay(random() * 50)
      }
      offsets.decay(smoothMs * 10)
      if (drawn(x) !== x) throw new Error(`${drawn(x)} is not ${x}`)
    }),
  )
})
