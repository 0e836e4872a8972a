import type { Clock } from '@tygase/gamestate'
import { links, MemoryJournal, seedOfRun, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { bazaar } from './support/bazaar.js'
import { Crowd } from './support/crowd.js'

const later: Clock['schedule'] = (_ms, call) => {
  queueMicrotask(call)
  return () => {}
}

describe('with a journal, over a process that dies again and again', () => {
  it.each([
    [31, 0],
    [32, 0],
    [33, 30],
    [34, 30],
    [seedOfRun(), 30],
  ])(
    'nothing that was acked is lost, nothing is doubled, and nobody is thrown out, with seed %i and %i ms to write',
    async (seed, writeMs) => {
      const crowd = new Crowd()
      const joins: string[] = []
      const leaves: string[] = []
      let schedule: Clock['schedule'] | undefined
      // time of the simulation, which is there after the journal
      const clock: Clock = { now: () => 0, schedule: (ms, call) => (schedule ?? later)(ms, call) }
      const journal = new MemoryJournal(writeMs > 0 ? { clock, writeMs } : {})
      const fair = await simulate({
        game: bazaar,
        clients: 0,
        seed,
        link: links.mobile,
        onConnect: crowd.greet,
        server: {
          save: { journal, snapshotMs: 3000 },
          onJoin: ({ id }) => void joins.push(id),
          onLeave: ({ id }) => void leaves.push(id),
        },
      })
      schedule = (ms, call) => fair.clock.schedule(ms, call)
      for (let count = 0; count < 4; count++) await fair.complete(fair.addClient().connected)
      const ids = fair.clients.map(({ connection }) => connection.clientId)
      await crowd.playThroughCrashes(fair, 6)
      expect(fair.clients.map(({ connection }) => connection.clientId)).toEqual(ids)
      expect([...joins].sort()).toEqual([...ids].sort())
      expect(leaves).toEqual([])
      expect(fair.problems.filter(({ level }) => level === 'error')).toEqual([])
      await fair.end()
    },
  )
})
