import { RefusalError as ClientRefusal } from '@tygase/client'
import { RefusalError } from '@tygase/server'
import { describe, expect, test } from 'vitest'
import { arena } from './support/arena.js'
import { join, once, runBackend } from './support/stage.js'

describe('from client to server', () => {
  test('a request resolves with what the rule returned, and the state has changed by then or soon after', async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    expect(await client.request('move', { dx: 2, dy: 3 })).toEqual({ x: 2, y: 3 })
    expect(await client.request('buy', { item: 'sword' })).toBe('sword bought')
    await client.waitUntil((state) => state.players.get(client.clientId)?.x === 2)
  })

  test.each([
    ['a rule that rejects', { item: 'moon' }, 'too_expensive', 'nobody can pay for the moon'],
    ['data that the schema does not want', { item: 5 }, 'event_invalid', /buy/],
  ])('%s makes the request reject with code and message', async (_case, data, code, message) => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    const error = await client.request('buy', data as { item: string }).catch((reason) => reason)
    expect(error).toBeInstanceOf(ClientRefusal)
    expect(error.code).toBe(code)
    expect(error.message).toMatch(message)
  })

  test('an event that nobody knows is refused and counted, and the client plays on', async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    await expect(client.request('fly' as 'buy', { item: '' })).rejects.toMatchObject({ code: 'event_unknown' })
    expect(backend.server.stats.unknownEvents).toBe(1)
    expect(await client.request('buy', { item: 'shield' })).toBe('shield bought')
  })

  test('onAck is called once per event, in order, with the results of the handler', async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    const acks: unknown[] = []
    for (let i = 0; i < 50; i++)
      client.dispatchEvent('buy', { item: `${i}` }, { retries: 2, onAck: (item) => acks.push(item) })
    await client.request('note', 'done')
    expect(acks).toEqual(Array.from({ length: 50 }, (_, i) => `${i} bought`))
  })

  test("a server's handler comes before the rule, may take its time, may refuse, and its result goes back", async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    backend.server.registerEventHandler('note', async (text, connection) => {
      await Promise.resolve()
      if (text === 'swearing') throw new RefusalError('rude', 'not here')
      return `${connection.clientId}: ${text}`
    })
    expect(await client.request('note', 'hello')).toBe(`${client.clientId}: hello`)
    await expect(client.request('note', 'swearing')).rejects.toMatchObject({ code: 'rude', message: 'not here' })
    await client.waitUntil((state) => state.log.length === 1)
    expect(backend.store.state.log).toEqual(['hello'])
  })

  test("a server's handler that throws harms nobody, and what it threw does not travel", async () => {
    const backend = await runBackend(arena)
    const [client, other] = await Promise.all([join(backend), join(backend)])
    backend.server.registerEventHandler('note', () => {
      throw new Error('the password is 1234')
    })
    const error = await client.request('note', 'x').catch((reason) => reason)
    expect(error.code).toBe('handler_failed')
    expect(error.message).not.toContain('1234')
    await other.request('move', { dx: 1, dy: 0 })
    await client.request('move', { dx: 1, dy: 0 })
  })
})

describe('from server to client', () => {
  test('a broadcast reaches every client once, acks come back with the connection and the result', async () => {
    const backend = await runBackend(arena)
    const clients = await Promise.all([join(backend), join(backend), join(backend)])
    const heard: string[] = []
    for (const client of clients) {
      client.registerEventHandler('news', ({ text }) => {
        heard.push(`${client.clientId} ${text}`)
        return client.clientId
      })
    }
    const acks: unknown[] = []
    await new Promise<void>((resolve) => {
      const onAck = (connection: { clientId: string }, result: unknown): void => {
        acks.push([connection.clientId, result])
        if (acks.length === clients.length) resolve()
      }
      backend.dispatchEvent('news', { text: 'rain' }, { retries: 3, onAck })
    })
    expect(heard.sort()).toEqual(clients.map(({ clientId }) => `${clientId} rain`).sort())
    expect(acks.sort()).toEqual(clients.map(({ clientId }) => [clientId, clientId]).sort())
  })

  test('an event goes to whom it is addressed and to nobody else', async () => {
    const backend = await runBackend(arena)
    const [a, b, c] = await Promise.all([join(backend), join(backend), join(backend)])
    const heard = new Map<string, string[]>()
    for (const client of [a, b, c]) {
      heard.set(client.clientId, [])
      client.registerEventHandler('news', ({ text }) => void heard.get(client.clientId)?.push(text))
    }
    backend.dispatchEvent('news', { text: 'for a' }, { targetClient: a.clientId })
    backend.dispatchEvent('news', { text: 'for a and b' }, { targetClient: [a.clientId, b.clientId] })
    backend.dispatchEvent('news', { text: 'not for b' }, { targetClient: { except: b.clientId } })
    backend.dispatchEvent('news', { text: 'end' })
    for (const client of [a, b, c]) await client.request('note', 'sync')
    expect([a, b, c].map(({ clientId }) => heard.get(clientId))).toEqual([
      ['for a', 'for a and b', 'not for b', 'end'],
      ['for a and b', 'end'],
      ['not for b', 'end'],
    ])
  })

  test('a client without a handler, or with one that refuses, makes onFail say so', async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    const ask = (): Promise<{ code: string; refusal?: unknown }> =>
      new Promise((resolve, reject) => {
        backend.dispatchEvent(
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
    const backend = await runBackend(arena)
    const [a, b] = await Promise.all([join(backend), join(backend)])
    const seen = once<[number]>((listener) =>
      b.registerEventHandler('moved', ({ by }) => listener(b.state.players.get(by)?.x ?? Number.NaN)),
    )
    a.dispatchEvent('move', { dx: 5, dy: 0 })
    expect(await seen).toEqual([5])
  })

  test('an event sent from onConnect reaches a client that registers its handler right after connect', async () => {
    const backend = await runBackend(arena)
    backend.server.onConnect(({ clientId }) =>
      backend.dispatchEvent('news', { text: 'welcome' }, { targetClient: clientId }),
    )
    const client = await join(backend)
    const [news] = await once<[{ text: string }]>((listener) => client.registerEventHandler('news', listener))
    expect(news).toEqual({ text: 'welcome' })
  })

  test('dispatching works from a handler, from an ack and from a subscriber of the store', async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    const heard: string[] = []
    const last = once((listener) =>
      client.registerEventHandler('news', ({ text }) => {
        heard.push(text)
        if (heard.length === 3) listener()
      }),
    )
    backend.server.registerEventHandler('nextRound', () => {
      backend.dispatchEvent(
        'news',
        { text: 'handler' },
        {
          onAck: () => backend.dispatchEvent('news', { text: 'ack' }),
        },
      )
    })
    const unsubscribe = backend.store.subscribe(({ round }) => {
      if (round !== 1) return
      unsubscribe()
      backend.dispatchEvent('news', { text: 'store' })
    })
    client.dispatchEvent('nextRound')
    await last
    expect(heard).toEqual(['handler', 'store', 'ack'])
  })

  test('an unknown client throws with its name, before anything is sent to the others', async () => {
    const backend = await runBackend(arena)
    const client = await join(backend)
    const heard: string[] = []
    client.registerEventHandler('news', ({ text }) => void heard.push(text))
    const dispatch = (): void =>
      backend.dispatchEvent('news', { text: 'x' }, { targetClient: [client.clientId, 'nobody'] })
    expect(dispatch).toThrow(
      expect.objectContaining({ code: 'unknown_client', message: expect.stringContaining('nobody') }),
    )
    await client.request('note', 'sync')
    expect(heard).toEqual([])
  })
})
