import { describe, expect, it } from 'vitest'
import { compareCheckouts, verdictOf, wholePairs } from '../src/against.js'
import { compareNet, quickPairs } from '../src/net/compare-checkouts.js'
import { sceneNamed } from '../src/scenes/scenes.js'

describe('the verdict on two checkouts', () => {
  it.each([
    ['no worse if the upper quartile is within 5 per cent', [0.9, 1, 1.01, 1.02], 'no worse'],
    ['worse if the lower quartile is above 5 per cent', [1.06, 1.1, 1.2, 1.3], 'worse'],
    ['not decided if the quartiles hold the bound between them', [0.9, 1, 1.2, 1.3], 'not decided'],
    ['not decided for a measure that both do in no time', [Number.NaN, Number.NaN], 'not decided'],
  ])('is %s', (_, ratios, verdict) => {
    expect(verdictOf('swarm', { measure: 'server', ratios })).toMatch(new RegExp(`\\) +${verdict}$`))
  })
})

describe('the verdict with a bound', () => {
  it('calls a difference no worse up to the bound, and worse above it', () => {
    const paired = { measure: 'server', ratios: [1.02, 1.02, 1.03] }
    expect(verdictOf('net', paired, 1.03)).toContain('no worse')
    expect(verdictOf('net', paired, 1.01)).toContain('worse')
    expect(verdictOf('net', paired, 1.01)).not.toContain('no worse')
  })
})

describe('comparing with another checkout', () => {
  it('says that its benchmarks have to be built', async () => {
    await expect(compareCheckouts(sceneNamed('idle'), '/nowhere', wholePairs)).rejects.toThrow('build the benchmarks')
    await expect(compareNet('/nowhere', quickPairs)).rejects.toThrow('build the benchmarks')
  })
})
