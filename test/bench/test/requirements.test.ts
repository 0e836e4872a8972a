import { describe, expect, it } from 'vitest'
import { type Requirement, requirementsForPage, requirementsOf, unreached } from '../src/report/requirements.js'
import type { Compared, Spread } from '../src/scene-figures.js'
import { scenes } from '../src/scenes/scenes.js'

const evenly = (ratio: number): Spread => ({ middle: ratio, least: ratio, most: ratio, lower: ratio, upper: ratio })

const extras = {
  idle: evenly(1),
  idleBytes: 0,
  retainedHeapMb: 3,
  versionKb: { unread: 100, read: 200 },
  loneView: evenly(2),
  growth: { scene: 'swarm', ratio: 1 },
}

function measured(scene: string, system: string, ratio: number, server = evenly(ratio)): Compared {
  const even = evenly(ratio)
  return {
    scene,
    system,
    bytesPerTick: 1,
    bytesPerChange: 1,
    snapshotBytes: 1,
    serverMs: 1,
    clientMs: 1,
    serverCpuMs: 1,
    clientCpuMs: 1,
    coldServerMs: 1,
    coldClientMs: 1,
    heapMb: 1,
    processes: 3,
    ratios: {
      bytesPerTick: ratio,
      snapshotBytes: ratio,
      serverMs: ratio,
      clientMs: ratio,
      server,
      client: even,
      serverCpu: even,
      clientCpu: even,
      coldServer: even,
      coldClient: even,
    },
  }
}

const ofAll = (ratio: number) => scenes.map(({ name }) => measured(name, 'tygase', ratio))

describe('what must be reached', () => {
  it('is all reached by ratios that are small enough, and none of it but the extras by large ones', () => {
    expect(unreached(requirementsOf(ofAll(0.01), extras))).toEqual([])
    const requirements = requirementsOf(ofAll(10), extras)
    expect(unreached(requirements)).toHaveLength(requirements.length - 7)
  })

  it('is measured in every scene that it names', () => {
    expect(requirementsOf(ofAll(1), extras).filter(({ figure }) => figure === null)).toEqual([])
  })

  it('is asked of this library, not of the others', () => {
    const rows = [measured('swarm', 'tygase', 0.01), measured('swarm', 'json', 10)]
    expect(unreached(requirementsOf(rows, extras))).toEqual([])
  })

  it('is more than the ratios: bytes, views, memory, idle ticks and old versions', () => {
    const wrong = {
      idle: evenly(1.6),
      idleBytes: 1,
      retainedHeapMb: 16,
      versionKb: { unread: 121, read: 271 },
      loneView: evenly(3.1),
      growth: { scene: 'swarm', ratio: 1.001 },
    }
    expect(unreached(requirementsOf(ofAll(0.01), wrong)).map(({ figure }) => figure)).toEqual([
      1.001, 3.1, 121, 271, 1.6, 1, 16,
    ])
  })

  it('is missed where one process misses it, though the median does not', () => {
    const server = { ...evenly(0.5), most: 0.9 }
    const [missed, ...others] = unreached(requirementsOf([measured('swarm', 'tygase', 0.01, server)], extras))
    expect(missed).toMatchObject({ measure: 'server time, `swarm`', figure: 0.5, worst: 0.9, must: 0.8 })
    expect(others).toEqual([])
  })
})

describe('the table of a page', () => {
  const say = (requirement: Partial<Requirement>) =>
    requirementsForPage([{ measure: 'm', figure: 0.5, must: 1, goFor: 0.5, ...requirement }])
      .split('\n')
      .at(-1)

  it('says of each figure which bounds it reaches', () => {
    expect([0.5, 1, 1.01, null].map((figure) => say({ figure }))).toEqual([
      '| m | 0.500 | 1 | 0.5 | both |',
      '| m | 1.00 | 1 | 0.5 | must |',
      '| m | 1.01 | 1 | 0.5 | **no** |',
      '| m | not measured | 1 | 0.5 | – |',
    ])
    expect(say({ goFor: null })).toBe('| m | 0.500 | 1 | – | must |')
  })

  it('says what the worst process reaches', () => {
    expect(say({ worst: 0.6 })).toBe('| m | 0.500 (0.600) | 1 | 0.5 | must |')
    expect(say({ worst: 1.2 })).toBe('| m | 0.500 (1.20) | 1 | 0.5 | **no** |')
  })

  it('says what the mean processor time reaches, where that is asked', () => {
    const cpu = { figure: 1.1, worst: 1.3 }
    expect(say({ cpu: { ...cpu, must: 1.3 } })).toBe('| m | 0.500 (cpu 1.10, 1.30) | 1 (cpu 1.3) | 0.5 | both |')
    expect(say({ cpu: { ...cpu, must: 1.2 } })).toBe('| m | 0.500 (cpu 1.10, 1.30) | 1 (cpu 1.2) | 0.5 | **no** |')
    expect(say({ cpu: { ...cpu, must: Number.POSITIVE_INFINITY } })).toBe(
      '| m | 0.500 (cpu 1.10, 1.30) | 1 | 0.5 | both |',
    )
  })
})
