// A server for the parts of the soak over real sockets: a game in which only clients come and go.
import { setTimeout as sleep } from 'node:timers/promises'
import { Server } from '@tygase/server'
import { bazaarWith } from '../simulation/support/bazaar.js'
import { answerTasks } from './helper-process.js'
import type { Measure } from './measure.js'

const server = new Server({ game: bazaarWith({ tickRate: 20, maxCoins: 0 }), maxSessions: 100_000 })

/** What a process has open beside its timers. */
const handleKinds = /Wrap$|Socket|Server|Pipe/

async function measure(): Promise<Measure> {
  // twice with a pause, since what a finaliser lets go of is garbage only then
  for (let round = 0; round < 3; round++) {
    globalThis.gc!()
    await sleep(200)
  }
  const resources = process.getActiveResourcesInfo()
  return {
    heapBytes: process.memoryUsage().heapUsed,
    handles: resources.filter((kind) => handleKinds.test(kind)).length,
    timers: resources.filter((kind) => kind === 'Timeout').length,
    sessions: server.clients.size,
  }
}

answerTasks({
  listen: async () => {
    await server.run({ port: 0 })
    return server.port
  },
  measure,
})
