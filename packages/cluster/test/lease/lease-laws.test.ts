import { describe, expect, it } from 'vitest'
import { allFaults, type Faults, LeaseWorld, leaseMs } from '../support/lease-world.js'

/** `LEASE_SEEDS=10000` plays all that a release should have seen; the first seed is printed with a failure. */
const seeds = Number(process.env.LEASE_SEEDS ?? (process.env.LONG === '1' ? 1000 : 60))
const firstSeed = Number(process.env.SEED ?? 1)

/** From the last fault: a lease until a dead server is buried, and some time to look, to ask and to begin. */
const livesWithinMs = 2 * leaseMs

const kinds: [what: string, faults: Faults, share: number][] = [
  ['faults of all kinds', allFaults, 0.6],
  ['cuts and pauses alone', { ...allFaults, crash: 0, kill: 0, service: 0, loss: 0 }, 0.2],
  ['restarts of the service and crashes', { ...allFaults, cut: 0, pause: 0, loss: 0 }, 0.2],
]

describe('the leases of three processes', () => {
  it.each(kinds)(
    'let one of them act for a room, and each room live again after %s',
    { timeout: 300_000 + seeds * 1000 },
    async (_, faults, share) => {
      const counts = { takeovers: 0, ends: 0, ticks: 0, faults: 0 }
      const count = Math.ceil(seeds * share)
      for (let seed = firstSeed; seed < firstSeed + count; seed++) {
        const world = new LeaseWorld(seed)
        await world.play(leaseMs)
        await world.playFaults(8, faults)
        await world.play(livesWithinMs)
        const again = `again: SEED=${seed} LEASE_SEEDS=1 npx vitest run packages/cluster/test/lease/lease-laws.test.ts`
        if (world.problems.length > 0 || world.deadRooms.length > 0) {
          expect.fail(`${world.problems[0] ?? `no process acts for ${world.deadRooms}`}; ${again}`)
        }
        for (const key of Object.keys(counts) as (keyof typeof counts)[]) counts[key] += world.counts[key]
      }
      console.log(`note: leases: ${count} seeds, ${JSON.stringify(counts)}`)
      expect(counts.takeovers).toBeGreaterThan(count)
      if (faults.cut > 0) expect(counts.ends).toBeGreaterThan(0)
    },
  )

  it('outlive each stop of the service: no process is taken for dead, and each has its rooms again', async () => {
    for (const stoppedMs of [0.1, 0.3, 0.7, 1, 1.5, 2, 3, 10].map((leases) => leases * leaseMs)) {
      const world = new LeaseWorld(Math.round(stoppedMs))
      await world.play(2 * leaseMs)
      const before = world.servers.map((server) => server?.serverId)
      const { takeovers } = world.counts
      world.network.stop()
      await world.play(stoppedMs)
      // the right has ended by the own clock, though nobody has said so
      if (stoppedMs >= leaseMs) expect(world.servers.map((server) => server?.mayAct)).toEqual([false, false, false])
      world.network.start()
      await world.play(3 * leaseMs)
      expect([world.problems, world.deadRooms, world.counts.ends]).toEqual([[], [], 0])
      expect(world.servers.map((server) => server?.serverId)).toEqual(before)
      expect(world.counts.takeovers).toBe(takeovers)
    }
  })
})
