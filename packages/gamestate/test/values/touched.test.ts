import { describe, expect, test } from 'vitest'
import { noteTouched, touchedPlaces } from '../../src/values/touched.js'

const begin = (): readonly unknown[] => Array(1000).fill(0)

/** A copy in which some places are noted as set. */
function after(base: readonly unknown[], ...places: number[]): readonly unknown[] {
  const next = [...base]
  noteTouched(next, base, places)
  return Object.freeze(next)
}

describe('the places that were set in a large array', () => {
  test('are known since each of the arrays before it, rising and once each', () => {
    const first = after(begin())
    const second = after(first, 9, 3)
    const third = after(second, 5, 3)
    expect(touchedPlaces(first, second)).toEqual([3, 9])
    expect(touchedPlaces(second, third)).toEqual([3, 5])
    expect(touchedPlaces(first, third)).toEqual([3, 5, 9])
    expect(touchedPlaces(first, first)).toBeUndefined()
    expect(touchedPlaces(third, first)).toBeUndefined()
  })

  test('are not known since an array of which nothing was noted, or of another line', () => {
    const one = begin()
    const other = after(begin())
    expect(touchedPlaces(one, after(one, 1))).toBeUndefined()
    expect(touchedPlaces(one, other)).toBeUndefined()
    expect(touchedPlaces(other, after(after(begin()), 1))).toBeUndefined()
  })

  test('are noted up to a number of places and of arrays', () => {
    const first = after(begin())
    let last = first
    const all: (readonly unknown[])[] = [first]
    for (let place = 0; place < 40; place++) {
      last = after(last, 2 * place, 2 * place + 1)
      all.push(last)
    }
    expect(touchedPlaces(first, last)).toBeUndefined()
    expect(touchedPlaces(all[all.length - 1 - 16]!, last)).toHaveLength(32)
    expect(touchedPlaces(all[all.length - 1 - 17]!, last)).toBeUndefined()
    const many = after(last, ...Array.from({ length: 63 }, (_, place) => place))
    expect(touchedPlaces(last, many)).toHaveLength(63)
    expect(touchedPlaces(all[all.length - 2]!, many)).toBeUndefined()
    expect(touchedPlaces(many, after(many, ...Array.from({ length: 65 }, (_, place) => place)))).toBeUndefined()
  })
})
