import { appendFileSync } from 'node:fs'
import { joinCluster } from '@tygase/cluster'
import { natsEngine } from '@tygase/cluster/nats'

// A process that wants all rooms to live, and writes down each moment in which it may act for one.
// Arguments: the port of NATS, the file for its lines, the length of the lease in ms, the number of rooms.

const [port = '', file = '', lease = '', count = ''] = process.argv.slice(2)
const leaseMs = Number(lease)
const rooms = Array.from({ length: Number(count) }, (_, index) => `arena/${index}`)
const tickMs = 10
const askMs = 50

const engine = await natsEngine({
  servers: `127.0.0.1:${port}`,
  timeoutMs: leaseMs / 2,
  startTimeoutMs: 600_000,
  connection: { reconnectTimeWait: 50 },
  logger: false,
})
const join = async () => {
  for (;;) {
    try {
      return await joinCluster({ engine, leaseMs, logger: false })
    } catch {
      await new Promise((resolve) => setTimeout(resolve, askMs))
    }
  }
}
const server = await join()
server.onEnd(() => process.exit(7))

setInterval(() => {
  const lines = rooms.flatMap((room) => {
    // before the question: if the right lasts beyond it, it lasted then
    const atNs = process.hrtime.bigint()
    const epoch = server.epochOf(room)
    return epoch === undefined ? [] : [`${room} ${epoch} ${server.serverId} ${atNs}\n`]
  })
  if (lines.length > 0) appendFileSync(file, lines.join(''))
}, tickMs)

setInterval(() => {
  if (!server.mayAct) return
  for (const room of rooms) if (server.epochOf(room) === undefined) server.claim(room).catch(() => {})
}, askMs)
