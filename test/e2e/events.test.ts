import { RefusalError as ClientRefusal } from '@tygase/client'
import { RefusalError } from '@tygase/server'
import { describe, expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { join, once, runServer } from './support/stage.js'

describe('from client to server', () => {
  test('a request resolves with what the rule returned, and the state has changed by then or soon after', async () => {
    const server = await runServer(arena)
    const client = await join(server)
    expect(await client.request('move', { dx: 2, dy: 3 })).toEqual({ x: 2, y: 3 })
    expect(await client.request('buy', { item: 'sword' })).toBe('sword bought')
    await client.waitUntil((state) => state.players.get(client.clientId)?.x === 2)
  })

  test.each([
    ['a rule that rejects', { item: 'moon' }, 'too_expensive', 'the moon is too expensive'],
    ['data that the schema does not want', { item: 5 }, 'event_invalid', /buy/],
  ])('%s makes the request reject with code and message', async (_case, data, code, message) => {
    const server = await runServer(arena)
    const client = await join(server)
    const error = await client.request('buy', data as { item: string }).catch((reason) => reason)
    expect(error).toBeInstanceOf(ClientRefusal)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  test('an event that nobody knows is refused and counted, and the client plays on', async () => {
    const server = await runServer(arena)
    const client = await join(server)
    await expect(client.request('fly' as 'buy', { item: '' })).rejects.toMatchObject({ code: 'event_unknown' })
    expect(server.stats.eventsUnknown).toBe(1)
    expect(await client.request('buy', { item: 'shield' })).toBe('shield bought')
  })

  test('onAck is called once per event, in order, with the results of the handler', async () => {
    const server = await runServer(arena)
    const client = await join(server)
    const acks: unknown[] = []
    for (let i = 0; i < 50; i++)
      client.dispatchEvent('buy', { item: `${i}` }, { retries: 2, onAck: (item) => acks.push(item) })
    await client.request('note', 'done')
    expect(acks).toEqual(Array.from({ length: 50 }, (_, i) => `${i} bought`))
  })

  test("a server's handler comes before the rule, may take its time, may refuse, and its result goes back", async () => {
    const server = await runServer(arena)
    const client = await join(server)
    server.registerEventHandler('note', async (text, sender) => {
      await Promise.resolve()
      if (text === 'swearing') throw new RefusalError('rude', 'not here')
      return `${sender.id}: ${text}`
    })
    expect(await client.request('note', 'hello')).toBe(`${client.clientId}: hello`)
    await expect(client.request('note', 'swearing')).rejects.toMatchObject({ code: 'rude', message: 'not here' })
    await client.waitUntil((state) => state.log.length === 1)
    expect(server.store.state.log).toEqual(['hello'])
  })

  test("a server's handler that throws harms no other client, and the error stays at the server in production", async () => {
    const server = await runServer(arena, { exposeErrors: false })
    const [client, other] = await Promise.all([join(server), join(server)])
    server.registerEventHandler('note', () => {
      throw new Error('the password is 1234')
    })
    const error = await client.request('note', 'x').catch((reason) => reason)
    expect(error.code).toBe('handler_failed')
    expect(error.message).not.toContain('1234')
    await other.request('move', { dx: 1, dy: 0 })
    await client.request('move', { dx: 1, dy: 0 })
  })

  test('in development a client gets message and stack of a handler that threw', async () => {
    const server = await runServer(arena, { exposeErrors: true })
    const client = await join(server)
    server.registerEventHandler('note', () => {
      throw new Error('no such note')
    })
    await expect(client.request('note', 'x')).rejects.toMatchObject({
      code: 'handler_failed',
      message: expect.stringMatching(/no such note[\s\S]*events\.test\.ts/),
    })
  })
})

describe('from server to client', () => {
  test('a broadcast reaches every client once, acks come back with the connection and the result', async () => {
    const server = await runServer(arena)
    const clients = await Promise.all([join(server), join(server), join(server)])
    const heard: string[] = []
    for (const client of clients) {
      client.registerEventHandler('news', ({ text }) => {
        heard.push(`${client.clientId} ${text}`)
        return client.clientId
      })
    }
    const acks: unknown[] = []
    await new Promise<void>((resolve) => {
      const onAck = (receiver: { readonly id: string }, result: unknown): void => {
        acks.push([receiver.id, result])
        if (acks.length === clients.length) resolve()
      }
      server.dispatchEvent('news', { text: 'rain' }, { retries: 3, onAck })
    })
    expect(heard.sort()).toEqual(clients.map(({ clientId }) => `${clientId} rain`).sort())
    expect(acks.sort()).toEqual(clients.map(({ clientId }) => [clientId, clientId]).sort())
  })

  test('an event goes to whom it is addressed and to nobody else', async () => {
    const server = await runServer(arena)
    const [a, b, c] = await Promise.all([join(server), join(server), join(server)])
    const heard = new Map<string, string[]>()
    for (const client of [a, b, c]) {
      heard.set(client.clientId, [])
      client.registerEventHandler('news', ({ text }) => void heard.get(client.clientId)?.push(text))
    }
    server.dispatchEvent('news', { text: 'for a' }, { to: a.clientId })
    server.dispatchEvent('news', { text: 'for a and b' }, { to: [a.clientId, b.clientId] })
    server.dispatchEvent('news', { text: 'not for b' }, { to: { except: b.clientId } })
    server.dispatchEvent('news', { text: 'end' })
    for (const client of [a, b, c]) await client.request('note', 'sync')
    expect([a, b, c].map(({ clientId }) => heard.get(clientId))).toEqual([
      ['for a', 'for a and b', 'not for b', 'end'],
      ['for a and b', 'end'],
      ['not for b', 'end'],
    ])
  })

  test('a client without a handler, or with one that refuses, makes onFail say so', async () => {
    const server = await runServer(arena)
    const client = await join(server)
    const ask = (): Promise<{ code: string; refusal?: unknown }> =>
      new Promise((resolve, reject) => {
        server.dispatchEvent(
          'ask',
          { question: '?' },
          { onFail: (_connection, error) => resolve(error), onAck: reject },
        )
      })
    expect(await ask()).toMatchObject({ code: 'event_refused', refusal: { code: 'event_unknown' } })
    client.registerEventHandler('ask', () => {
      throw new ClientRefusal('busy', 'later')
    })
    expect(await ask()).toMatchObject({ code: 'event_refused', refusal: { code: 'busy', message: 'later' } })
  })

  test('an event of a rule finds the replica at the version of its tick or later', async () => {
    const server = await runServer(arena)
    const [a, b] = await Promise.all([join(server), join(server)])
    const seen = once<[number]>((listener) =>
      b.registerEventHandler('moved', ({ by }) => listener(b.state.players.get(by)?.x ?? Number.NaN)),
    )
    a.dispatchEvent('move', { dx: 5, dy: 0 })
    expect(await seen).toEqual([5])
  })

  test('an event sent from onJoin reaches a client that registers its handler right after connect', async () => {
    const server = await runServer(arena)
    server.room.onJoin(({ id }) => server.dispatchEvent('news', { text: 'welcome' }, { to: id }))
    const client = await join(server)
    const [news] = await once<[{ text: string }]>((listener) => client.registerEventHandler('news', listener))
    expect(news).toEqual({ text: 'welcome' })
  })

  test('dispatching works from a handler, from an ack and from a subscriber of the store', async () => {
    const server = await runServer(arena)
    const client = await join(server)
    const heard: string[] = []
    const last = once((listener) =>
      client.registerEventHandler('news', ({ text }) => {
        heard.push(text)
        if (heard.length === 3) listener()
      }),
    )
    server.registerEventHandler('nextRound', () => {
      server.dispatchEvent(
        'news',
        { text: 'handler' },
        {
          onAck: () => server.dispatchEvent('news', { text: 'ack' }),
        },
      )
    })
    const unsubscribe = server.store.subscribe(({ round }) => {
      if (round !== 1) return
      unsubscribe()
      server.dispatchEvent('news', { text: 'store' })
    })
    client.dispatchEvent('nextRound')
    await last
    expect(heard).toEqual(['handler', 'store', 'ack'])
  })

  test('an unknown client throws with its name, before anything is sent to the others', async () => {
    const server = await runServer(arena)
    const client = await join(server)
    const heard: string[] = []
    client.registerEventHandler('news', ({ text }) => void heard.push(text))
    const dispatch = (): void => server.dispatchEvent('news', { text: 'x' }, { to: [client.clientId, 'nobody'] })
    expect(dispatch).toThrow(
      expect.objectContaining({ code: 'unknown_client', message: expect.stringContaining('nobody') }),
    )
    await client.request('note', 'sync')
    expect(heard).toEqual([])
  })
})
