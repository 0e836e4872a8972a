import { describe, expect, test } from 'vitest'
import { IdIndex } from '../../src/rows/id-index.js'

describe('the index from id to slot', () => {
  test('does not know an id that was not added', () => {
    const index = new IdIndex()
    index.add('1', 0)
    expect(index.hints(1)).toBeUndefined()
    expect(index.hints('toString')).toBeUndefined()
  })

  test('gives the slot of an id that has had one, and all of them when there were more', () => {
    const index = new IdIndex()
    index.add('a', 3)
    index.add('a', 3)
    expect(index.hints('a')).toBe(3)
    index.add('a', 5)
    index.add('a', 5)
    index.add('a', 3)
    expect(index.hints('a')).toEqual([3, 5])
    index.add('a', 7)
    expect(index.hints('a')).toEqual([3, 5, 7])
  })

  test('is stale when more than half of it and 1,024 pairs are of no row', () => {
    const index = new IdIndex()
    for (let id = 0; id < 1224; id++) index.add(id, 0)
    expect(index.isStale(100)).toBe(false)
    index.add('a', 1)
    expect(index.isStale(100)).toBe(true)
    expect(index.isStale(101)).toBe(false)
  })

  test('counts pairs, not calls', () => {
    const index = new IdIndex()
    for (let call = 0; call < 5000; call++) index.add('a', call % 2)
    expect(index.isStale(0)).toBe(false)
  })
})
