import { expect, test } from 'vitest'
import { field, setStage } from '../support/stage.js'

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

test.each([
  [true, 0],
  [true, 300],
  [false, 0],
  [false, 300],
])(
  'with hand-over %s a first client whose join is refused does not keep the role from one that comes %i ms later',
  async (handOverHost, ms) => {
    const seen: boolean[] = []
    const picky: typeof field = {
      ...field,
      onJoin: (_state, ctx) => {
        seen.push(ctx.client.isHost)
        if (seen.length === 1) ctx.reject('no', 'not you')
      },
    }
    const { server, join, pass } = await setStage({ game: picky, handOverHost } as never)
    const { client: first } = join()
    if (ms > 0) await pass(ms)
    expect(server.hostClient).toBeUndefined()
    const { client: second } = join()
    const { client: third } = join()
    await pass(500)
    expect(first.session.status).toBe('closed')
    expect(server.hostClient).toBe(second.session.clientId)
    expect(seen).toEqual([true, ms > 0, false])
    const hosts = third.events.filter(({ name }) => name === '$game').map(({ data }) => (data as { host: string }).host)
    expect(hosts.at(-1) ?? second.session.clientId).toBe(second.session.clientId)
  },
)

test('the older session of a user ends when the new one has joined, and stays if that is refused', async () => {
  let joins = 0
  const picky: typeof field = {
    ...field,
    onJoin: (_state, ctx) => {
      if (++joins === 2) ctx.reject('no', 'not now')
    },
  }
  const auth = () => ({ userId: 'ada' })
  const { server, join, pass } = await setStage({
    game: picky,
    auth,
    sessionsPerUser: 'newest',
    handOverHost: false,
  } as never)
  const clients = [0, 1, 2].map(() => undefined as unknown as ReturnType<typeof join>['client'])
  const statuses: unknown[] = []
  for (const place of clients.keys()) {
    clients[place] = join().client
    await pass(300)
    statuses.push(clients.slice(0, place + 1).map(({ session }) => session.status))
  }
  expect(statuses).toEqual([['connected'], ['connected', 'closed'], ['closed', 'closed', 'connected']])
  expect([server.clients.size, server.hostClient]).toEqual([1, clients[2]?.session.clientId])
})
