import { datagrams, links, seedOfRun } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { playRooms } from './support/play-rooms.js'

const networks = [
  ['wifi', links.wifi],
  ['a mobile network', links.mobile],
  ['datagrams of an awful network', datagrams(links.awful)],
] as const

const seeds = [1, seedOfRun()]

describe.each(networks)('many rooms behind one server, over %s', (_, link) => {
  it.each(seeds)(
    'are made, saved, restored and dropped, and each holds its own versions and events and no others, with seed %i [G4] [G5]',
    async (seed) => {
      const played = await playRooms(seed, link, 150_000)
      expect(played.rooms).toBeGreaterThan(10)
      expect(played.names).toBeGreaterThan(5)
      expect(played.comparedVersions).toBeGreaterThan(500)
      expect(played.handledEvents).toBeGreaterThan(500)
    },
  )
})
