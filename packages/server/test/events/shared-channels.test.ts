import { encodeValue } from '@tygase/gamestate/internal'
import type { ChannelMessage } from '@tygase/protocol/internal'
import { describe, expect, test } from 'vitest'
import { FakeCluster, FakeWire } from '../support/fake-cluster.js'
import { type Field, setRoomStage, setStage } from '../support/stage.js'
import type { VirtualClient } from '../support/virtual-client.js'

type Client = VirtualClient<Field>

const messagesOf = (client: Client) => client.events.filter(({ name }) => name === '$channel').map(({ data }) => data)

/** Servers of one cluster, each with a client that has subscribed to its channel `news`, and what its own code hears of it. */
async function setServers(count = 2) {
  const wire = new FakeWire()
  const open = async () => {
    const cluster = new FakeCluster(1, wire)
    const stage = await setRoomStage({ cluster })
    const { channels } = stage.server
    channels.create('news', { scope: 'cluster', publishers: 'all' })
    const client = await stage.joined('/field/1')
    const does = async (by: Client, ...request: unknown[]): Promise<unknown> => {
      const answer = by.send('$channels', request).catch(({ refusal, code }) => refusal?.code ?? code)
      await stage.pass(100)
      return answer
    }
    await does(client, 'subscribe', 'server', 'news')
    const heard: ChannelMessage[] = []
    channels.subscribe('news', (message) => void heard.push(message))
    return { ...stage, cluster, channels, client, does, heard }
  }
  const servers = await Promise.all([...Array(count)].map(open))
  const pass = async (ms: number): Promise<void> => {
    for (const server of servers) await server.pass(ms)
  }
  return { wire, servers, pass }
}

describe('a channel of a cluster', () => {
  test('brings what a client publishes at one server to all subscribers at all servers, once [C12]', async () => {
    const { servers, pass } = await setServers(3)
    const [a] = servers
    // its own server alone is counted
    expect(await a!.does(a!.client, 'publish', 'server', 'news', 'text', 'hello')).toBe(1)
    await pass(100)
    const from = a!.client.session.clientId!
    for (const { client, heard } of servers) {
      expect(messagesOf(client)).toEqual([['server', 'news', 'text', 'hello', from]])
      expect(heard).toEqual([{ channel: 'news', kind: 'text', data: 'hello', from }])
    }
  })

  test('carries texts and JSON of code at the server as they were', async () => {
    const { servers, pass } = await setServers()
    const [a, b] = servers
    expect(a!.channels.publish('news', '{"a":1}')).toBe(1)
    a!.channels.publishJson('news', { b: [1, null, 'x'] })
    b!.channels.publishJson('news', null)
    await pass(100)
    const ofA = [
      ['server', 'news', 'text', '{"a":1}', null],
      ['server', 'news', 'json', { b: [1, null, 'x'] }, null],
    ]
    const ofB = ['server', 'news', 'json', null, null]
    expect(messagesOf(a!.client)).toEqual([...ofA, ofB])
    expect(messagesOf(b!.client)).toEqual([...ofA, ofB])
  })

  test('keeps the order of messages if a listener publishes while it hears one', async () => {
    const { servers, pass } = await setServers()
    const [a, b] = servers
    a!.channels.subscribe('news', ({ data }) => {
      if (data === 'one') a!.channels.publish('news', 'two')
    })
    a!.channels.publish('news', 'one')
    await pass(100)
    for (const { client } of [a!, b!]) {
      expect(messagesOf(client).map((data) => (data as unknown[])[3])).toEqual(['one', 'two'])
    }
  })

  test('does not reach servers that have not made it so, and ends where it is taken away', async () => {
    const { servers, pass } = await setServers()
    const [a, b] = servers
    b!.channels.create('mine', { publishers: 'all' })
    a!.channels.create('mine', { scope: 'cluster' })
    await b!.does(b!.client, 'subscribe', 'server', 'mine')
    a!.channels.publish('mine', 'x')
    b!.channels.publish('mine', 'own')
    b!.channels.delete('news')
    a!.channels.publish('news', 'y')
    await pass(100)
    expect(messagesOf(b!.client)).toEqual([['server', 'mine', 'text', 'own', null]])
    expect(a!.heard.map(({ data }) => data)).toEqual(['y'])
    b!.channels.create('news', { scope: 'cluster' })
    b!.channels.publish('news', 'z')
    expect(a!.heard.map(({ data }) => data)).toEqual(['y', 'z'])
  })

  test.each([
    ['bytes of nothing', new Uint8Array()],
    ['a text alone', encodeValue('x')],
    ['another kind', encodeValue(['xml', 'x', null])],
    ['a text that is none', encodeValue(['text', 5, null])],
  ])('takes no %s of another server, and logs it', async (_, message) => {
    const { servers, pass } = await setServers(1)
    const [a] = servers
    a!.cluster.channels.receive('news', message)
    await pass(100)
    expect([messagesOf(a!.client), a!.heard]).toEqual([[], []])
    expect(a!.log.errors).toEqual(["a message of another server in 'news' cannot be sent on"])
  })

  test('counts what got lost, and tells code at the server', async () => {
    const { servers } = await setServers(1)
    const { channels, cluster, log } = servers[0]!
    const told: unknown[] = []
    channels.onLost(() => {
      throw new Error('of a test')
    })
    const off = channels.onLost((lost) => void told.push(lost))
    cluster.channels.lose({ channel: 'news', count: 3 })
    off()
    cluster.channels.lose({ channel: 'news', count: 4 })
    expect([channels.lost, told]).toEqual([7, [{ channel: 'news', count: 3 }]])
    expect(log.errors).toContain('a listener of onLost failed')
    expect(() => channels.onLost(5 as never)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  test('is none of a room, and without a cluster is of the one server', async () => {
    const invalid = expect.objectContaining({ code: 'invalid_argument' })
    const { room } = await setStage()
    expect(() => room.channels.create('news', { scope: 'cluster' })).toThrow(invalid)
    expect(() => room.channels.create('news', { scope: 'world' as never })).toThrow(invalid)
    const { server } = await setRoomStage()
    server.channels.create('news', { scope: 'cluster' })
    const heard: unknown[] = []
    server.channels.subscribe('news', ({ data }) => void heard.push(data))
    server.channels.publish('news', 'x')
    expect([heard, server.channels.lost]).toEqual([['x'], 0])
  })
})
