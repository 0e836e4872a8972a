import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type BytesRecord, findGrowth, measureBytes } from '../src/bytes-record.js'
import { scenes } from '../src/scenes/scenes.js'

const recorded = JSON.parse(
  readFileSync(new URL('../recorded-bytes.json', import.meta.url), 'utf8'),
) as Partial<BytesRecord>

describe('the bytes of', () => {
  it.each(scenes.map((scene) => [scene.name, scene] as const))(
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

  it('is let pass up to 5 %, as is whatever shrinks', () => {
    expect(findGrowth('a', before, { deltas: 1_050, snapshot: 100 })).toEqual([])
  })

  it('is found in deltas', () => {
    expect(findGrowth('a', before, { deltas: 1_051, snapshot: 200 })).toEqual([
      'a: deltas take 1051 bytes, 1000 were recorded',
    ])
  })

  it('is found in snapshots', () => {
    expect(findGrowth('a', before, { deltas: 1_000, snapshot: 211 })).toEqual([
      'a: snapshot take 211 bytes, 200 were recorded',
    ])
  })

  it('is found where nothing took no bytes before', () => {
    expect(findGrowth('a', { deltas: 0, snapshot: 1 }, { deltas: 1, snapshot: 1 })).toHaveLength(1)
  })

  it('is not excused by a record that is missing', () => {
    expect(findGrowth('a', undefined, before)).toEqual(['a is not recorded'])
  })
})
