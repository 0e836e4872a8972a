import { describe, expect, test } from 'vitest'
import { type HasTable, MapPath, type MapWatcher, noteOpen, watchMaps } from '../../src/entity-map/open-maps.js'
import { Table } from '../../src/entity-map/table.js'
import { pathText } from '../../src/values/plain.js'

class Watcher implements MapWatcher {
  readonly opened: HasTable[] = []
  searches = 0

  noteOpen(map: HasTable): void {
    this.opened.push(map)
  }

  pathOf(): { parent: undefined; key: string } {
    this.searches++
    return { parent: undefined, key: 'players' }
  }
}

const map = (): HasTable => ({ table: new Table() })

describe('the watch over maps that are opened', () => {
  test('tells the transaction that is running, the innermost where they are nested', () => {
    const [outer, inner] = [new Watcher(), new Watcher()]
    const maps = [map(), map(), map(), map()] as const
    noteOpen(maps[0])
    watchMaps(outer, () => {
      noteOpen(maps[1])
      watchMaps(inner, () => noteOpen(maps[2]))
      noteOpen(maps[3])
    })
    noteOpen(maps[0])
    expect(outer.opened).toEqual([maps[1], maps[3]])
    expect(inner.opened).toEqual([maps[2]])
  })

  test('goes back to the outer one when the inner throws', () => {
    const outer = new Watcher()
    watchMaps(outer, () => {
      expect(() =>
        watchMaps(new Watcher(), () => {
          throw new Error('stop')
        }),
      ).toThrow('stop')
      noteOpen(map())
    })
    expect(outer.opened).toHaveLength(1)
  })
})

describe('the path of a map', () => {
  test('is searched for when it is read, and not before', () => {
    const watcher = new Watcher()
    watchMaps(watcher, () => {
      const path = { parent: new MapPath(map()), key: 'p1' }
      expect(watcher.searches).toBe(0)
      expect(pathText(path)).toBe('players.p1')
    })
    expect(watcher.searches).toBe(1)
  })

  test('adds nothing where no transaction is running', () => {
    expect(pathText({ parent: new MapPath(map()), key: 'p1' })).toBe('p1')
  })
})
