import { describe, expect, it } from 'vitest'
import { elsewhen } from '../src/elsewhen.js'

const hourMs = 3_600_000

describe('elsewhen', () => {
  it.each<[string, () => number]>([
    ['Date.now()', () => Date.now()],
    ['new Date()', () => Date.parse(new Date().toISOString())],
    ['Date()', () => Date.parse(Date())],
    ['performance.now()', () => performance.now()],
  ])('%s is more than an hour ahead, and as before afterwards', (_, read) => {
    const before = read()
    expect(elsewhen(read) - before).toBeGreaterThan(hourMs)
    expect(read() - before).toBeLessThan(hourMs)
  })

  it('leaves dates alone that were named', () => {
    const date = elsewhen(() => new Date(2020, 1, 2))
    expect(date).toEqual(new Date(2020, 1, 2))
    expect(elsewhen(() => date instanceof Date && Date.UTC(1970))).toBe(0)
  })

  it('brings the time back when the work throws', () => {
    const RealDate = Date
    expect(() =>
      elsewhen(() => {
        throw new Error('stop')
      }),
    ).toThrow('stop')
    expect(Date).toBe(RealDate)
  })
})
