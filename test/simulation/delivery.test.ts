import { datagrams, links, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { withSeedOfRun } from '../support/seeds.js'
import { bazaar } from './support/bazaar.js'
import { Crowd } from './support/crowd.js'

/** 200 ± 50 ms, 5 % loss, 5 % doubles, 5 % reordered, and nobody who repairs it. */
const link = datagrams(links.awful)

describe('over 200 ± 50 ms with 5 % loss, 5 % doubles and reorder on a link that is not reliable', () => {
  it.each(withSeedOfRun(...often([], [1, 2, 3])))(
    'replicas converge and every event handler runs once, with seed %i [P37]',
    async (seed) => {
      const crowd = new Crowd()
      const fair = await simulate({ game: bazaar, clients: 6, seed, link, onConnect: crowd.greet })
      await crowd.play(fair, 15_000)
      fair.addClient()
      await crowd.play(fair, 5000)
      await fair.settle()
      crowd.expectAllDelivered(fair)
      expect(fair.problems).toEqual([])
      expect(fair.stats.comparedVersions).toBeGreaterThan(1000)
      // that the network was as bad as it should be shows in what had to be sent again
      expect(fair.clients[0]!.connection.stats.eventsResent).toBeGreaterThan(0)
      await fair.end()
    },
  )
})
