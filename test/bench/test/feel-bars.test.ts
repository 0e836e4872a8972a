import { seedOfRun } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { often } from '../../support/effort.js'
import { type Bar, barsOf, isReached, meanReport } from '../src/feel/bars.js'
import { feelLinks } from '../src/feel/feel-links.js'
import { playScene } from '../src/feel/measure.js'
import { feelScenes } from '../src/feel/scenes.js'
import { feelSystems } from '../src/feel/systems.js'

const tygase = feelSystems[0]!
const sceneNamed = (name: string) => feelScenes.find((scene) => scene.name === name)!
const linkNamed = (name: string) => feelLinks.find((link) => link.name === name)!
const datagrams = '100±30 ms, 5 % loss, datagrams'

const play = (scene: string, link: string, seconds: number, seed: number, system = tygase) =>
  playScene(system, sceneNamed(scene), linkNamed(link), seconds, seed)

describe('how play feels', () => {
  // the seeds are fixed: these are bars, and a rare network may miss one
  const few = [
    ['open', datagrams],
    ['dash', '50±15 ms, 5 % loss, TCP'],
  ] as const
  const all = [...few, ['coins', 'wifi'], ['open', 'wifi'], ['coins', datagrams], ['open', 'mobile']] as const

  test.each(often<readonly (readonly [string, string])[]>(few, all))(
    'reaches its bars in the scene %s over %s',
    async (scene, link) => {
      const bars = barsOf(await play(scene, link, 20, 2))
      expect(bars.length).toBeGreaterThan(5)
      expect(bars.filter((bar) => !isReached(bar))).toEqual([])
    },
  )

  test('keeps the own disc in its place where others push it, over the network of a phone', async () => {
    const bars = barsOf(await play('push', 'mobile', 40, 1))
    expect(bars.map(({ measure }) => measure)).toEqual(['own error, units, p95'])
    expect(bars.filter((bar) => !isReached(bar))).toEqual([])
  })

  test.each([
    ...often([], [
      ['wifi', 20, 1],
      [datagrams, 20, 1],
    ] as const),
    ['50±15 ms, 5 % loss, datagrams', 40, 3],
  ] as const)(
    'is right again soon after the network of %s has stood still for a second',
    async (link, seconds, seed) => {
      const bars = barsOf(await play('stall', link, seconds, seed))
      expect(bars.map(({ measure }) => measure)).toEqual(['recovery from a stall, ms'])
      expect(bars.filter((bar) => !isReached(bar))).toEqual([])
    },
  )

  test('is measured the same with the same seed', async () => {
    const seed = seedOfRun()
    const figures = async () => ({ ...(await play('dash', 'mobile', 5, seed)), frameCpuMs: 0 })
    expect(await figures(), `SEED=${seed}`).toEqual(await figures())
  })

  test('misses the bars without prediction', async () => {
    const report = await play(
      'open',
      'wifi',
      10,
      2,
      feelSystems.find(({ name }) => name === 'no prediction'),
    )
    const missed = barsOf(report).filter((bar) => !isReached(bar))
    expect(missed.map(({ measure }) => measure)).toContain('press to screen, frames, p95')
  })
})

test('no shot in reach of the rewind is a missed bar, and all shots count where the round trip fits', async () => {
  const report = await play('open', 'wifi', 1, 1)
  const missed = (link: string, fairHitAgreement: number | null, hitAgreement: number | null) =>
    barsOf({ ...report, scene: 'shoot', link, fairHitAgreement, hitAgreement })
      .filter((bar) => bar.measure.startsWith('shots') && !isReached(bar))
      .map(({ measure }) => measure)
  const [fair, all] = ['shots that hit, up to 250 ms, share', 'shots that hit, share']
  expect(missed('wifi', 1, 0.99)).toEqual([])
  expect(missed('wifi', 1, 0.5)).toEqual([all])
  expect(missed('wifi', null, null)).toEqual([fair, all])
  expect(missed(datagrams, 1, 0)).toEqual([])
  expect(missed(datagrams, null, 1)).toEqual([fair])
})

describe('a bar', () => {
  const bar = { measure: 'm', scene: 's', link: 'l' }

  test.each<[Partial<Bar>, boolean]>([
    [{ figure: 2, most: 2 }, true],
    [{ figure: 2.1, most: 2 }, false],
    [{ figure: 0.99, least: 0.99 }, true],
    [{ figure: 0.98, least: 0.99 }, false],
    [{ figure: null, most: 2 }, false],
  ])('with %j is reached: %j', (parts, isIt) => {
    expect(isReached({ ...bar, figure: null, ...parts })).toBe(isIt)
  })
})

test('a mean over seeds keeps the largest of what is a largest value', async () => {
  const report = await play('open', 'wifi', 1, 1)
  const mean = meanReport([
    { ...report, ownErrorP95: 1, ownErrorMax: 5, recoveryMs: 100 },
    { ...report, ownErrorP95: 3, ownErrorMax: 7, recoveryMs: 300 },
  ])
  expect(mean).toMatchObject({ system: 'tygase', ownErrorP95: 2, ownErrorMax: 7, recoveryMs: 300 })
})
