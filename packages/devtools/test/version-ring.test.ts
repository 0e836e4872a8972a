import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type KeptVersion, VersionRing } from '../src/probes/version-ring.js'

const version = (number: number, atMs = number * 50, bytes = 10): KeptVersion => ({
  ...{ version: number, atMs, state: { number }, base: number - 1 },
  delta: new Uint8Array(bytes),
})

const numbersOf = (ring: VersionRing): number[] => ring.all.map(({ version: number }) => number)

describe('the last versions', () => {
  test('are kept within the number, the age and the bytes, and the newest one in any case', () => {
    const ofNumber = new VersionRing({ versions: 3 })
    for (const number of [1, 2, 3, 4, 5]) ofNumber.add(version(number))
    expect(numbersOf(ofNumber)).toEqual([3, 4, 5])
    const ofAge = new VersionRing({ ageMs: 100 })
    for (const number of [1, 2, 3, 4, 5]) ofAge.add(version(number))
    expect(numbersOf(ofAge)).toEqual([3, 4, 5])
    const ofBytes = new VersionRing({ bytes: 25 })
    for (const number of [1, 2, 3]) ofBytes.add(version(number))
    expect(numbersOf(ofBytes)).toEqual([2, 3])
    ofBytes.add(version(4, 200, 1000))
    expect(numbersOf(ofBytes)).toEqual([4])
    ofBytes.add(version(5))
    expect(numbersOf(ofBytes)).toEqual([5])
  })

  test('are found by their number', () => {
    const ring = new VersionRing()
    expect([ring.newest, ring.find(1), ring.placeOf(1)]).toEqual([undefined, undefined, -1])
    for (const number of [2, 4, 8]) ring.add(version(number))
    expect([ring.find(4)?.version, ring.find(5)?.version]).toEqual([4, undefined])
    expect([1, 2, 3, 8, 99].map((number) => ring.placeOf(number))).toEqual([-1, 0, 0, 2, 2])
  })

  test('begin anew with a lower number', () => {
    const ring = new VersionRing()
    for (const number of [7, 8, 3]) ring.add(version(number))
    expect(numbersOf(ring)).toEqual([3])
  })

  test('that were looked at stay while others come', () => {
    const ring = new VersionRing({ versions: 2 })
    ring.add(version(1))
    const { all } = ring
    for (const number of [2, 3, 4]) ring.add(version(number))
    expect(all.map(({ version: number }) => number)).toEqual([1])
  })

  test('stay within the limits, whatever comes', () => {
    const gaps = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0, max: 80 })), { maxLength: 60 })
    fc.assert(
      fc.property(gaps, (steps) => {
        const ring = new VersionRing({ versions: 8, ageMs: 300, bytes: 200 })
        let number = 0
        for (const [step, bytes] of steps) {
          number += step
          ring.add(version(number, number * 50, bytes))
          const { all } = ring
          expect(all.at(-1)!.version).toBe(number)
          if (all.length === 1) continue
          expect(all.length).toBeLessThanOrEqual(8)
          expect(number * 50 - all[0]!.atMs).toBeLessThanOrEqual(300)
          expect(all.reduce((sum, { delta }) => sum + delta.length, 0)).toBeLessThanOrEqual(200)
        }
      }),
    )
  })
})
