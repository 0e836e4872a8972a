import { describe, expect, test } from 'vitest'
import { findPathsBy, MapPath, type PathFinder } from '../../src/rows/entity-map.js'
import type { HasTable } from '../../src/rows/table.js'
import { Table } from '../../src/rows/table.js'
import { pathText } from '../../src/values/plain.js'

class Finder implements PathFinder {
  searches = 0

  pathOf(): { parent: undefined; key: string } {
    this.searches++
    return { parent: undefined, key: 'players' }
  }
}

const map = (): HasTable => ({ table: new Table() })

describe('the path of a map', () => {
  test('is searched when it is read, and not before', () => {
    const finder = new Finder()
    findPathsBy(finder, () => {
      const path = { parent: new MapPath(map()), key: 'p1' }
      expect(finder.searches).toBe(0)
      expect(pathText(path)).toBe('players.p1')
    })
    expect(finder.searches).toBe(1)
  })

  test('is asked of the innermost transaction, and of the outer one again if that throws', () => {
    const [outer, inner] = [new Finder(), new Finder()]
    findPathsBy(outer, () => {
      expect(() =>
        findPathsBy(inner, () => {
          pathText({ parent: new MapPath(map()), key: 'p1' })
          throw new Error('stop')
        }),
      ).toThrow('stop')
      pathText({ parent: new MapPath(map()), key: 'p1' })
      pathText({ parent: new MapPath(map()), key: 'p2' })
    })
    expect([outer.searches, inner.searches]).toEqual([2, 1])
  })

  test('adds nothing if no transaction is running', () => {
    expect(pathText({ parent: new MapPath(map()), key: 'p1' })).toBe('p1')
  })
})
