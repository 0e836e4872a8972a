import { describe, expect, it } from 'vitest'
import { viewRequirementsOf, viewsTable } from '../src/report/views-section.js'
import { viewRowsOf } from '../src/views/compare-views.js'
import { beginThrong } from '../src/views/throng.js'
import { ViewMatch } from '../src/views/view-match.js'
import type { ViewSystem } from '../src/views/view-system.js'
import { viewSystemNamed, viewSystems } from '../src/views/view-systems.js'

const size = { rows: 30, clients: 5, rowsPerClient: 6 }

describe('the throng', () => {
  it('shows each client as many rows as are asked for, not all the same ones, and the same in each run', () => {
    const { seen } = beginThrong(size)
    expect(seen.map((ids) => ids.size)).toEqual([6, 6, 6, 6, 6])
    expect(new Set(seen.map((ids) => [...ids].sort().join())).size).toBe(5)
    expect(beginThrong(size).seen).toEqual(seen)
  })
})

describe('a system with views', () => {
  it.each(viewSystems.map((system) => [system.name, system] as const))(
    'has at each client what this one may see, and nothing else: %s',
    (_, system) => {
      const match = new ViewMatch(size, system)
      expect(match.playRound(10).bytesPerView).toBeGreaterThan(0)
      expect(match.findDifference()).toBeUndefined()
    },
  )

  const system = viewSystemNamed('tygase')

  it.each<[string, Partial<ViewSystem>, RegExp]>([
    [
      'clients miss updates',
      { join: (snapshot) => ({ ...system.join(snapshot), receive: () => {} }) },
      /client 0: rows\.p\d+\.x/,
    ],
    [
      'a client sees what another one may see',
      { serve: (throng) => system.serve({ ...throng, seen: throng.seen.with(3, throng.seen[2]!) }) },
      /client 3: rows/,
    ],
  ])('is found out where %s', (_, wrong, difference) => {
    const match = new ViewMatch(size, { ...system, ...wrong })
    match.playRound(10)
    expect(match.findDifference()).toMatch(difference)
  })
})

describe('the figures of views', () => {
  const rows = viewRowsOf([
    { name: 'tygase', rounds: [4, 6, 9].map((serverMs) => ({ serverMs, bytesPerView: 10 })) },
    { name: 'colyseus', rounds: [8, 8, 8].map((serverMs) => ({ serverMs, bytesPerView: 40 })) },
  ])

  it('are medians, and ratios round by round', () => {
    expect(rows).toEqual([
      { system: 'tygase', serverMs: 6, bytesPerView: 10, ratios: { serverMs: 1, bytesPerView: 1 } },
      { system: 'colyseus', serverMs: 8, bytesPerView: 40, ratios: { serverMs: 0.75, bytesPerView: 0.25 } },
    ])
  })

  it('are held against what has to be reached', () => {
    expect(viewRequirementsOf(rows).map(({ figure, must }) => [figure, must])).toEqual([
      [0.75, 0.6],
      [0.25, 0.5],
    ])
    expect(viewRequirementsOf([]).map(({ figure }) => figure)).toEqual([null, null])
  })

  it('are a table with a line for each system', () => {
    expect(viewsTable(rows).split('\n').slice(2)).toEqual([
      '| `tygase` | 6.00 | 10.0 | 1.00 | 1.00 |',
      '| `colyseus` | 8.00 | 40.0 | 0.750 | 0.250 |',
    ])
  })
})
