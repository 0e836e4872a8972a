import { Cluster } from '@tygase/cluster'
import { natsEngine } from '@tygase/cluster/nats'
import { Server } from '@tygase/server'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { often } from '../support/effort.js'
import { NatsServer } from './support/nats-server.js'
import { realStage } from './support/real-stage.js'

let nats: NatsServer

beforeAll(async () => {
  nats = await NatsServer.start()
})
afterAll(() => nats.close())

const publishMs = 2
/** How long NATS is gone, each time. */
const stopsMs = often([300], [300, 1000, 2500])

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

it('brings messages of a cluster with a secret to all its servers once, in order, over restarts of NATS [C12]', {
  timeout: 120_000,
}, async () => {
  const connect = () => natsEngine({ servers: `127.0.0.1:${nats.port}`, bucket: 'messages', logger: false })
  const stage = realStage(connect, async () => {})
  const start = async () => {
    const cluster = new Cluster({ engine: await stage.connect(), secret: 'a secret of a test', logger: false })
    const server = new Server({ cluster, logger: false })
    const numbers: unknown[] = []
    cluster.onBroadcast('count', (number) => numbers.push(number))
    await server.run({ port: false })
    return { cluster, server, numbers }
  }
  const servers = [await start(), await start(), await start()]
  await stage.settle()
  let sent = 0
  const publishing = setInterval(() => servers[0]!.cluster.broadcast('count', ++sent), publishMs)
  for (const stopMs of stopsMs) {
    await wait(300)
    await nats.kill()
    await wait(stopMs)
    await nats.start()
  }
  await wait(300)
  clearInterval(publishing)
  await stage.until(() => servers.every(({ numbers }) => numbers.length >= sent))
  await stage.settle()
  const all = [...Array(sent).keys()].map((index) => index + 1)
  for (const { cluster, numbers } of servers) {
    expect(numbers).toEqual(all)
    expect([cluster.lost, cluster.refused]).toEqual([0, 0])
  }
  console.log(`note: messages on NATS: ${sent} sent, ${stopsMs.length} restarts, all of them once and in order`)
  for (const { server } of servers) await server.shutdown()
  await stage.close()
})
