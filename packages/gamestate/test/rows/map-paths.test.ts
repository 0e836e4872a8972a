import { describe, expect, test } from 'vitest'
import { findPathsBy, MapPath, type PathFinder } from '../../src/rows/entity-map.js'
import { type HasTable, Table } from '../../src/rows/table.js'
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
    const rule = (key: string): void => {
      const path = { parent: new MapPath(map()), key }
      expect(finder.searches).toBe(0)
      expect(pathText(path)).toBe('players.p1')
    }
    findPathsBy(finder, rule, 'p1')
    expect(finder.searches).toBe(1)
  })

  test('is asked of the innermost transaction, and of the outer one again if that throws', () => {
    const [outer, inner] = [new Finder(), new Finder()]
    const innerRule = (key: string): void => {
      pathText({ parent: new MapPath(map()), key })
      throw new Error('stop')
    }
    const outerRule = (key: string): void => {
      expect(() => findPathsBy(inner, innerRule, key)).toThrow('stop')
      pathText({ parent: new MapPath(map()), key })
      pathText({ parent: new MapPath(map()), key: 'p2' })
    }
    findPathsBy(outer, outerRule, 'p1')
    expect([outer.searches, inner.searches]).toEqual([2, 1])
  })

  test('adds nothing if no transaction is running', () => {
    expect(pathText({ parent: new MapPath(map()), key: 'p1' })).toBe('p1')
  })
})
