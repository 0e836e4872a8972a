import { natsEngine } from '@tygase/cluster/nats'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { engineLaws } from '../../packages/cluster/test/support/engine-laws.js'
import { NatsServer } from './support/nats-server.js'
import { realStage } from './support/real-stage.js'

let server: NatsServer
let clusters = 0

beforeAll(async () => {
  server = await NatsServer.start()
})
afterAll(() => server.close())

engineLaws('an engine on NATS', async () => {
  const bucket = `cluster-${++clusters}`
  const connect = () => natsEngine({ servers: `127.0.0.1:${server.port}`, bucket, logger: false })
  return {
    ...realStage(connect, async () => {}),
    async restart(meanwhile) {
      await server.kill()
      await meanwhile()
      await server.start()
    },
  }
})

describe('an engine on NATS', () => {
  it('is not made if NATS is not there, or refuses it', async () => {
    const servers = '127.0.0.1:9'
    await expect(natsEngine({ servers, startTimeoutMs: 300, logger: false })).rejects.toMatchObject({
      code: 'engine_unavailable',
    })
    for (const wrong of [{ servers: '' }, { servers: [] }, { servers, bucket: 'a.b' }, { servers, bucket: '' }]) {
      await expect(natsEngine(wrong)).rejects.toMatchObject({ code: 'invalid_argument' })
    }
  })
})
