import { datagrams, links } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { playRooms } from './support/play-rooms.js'

const networks = [
  ['wifi', links.wifi],
  ['a mobile network', links.mobile],
  ['datagrams of an awful network', datagrams(links.awful)],
] as const

const seeds = withSeedOfRun(...often([], [1]))

describe.each(networks)('many rooms behind one server, over %s', (_, link) => {
  it.each(seeds)(
    'are made, saved, restored and dropped, and each holds its own versions and events and no others, with seed %i [G4] [G5]',
    async (seed) => {
      const played = await playRooms(seed, link, often(60_000, 150_000))
      // what any seed reaches
      expect(played.rooms).toBeGreaterThan(5)
      expect(played.names).toBeGreaterThan(3)
      expect(played.comparedVersions).toBeGreaterThan(300)
      expect(played.handledEvents).toBeGreaterThan(300)
    },
  )
})
