import { describe, expect, it } from 'vitest'
import { often } from '../../support/effort.js'
import { findGrowth, growthOf, measureBytes, recordedBytes } from '../src/bytes-record.js'
import { scenes } from '../src/scenes/scenes.js'

const recorded = recordedBytes()

/** To measure these takes as long as to measure all others. */
const large = ['aged', 'huge']
const measured = often(
  scenes.filter(({ name }) => !large.includes(name)),
  scenes,
)

describe('the bytes of', () => {
  it.each(measured.map((scene) => [scene.name, scene] as const))(
    '%s have not grown since npm run bench -- --record',
    (name, scene) => {
      expect(findGrowth(name, recorded[name], measureBytes(scene))).toEqual([])
    },
  )
})

describe('the record', () => {
  it('has no scene that is not there any more', () => {
    expect(Object.keys(recorded)).toEqual(scenes.map((scene) => scene.name))
  })
})

describe('growth', () => {
  const before = { deltas: 1_000, snapshot: 200 }

  it('is nothing that shrinks, or stays as it was', () => {
    expect(findGrowth('a', before, { deltas: 1_000, snapshot: 100 })).toEqual([])
    expect(growthOf(before, { deltas: 1_000, snapshot: 100 })).toBe(1)
  })

  it('is found in deltas, be it one byte', () => {
    const after = { deltas: 1_001, snapshot: 200 }
    expect(findGrowth('a', before, after)).toEqual(['a: deltas take 1001 bytes, 1000 were recorded'])
    expect(growthOf(before, after)).toBe(1.001)
  })

  it('is found in snapshots', () => {
    const after = { deltas: 1_000, snapshot: 210 }
    expect(findGrowth('a', before, after)).toEqual(['a: snapshot take 210 bytes, 200 were recorded'])
    expect(growthOf(before, after)).toBe(1.05)
  })

  it('is found where nothing took no bytes before', () => {
    const after = { deltas: 1, snapshot: 1 }
    expect(findGrowth('a', { deltas: 0, snapshot: 1 }, after)).toHaveLength(1)
    expect(growthOf({ deltas: 0, snapshot: 1 }, after)).toBe(Number.POSITIVE_INFINITY)
    expect(growthOf({ deltas: 0, snapshot: 1 }, { deltas: 0, snapshot: 1 })).toBe(1)
  })

  it('is not excused by a record that is missing', () => {
    expect(findGrowth('a', undefined, before)).toEqual(['a is not recorded'])
    expect(growthOf(undefined, before)).toBe(Number.POSITIVE_INFINITY)
  })
})
