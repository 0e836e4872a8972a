import { expect, test } from 'vitest'
import { setStage } from '../support/stage.js'

/** The host role of a room in which sessions begin and end. */
async function setRole(handOverHost: boolean) {
  const { clock, server, join } = await setStage({ handOverHost })
  const clients = new Map<string, ReturnType<typeof join>['client']>()
  return {
    get clientId(): string | undefined {
      for (const [name, { session }] of clients) if (session.clientId === server.hostClient) return name
      return server.hostClient
    },
    join(name: string): void {
      clients.set(name, join().client)
      clock.advance(100)
    },
    leave(name: string): void {
      const { session } = clients.get(name)!
      server.clients.get(session.clientId!)?.disconnect()
      clients.delete(name)
      clock.advance(100)
    },
  }
}

test.each([
  [true, 'a', ['a', 'a', 'a', 'a']],
  [false, 'a', ['a', 'a', 'a', 'a']],
])(
  'with hand-over %s the first to join is host and stays it when others come and go',
  async (handOver, first, expected) => {
    const role = await setRole(handOver)
    const hosts: (string | undefined)[] = []
    role.join(first)
    hosts.push(role.clientId)
    role.join('b')
    hosts.push(role.clientId)
    role.join('c')
    hosts.push(role.clientId)
    role.leave('b')
    hosts.push(role.clientId)
    expect(hosts).toEqual(expected)
  },
)

test('there is no host before the first join and after the last leave', async () => {
  const role = await setRole(true)
  expect(role.clientId).toBeUndefined()
  role.join('a')
  role.leave('a')
  expect(role.clientId).toBeUndefined()
})

test('the role goes to the client that joined first of those that are left', async () => {
  const role = await setRole(true)
  for (const clientId of ['a', 'b', 'c']) role.join(clientId)
  role.leave('b')
  role.leave('a')
  expect(role.clientId).toBe('c')
})

test('without hand-over the role is vacant until all have left and one joins', async () => {
  const role = await setRole(false)
  for (const clientId of ['a', 'b']) role.join(clientId)
  role.leave('a')
  role.join('c')
  expect(role.clientId).toBeUndefined()
  role.leave('b')
  role.leave('c')
  role.join('d')
  expect(role.clientId).toBe('d')
})
