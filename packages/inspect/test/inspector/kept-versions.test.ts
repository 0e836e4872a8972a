import { describe, expect, test } from 'vitest'
import { KeptVersions } from '../../src/inspector/kept-versions.js'

/** Versions 1 to `count`, one in 50 ms, with something that happens in these ticks. */
function kept(count: number, happened: (tick: number) => boolean = () => false): KeptVersions {
  const versions = new KeptVersions(happened)
  for (let version = 1; version <= count; version++) versions.add({ version, state: { version }, atMs: version * 50 })
  return versions
}

const numbers = (versions: KeptVersions): number[] => versions.between(0, 1e9).map(({ version }) => version)

describe('versions that are kept while a page looks', () => {
  test('are all of the last ones, and one of twenty before them', () => {
    expect(numbers(kept(24))).toEqual(Array.from({ length: 24 }, (_, place) => place + 1))
    const all = numbers(kept(200))
    expect(all.slice(-24)).toEqual(Array.from({ length: 24 }, (_, place) => place + 177))
    expect(all.slice(0, -24)).toEqual([1, 21, 41, 61, 81, 101, 121, 141, 161])
  })

  test('are also those before and after what happened', () => {
    const all = numbers(kept(200, (tick) => tick === 55 || tick === 100))
    expect(all.filter((version) => version < 177)).toEqual(expect.arrayContaining([54, 55, 99, 100]))
    expect(all.length).toBeLessThan(24 + 16)
  })

  test('are two of sixteen if something happens in each tick', () => {
    const all = numbers(kept(400, () => true))
    expect(all.length).toBeLessThanOrEqual(24 + Math.ceil((400 - 24) / 8) + 1)
    const older = all.filter((version) => version <= 376)
    for (const [place, version] of older.entries()) if (place % 2 === 1) expect(version - older[place - 1]!).toBe(1)
  })

  test('are those of half a minute', () => {
    const versions = kept(2000)
    expect(versions.oldest.version).toBeGreaterThanOrEqual(2000 - 600)
    expect(versions.oldest.version).toBeLessThan(2000 - 600 + 21)
    // of versions without time between them there are not many either
    const still = new KeptVersions(() => true)
    for (let version = 1; version < 20_000; version++) still.add({ version, state: {}, atMs: 0 })
    expect(still.size).toBeLessThanOrEqual(624)
  })

  test('are found by any number: the last one that was not newer', () => {
    const versions = kept(200)
    const found = [0, 1, 5, 21, 176, 177, 200, 1e9, undefined].map((version) => versions.at(version)?.version)
    expect(found).toEqual([undefined, 1, 1, 21, 161, 177, 200, 200, 200])
    expect(versions.between(150, 179).map(({ version }) => version)).toEqual([161, 177, 178])
  })
})
