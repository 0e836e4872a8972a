import { describe, expect, it } from 'vitest'
import type { Compared } from '../src/measure-scene.js'
import { requirementsForPage, requirementsOf, unreached } from '../src/report/requirements.js'
import { scenes } from '../src/scenes/scenes.js'

const extras = { idleRatio: 1, idleBytes: 0, retainedHeapMb: 3 }

function measured(scene: string, system: string, ratio: number): Compared {
  return {
    scene,
    system,
    bytesPerTick: 1,
    bytesPerChange: 1,
    snapshotBytes: 1,
    serverMs: 1,
    clientMs: 1,
    heapMb: 1,
    ratios: { bytesPerTick: ratio, snapshotBytes: ratio, serverMs: ratio, clientMs: ratio },
  }
}

const ofAll = (ratio: number) => scenes.map(({ name }) => measured(name, 'tygase', ratio))

describe('what must be reached', () => {
  it('is all reached by ratios that are small enough, and none of it but the extras by large ones', () => {
    expect(unreached(requirementsOf(ofAll(0.01), extras))).toEqual([])
    const requirements = requirementsOf(ofAll(10), extras)
    expect(unreached(requirements)).toHaveLength(requirements.length - 3)
  })

  it('is measured in every scene that it names', () => {
    expect(requirementsOf(ofAll(1), extras).filter(({ figure }) => figure === null)).toEqual([])
  })

  it('is asked of this library, not of the others', () => {
    const rows = [measured('swarm', 'tygase', 0.01), measured('swarm', 'json', 10)]
    expect(unreached(requirementsOf(rows, extras))).toEqual([])
  })

  it('is more than the ratios: idle ticks and old versions', () => {
    const wrong = { idleRatio: 1.6, idleBytes: 1, retainedHeapMb: 16 }
    expect(unreached(requirementsOf(ofAll(0.01), wrong)).map(({ figure }) => figure)).toEqual([1.6, 1, 16])
  })
})

describe('the table of a page', () => {
  it('says of each figure which bounds it reaches', () => {
    const say = (figure: number | null, goFor: number | null = 0.5) =>
      requirementsForPage([{ measure: 'm', figure, must: 1, goFor }])
        .split('\n')
        .at(-1)
    expect([0.5, 1, 1.01, null].map((figure) => say(figure))).toEqual([
      '| m | 0.500 | 1 | 0.5 | both |',
      '| m | 1.00 | 1 | 0.5 | must |',
      '| m | 1.01 | 1 | 0.5 | **no** |',
      '| m | not measured | 1 | 0.5 | – |',
    ])
    expect(say(0.5, null)).toBe('| m | 0.500 | 1 | – | must |')
  })
})
