import { describe, expect, it } from 'vitest'
import type { Round } from '../src/match.js'
import { figuresForPage, figuresForTerminal, formatSpread } from '../src/report/figures-table.js'
import { compareAll, type Played, spreadOf } from '../src/scene-figures.js'

const round = (serverMs: number, serverCpuMs = serverMs, ticks = 10): Round => ({
  ticks,
  changes: 10,
  bytes: 100,
  serverMs,
  clientMs: 2 * serverMs,
  serverMeanMs: 3 * serverMs,
  clientMeanMs: 0,
  serverCpuMs,
  clientCpuMs: 1,
})

const played = (rounds: Round[], bytes = 100): Played => ({
  cold: round(rounds[0]!.serverMs * 10),
  warmUp: { ticks: 10, changes: 20, bytes, snapshotBytes: 7, msPerTick: 1 },
  rounds,
  ending: { snapshotBytes: 9, difference: undefined },
})

const even = [played([round(1), round(1), round(1)], 400), played([round(1), round(1), round(1)], 400)]

describe('a figure of several processes', () => {
  it('is the median of their medians, with the least and the most of these, and the quartiles of all rounds', () => {
    expect(spreadOf([[1, 2, 9], [4], [3, 3, 3]])).toEqual({ middle: 3, least: 2, most: 4, lower: 2.5, upper: 3.5 })
  })

  it('is none where something is no number', () => {
    expect(spreadOf([[1, Number.NaN]])).toBeNull()
    expect(spreadOf([[1], [Number.POSITIVE_INFINITY]])).toBeNull()
  })
})

describe('a system beside the peer', () => {
  const [peer, own] = compareAll('swarm', [
    { system: 'colyseus', heapMb: 4, processes: even },
    {
      system: 'tygase',
      heapMb: 2,
      processes: [played([round(2), round(3), round(2, 8)]), played([round(6, 2, 30), round(4, 6), round(5, 2)])],
    },
  ])

  it('has the bytes of the ticks that are the same in each run', () => {
    expect(own).toMatchObject({ bytesPerTick: 10, bytesPerChange: 5, snapshotBytes: 7, heapMb: 2, processes: 2 })
    expect(own!.ratios).toMatchObject({ bytesPerTick: 0.25, snapshotBytes: 1 })
  })

  it('has the median tick, the mean processor time of all ticks, and the first second', () => {
    // 2 and 5; (2 + 3 + 8) / 3 and (2 · 30 + 6 · 10 + 2 · 10) / 50; 3 · 20 and 3 · 60
    expect(own!.serverMs).toBe(3.5)
    expect(own!.serverCpuMs).toBeCloseTo((13 / 3 + 2.8) / 2)
    expect(own!.coldServerMs).toBe(120)
  })

  it('has its times in times of the peer, process by process', () => {
    expect(own!.ratios.server).toEqual({ middle: 3.5, least: 2, most: 5, lower: 2.25, upper: 4.75 })
    expect(own!.ratios.serverMs).toBe(3.5)
    expect(own!.ratios.serverCpu!.most).toBeCloseTo(13 / 3)
    expect(own!.ratios.coldServer).toMatchObject({ least: 2, most: 6 })
    expect(peer!.ratios.server).toEqual({ middle: 1, least: 1, most: 1, lower: 1, upper: 1 })
  })

  it('has no ratio where the peer took no time', () => {
    expect(own!.ratios.coldClient).toBeNull()
  })

  it('is a line of a table, for the terminal and for a page', () => {
    const [heads, line] = figuresForTerminal([own!]).split('\n')
    expect(line).toHaveLength(heads!.length)
    expect(figuresForPage([own!])).toContain('| 3.50 (2.00–5.00; 2.25–4.75) |')
    expect(formatSpread(null)).toBe('–')
  })
})
