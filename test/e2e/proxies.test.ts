import { expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { LooseClient } from './support/loose-client.js'
import { runServer, urlOf } from './support/stage.js'

const forwardedFor = (hosts: string) => ({ headers: { 'x-forwarded-for': hosts } })

test('where a client is follows the trusted proxy, and its limit with it', async () => {
  const server = await runServer(arena, { maxSessionsPerAddress: 1 }, { trustProxy: 1 })
  const join = (hosts: string) => LooseClient.join(urlOf(server), forwardedFor(hosts))
  const first = await join('203.0.113.7')
  const second = await join('203.0.113.7, 203.0.113.8')
  const third = await join('203.0.113.9, 203.0.113.7')
  expect([first.status, second.status, third.status]).toEqual(['connected', 'connected', 'closed'])
  expect(third.closeInfo).toMatchObject({ code: 'too_many_sessions', byPeer: true })
  const hosts = [...server.clients.values()].map(({ address }) => address?.host)
  expect(hosts).toEqual(['203.0.113.7', '203.0.113.8'])
})

test('without trust the header changes nothing', async () => {
  const server = await runServer(arena, { maxSessionsPerAddress: 1 })
  const first = await LooseClient.join(urlOf(server), forwardedFor('203.0.113.7'))
  const second = await LooseClient.join(urlOf(server), forwardedFor('203.0.113.8'))
  expect([first.status, second.closeInfo?.code]).toEqual(['connected', 'too_many_sessions'])
  expect(['127.0.0.1', '::1']).toContain([...server.clients.values()][0]?.address?.host)
})

test('a proxy that is trusted may have more sockets without a hello than one address', async () => {
  const server = await runServer(arena, { maxHandshakesPerAddress: 1 }, { trustProxy: ['127.0.0.0/8', '::1'] })
  const clients = await Promise.all(
    Array.from({ length: 10 }, (_, i) => LooseClient.join(urlOf(server), forwardedFor(`203.0.113.${i}`))),
  )
  expect(clients.map(({ status }) => status)).toEqual(Array.from(clients, () => 'connected'))
})
