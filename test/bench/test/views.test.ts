import { describe, expect, it } from 'vitest'
import { viewRequirementsOf, viewsTable } from '../src/report/views-section.js'
import { viewRowsOf } from '../src/views/compare-views.js'
import { LoneView } from '../src/views/lone-view.js'
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
  const round = (serverMs: number, bytesPerView: number) => ({ serverMs, serverCpuMs: 2 * serverMs, bytesPerView })
  const rows = viewRowsOf([
    { name: 'tygase', processes: [[round(4, 10), round(6, 10), round(8, 10)], [round(8, 10)], [round(2, 10)]] },
    { name: 'colyseus', processes: [[round(8, 40), round(8, 40), round(8, 40)], [round(8, 40)], [round(8, 40)]] },
  ])

  it('are medians of processes, and ratios round by round with their spread', () => {
    expect(rows[1]).toMatchObject({ system: 'colyseus', serverMs: 8, serverCpuMs: 16, bytesPerView: 40 })
    expect(rows[1]!.ratios.serverMs).toEqual({ middle: 0.75, least: 0.25, most: 1, lower: 0.5, upper: 1 })
    expect(rows[1]!.ratios.bytesPerView).toBe(0.25)
  })

  it('are held against what has to be reached, by the worst process', () => {
    expect(viewRequirementsOf(rows).map(({ figure, worst, must }) => [figure, worst, must])).toEqual([
      [0.75, 1, 0.57],
      [0.25, undefined, 0.24],
    ])
    expect(viewRequirementsOf([]).map(({ figure }) => figure)).toEqual([null, null])
  })

  it('are a table with a line for each system', () => {
    expect(viewsTable(rows).split('\n').slice(3)).toEqual([
      '| `colyseus` | 8.00 | 16.0 | 40.0 | 0.750 (0.250–1.00; 0.500–1.00) | 0.750 (0.250–1.00; 0.500–1.00) | 0.250 |',
    ])
  })
})

describe('a lone view', () => {
  it('is timed in each tick', () => {
    expect(new LoneView(100).playRound(3)).toBeGreaterThanOrEqual(0)
  })
})
