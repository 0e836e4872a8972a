import { describe, expect, it } from 'vitest'
import { datagrams, links, seventeenLinks } from '../src/index.js'

const all = [...Object.entries(links), ...seventeenLinks.map(({ name, link }) => [name, link] as const)]

describe('the presets', () => {
  it.each(all)('are probabilities and times: %s', (_, link) => {
    const { latencyMs, jitterMs, loss, burstLoss = 0, duplicate, reorder, bandwidthBytesPerSecond = 1 } = link
    for (const chance of [loss, burstLoss, duplicate, reorder]) expect(chance >= 0 && chance < 1).toBe(true)
    expect(latencyMs >= 0 && jitterMs >= 0 && bandwidthBytesPerSecond > 0).toBe(true)
  })

  it.each(all)('are reliable until they are made datagrams: %s', (_, link) => {
    expect(link.reliable).toBe(true)
    expect(datagrams(link)).toEqual({ ...link, reliable: false })
  })

  it('have a soak like that of yojimbo', () => {
    expect(links.soak).toMatchObject({ latencyMs: 900, jitterMs: 200, loss: 0.25, duplicate: 0.25 })
  })

  it('have seventeen in the ranges of GameNetworkingSockets, each another', () => {
    const of = (pick: (link: (typeof seventeenLinks)[number]['link']) => number) =>
      seventeenLinks.map(({ link }) => pick(link)).sort((a, b) => a - b)
    const losses = of(({ loss }) => loss)
    const reorders = of(({ reorder }) => reorder)
    const rates = of(({ bandwidthBytesPerSecond = 0 }) => bandwidthBytesPerSecond)
    expect(new Set(seventeenLinks.map(({ name }) => name)).size).toBe(17)
    expect([losses[0], losses.at(-1)]).toEqual([0, 0.2])
    expect([reorders[0], reorders.at(-2), reorders.at(-1)]).toEqual([0, 0.04, 0.3])
    expect([rates[0], rates.at(-1)]).toEqual([64 * 1024, 2 * 1024 * 1024])
  })
})
