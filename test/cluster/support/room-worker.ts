import { appendFileSync } from 'node:fs'
import { Cluster } from '@tygase/cluster'
import { natsEngine } from '@tygase/cluster/nats'
import { openSharedJournal } from '@tygase/record'
import { Server } from '@tygase/server'
import { counting } from './counting-game.js'

// A server of a cluster on NATS, which writes down each tick of its rooms.
// Arguments: the port of NATS, its own port, the file for its lines, the folder of the journal, the length of the lease in ms.

const [natsPort = '', port = '', file = '', folder = '', lease = ''] = process.argv.slice(2)
const leaseMs = Number(lease)

const engine = await natsEngine({
  servers: `127.0.0.1:${natsPort}`,
  timeoutMs: leaseMs / 2,
  startTimeoutMs: 600_000,
  connection: { reconnectTimeWait: 50 },
  logger: false,
})
const cluster = new Cluster({
  engine,
  address: `ws://127.0.0.1:${port}`,
  secret: 'a secret that all servers share',
  leaseMs,
  logger: false,
})
const server = new Server({ cluster, logger: false })
server.define('arena', counting, {
  save: { journal: openSharedJournal(folder) },
  onTick: ({ key }) => {
    // before the question: if the right lasts beyond it, it lasted then
    const atNs = process.hrtime.bigint()
    const epoch = cluster.epochOf(key)
    if (epoch !== undefined) appendFileSync(file, `${key} ${epoch} ${cluster.serverId} ${atNs}\n`)
  },
})
// NATS may be on its way
for (;;) {
  try {
    await server.run({ port: Number(port), hostname: '127.0.0.1' })
    break
  } catch {
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}
process.on('SIGTERM', async () => {
  await server.shutdown()
  process.exit(0)
})
