import { datagrams, links } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { playResets } from './support/play-resets.js'

const networks = [
  ['wifi', links.wifi],
  ['a mobile network', links.mobile],
  ['datagrams of an awful network', datagrams(links.awful)],
] as const

describe.each(networks)('stores that are reset under their clients, over %s', (_, link) => {
  it.each(withSeedOfRun(...often([], [1, 2])))(
    'leave each replica at a whole version of its room, never at an older one, and events at their versions, with seed %i',
    async (seed) => {
      const played = await playResets(seed, link, 25_000)
      expect(played.resets).toBeGreaterThan(10)
      expect(played.withSuspended).toBeGreaterThan(0)
      expect(played.refused).toBeGreaterThan(played.resets)
      expect(played.comparedVersions).toBeGreaterThan(100)
      expect(played.handledEvents).toBeGreaterThan(100)
    },
  )
})
