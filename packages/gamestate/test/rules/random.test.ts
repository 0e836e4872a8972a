import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRandom } from '../../src/index.js'

const take = (count: number, ...names: number[]): number[] => {
  const random = createRandom(...names)
  return Array.from({ length: count }, random)
}

describe('createRandom', () => {
  test('gives the same stream for the same integers, taken modulo 2^32', () => {
    fc.assert(
      fc.property(fc.array(fc.integer(), { maxLength: 4 }), (names) => {
        expect(take(20, ...names)).toEqual(take(20, ...names))
        expect(take(5, ...names.map((name) => name + 2 ** 32))).toEqual(take(5, ...names))
      }),
    )
  })

  test('gives numbers from 0 up to, but not including, 1', () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (seed, tick) => {
        for (const value of take(50, seed, tick, 0)) expect(value >= 0 && value < 1).toBe(true)
      }),
    )
  })

  test('gives unrelated streams for neighbouring ticks and places', () => {
    const firsts = new Set<number>()
    for (let tick = 0; tick < 100; tick++)
      for (let order = 0; order < 100; order++) firsts.add(take(1, 0, tick, order)[0]!)
    expect(firsts.size).toBeGreaterThan(9_990)
    const values = [...firsts]
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length
    expect(mean).toBeGreaterThan(0.49)
    expect(mean).toBeLessThan(0.51)
  })

  test('fills each tenth of the range evenly', () => {
    const tenths = new Array<number>(10).fill(0)
    for (const value of take(100_000, 42)) tenths[Math.floor(value * 10)]!++
    for (const count of tenths) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })

  test('is the same on every machine and in every version of this library', () => {
    expect(take(4, 1, 2, 3)).toEqual([0.6510289059951901, 0.16029852675274014, 0.7456048410385847, 0.5253998097032309])
  })
})
