import { GameStateError } from '@tygase/gamestate'
import { decodeValue } from '@tygase/gamestate/internal'
import type { ChannelMessage, Outcome } from '@tygase/protocol/internal'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { ChannelTable } from '../../src/events/channel-table.js'
import { Server } from '../../src/index.js'
import { isForgotten } from '../support/is-forgotten.js'
import { field, LogBook, quickLink, setRoomStage, setStage } from '../support/stage.js'
import type { VirtualClient } from '../support/virtual-client.js'

type Client = VirtualClient<object>

/** Asks something of channels. @returns a function for the answer, or the code of the refusal, once time has passed */
function ask(client: Client, ...request: unknown[]): () => Promise<unknown> {
  const answer = client.send('$channels', request).catch(({ refusal, code }) => refusal?.code ?? code)
  return () => answer
}

const messagesOf = (client: Client) => client.events.filter(({ name }) => name === '$channel').map(({ data }) => data)

async function setChannels(options: Parameters<typeof setStage>[0] = {}) {
  const stage = await setStage(options)
  const clients = [stage.join(), stage.join(), stage.join()].map(({ client }) => client as unknown as Client)
  stage.clock.advance(200)
  const does = async (client: Client, ...request: unknown[]): Promise<unknown> => {
    const answer = ask(client, ...request)
    stage.clock.advance(100)
    return answer()
  }
  return { ...stage, clients: clients as [Client, Client, Client], does }
}

describe('a channel', () => {
  test('brings what is published to all who have subscribed, the publisher too, and to no other client [C6]', async () => {
    const { server, clients, does } = await setChannels()
    const [a, b, c] = clients
    server.channels.create('news')
    expect(await does(a, 'subscribe', 'room', 'news')).toBeUndefined()
    await does(b, 'subscribe', 'room', 'news')
    expect(await does(a, 'publish', 'room', 'news', 'text', 'hello')).toBe(2)
    const message = ['room', 'news', 'text', 'hello', a.session.clientId]
    expect([a, b, c].map(messagesOf)).toEqual([[message], [message], []])
    expect(server.channels.list()).toEqual([{ name: 'news', subscribers: 2 }])
  })

  test('does not wait for the tick, nor for a version that its subscriber has not got [C6]', async () => {
    const { server, store, clients, join, clock, does } = await setChannels({ sendEveryTicks: 10 })
    const [a] = clients
    server.channels.create('news')
    await does(a, 'subscribe', 'room', 'news')
    join()
    clock.advance(110)
    expect(a.states.at(-1)!.version).toBeLessThan(store.version)
    server.channels.publish('news', 'now')
    clock.advance(quickLink.latencyMs + 1)
    expect(messagesOf(a)).toEqual([['room', 'news', 'text', 'now', null]])
  })

  test('is subscribed to once, however often that is asked for [C6]', async () => {
    const { server, clients, clock, does } = await setChannels()
    server.channels.create('news')
    for (let i = 0; i < 3; i++) await does(clients[0], 'subscribe', 'room', 'news')
    server.channels.publish('news', 'once')
    clock.advance(100)
    expect(messagesOf(clients[0]).length).toBe(1)
  })

  test('carries texts and JSON, and keeps which of the two it was [C7]', async () => {
    const { server, clients, clock, does } = await setChannels()
    const heard: ChannelMessage[] = []
    server.channels.create('news')
    server.channels.subscribe('news', (message) => void heard.push(message))
    await does(clients[0], 'subscribe', 'room', 'news')
    const values = [{ a: [1, null, true] }, 'a text of JSON', 5, null, []]
    for (const value of values) await does(clients[0], 'publish', 'room', 'news', 'json', value)
    server.channels.publish('news', '{"a":1}')
    server.channels.publishJson('news', { b: 2 })
    clock.advance(100)
    const from = clients[0].session.clientId
    expect(messagesOf(clients[0])).toEqual([
      ...values.map((value) => ['room', 'news', 'json', value, from]),
      ['room', 'news', 'text', '{"a":1}', null],
      ['room', 'news', 'json', { b: 2 }, null],
    ])
    expect(heard.map(({ kind, data }) => [kind, data])).toEqual([
      ...values.map((value) => ['json', value]),
      ['text', '{"a":1}'],
      ['json', { b: 2 }],
    ])
    expect(heard.at(-1)?.from).toBeUndefined()
  })

  test("takes from one client a second's worth of messages, and then as many in a second; others go on, and so does it [R17]", async () => {
    const channels = { publishesPerSecondPerClient: 5 }
    const { server, clock, clients, does } = await setChannels({ channels })
    const [a, b] = clients
    server.channels.create('news', { publishers: 'all' })
    server.channels.create('chat', { publishers: 'all' })
    const publish = async (client: Client, count: number): Promise<unknown[]> => {
      const sent = Array.from({ length: count }, (_, i) =>
        ask(client, 'publish', 'room', i % 2 ? 'news' : 'chat', 'text', `${i}`),
      )
      clock.advance(100)
      return Promise.all(sent.map((answer) => answer()))
    }
    expect(await publish(a, 8)).toEqual([...Array(5).fill(0), ...Array(3).fill('channel_too_fast')])
    expect(await publish(b, 3)).toEqual([0, 0, 0])
    clock.advance(1000)
    expect(await publish(a, 8)).toEqual([...Array(5).fill(0), ...Array(3).fill('channel_too_fast')])
    expect(await does(a, 'subscribe', 'room', 'news')).toBeUndefined()
    expect(a.session.status).toBe('connected')
    // code on the server knows what it does
    for (let i = 0; i < 500; i++) expect(server.channels.publish('news', `${i}`)).toBe(1)
  })

  test.each([
    [undefined, 100],
    [Number.POSITIVE_INFINITY, 1000],
  ])('whose limit is %s takes %i messages at once', async (publishesPerSecondPerClient, count) => {
    const channels = publishesPerSecondPerClient === undefined ? {} : { publishesPerSecondPerClient }
    const { server, clock, clients } = await setChannels({ channels })
    server.channels.create('news', { publishers: 'all' })
    const sent = Array.from({ length: 1000 }, () => ask(clients[0], 'publish', 'room', 'news', 'text', 'x'))
    clock.advance(1000)
    const answers = await Promise.all(sent.map((answer) => answer()))
    const taken = answers.filter((answer) => answer === 0).length
    // some come while time goes on
    expect(taken).toBeGreaterThanOrEqual(count)
    expect(taken).toBeLessThanOrEqual(count * 2)
  })

  test('is left by a client that unsubscribes, and by a session that ends [C6]', async () => {
    const { server, clients, clock, does } = await setChannels()
    server.channels.create('news')
    for (const client of clients) await does(client, 'subscribe', 'room', 'news')
    await does(clients[0], 'unsubscribe', 'room', 'news')
    clients[1].session.close('disconnected', '', clock.now())
    clients[1].flush()
    clock.advance(100)
    expect(server.channels.list()).toEqual([{ name: 'news', subscribers: 1 }])
    expect(server.channels.publish('news', 'x')).toBe(1)
  })

  test('waits for a subscriber that is suspended, and reaches it once [C8]', async () => {
    const { server, join, clock } = await setChannels()
    const { client, link } = join()
    clock.advance(100)
    server.channels.create('news')
    ask(client as unknown as Client, 'subscribe', 'room', 'news')
    clock.advance(100)
    link.ends[1].close(4004, 'cut')
    clock.advance(100)
    for (const text of ['a', 'b']) server.channels.publish('news', text)
    client.attach(server.openTransport())
    clock.advance(200)
    expect(messagesOf(client as unknown as Client).map((message) => (message as unknown[])[3])).toEqual(['a', 'b'])
  })

  test('drops what a subscriber does not take, past the limit of its queue, and slows no other client', async () => {
    const { server, clients, join, clock, does } = await setChannels({
      limits: { maxQueuedEvents: 50, graceMs: 60_000 },
    })
    const { client, link } = join()
    clock.advance(100)
    server.channels.create('news')
    ask(client as unknown as Client, 'subscribe', 'room', 'news')
    await does(clients[0], 'subscribe', 'room', 'news')
    link.ends[1].close(4004, 'cut')
    clock.advance(100)
    for (let i = 0; i < 200; i++) {
      expect(server.channels.publish('news', String(i))).toBe(2)
      clock.advance(50)
    }
    expect(messagesOf(clients[0]).length).toBe(200)
    expect(server.channels.dropped).toBeGreaterThanOrEqual(140)
    expect(server.channels.dropped).toBeLessThanOrEqual(150)
  })

  test('of which a listener on the server throws goes on [M32]', async () => {
    const { server, log } = await setChannels()
    const heard: unknown[] = []
    server.channels.create('news')
    server.channels.subscribe('news', () => {
      throw new Error('a bug')
    })
    const end = server.channels.subscribe('news', ({ data }) => void heard.push(data))
    server.channels.publish('news', 'a')
    end()
    server.channels.publish('news', 'b')
    expect(heard).toEqual(['a'])
    expect(log.errors).toEqual(["a subscriber of 'news' failed"])
  })
})

describe('what a client does wrong is refused, and its session goes on [C6] [C7]', () => {
  test.each([
    ['unknown_channel', ['subscribe', 'room', 'olds']],
    ['unknown_channel', ['unsubscribe', 'room', 'olds']],
    ['unknown_channel', ['publish', 'room', 'olds', 'text', 'x']],
    ['channel_denied', ['publish', 'room', 'news', 'text', 'x']],
    ['channel_denied', ['create', 'room', 'mine']],
    ['channel_invalid', ['publish', 'room', 'open', 'text', { a: 1 }]],
    ['channel_invalid', ['publish', 'room', 'open', 'json', new Uint8Array(3)]],
    ['channel_invalid', ['publish', 'room', 'open', 'json', { a: [Number.NaN] }]],
    ['channel_invalid', ['publish', 'room', 'open', 'json']],
    ['channel_invalid', ['publish', 'room', 'open', 'xml', '<a/>']],
    ['channel_invalid', ['subscribe', 'room', 5]],
    ['channel_invalid', ['subscribe', 'room', '__proto__']],
    ['channel_invalid', ['subscribe', 'room', 'x'.repeat(65)]],
    ['unknown_channel', ['subscribe', 'server', 'news']],
    ['channel_invalid', ['subscribe', 'all', 'news']],
    ['channel_invalid', ['rename', 'room', 'news']],
    ['channel_invalid', []],
  ])('%s: %j', async (code, request) => {
    const { server, clients, does } = await setChannels()
    server.channels.create('news')
    server.channels.create('open', { publishers: 'all' })
    expect(await does(clients[0], ...request)).toBe(code)
    expect(await does(clients[0], 'publish', 'room', 'open', 'text', 'x')).toBe(0)
  })

  test('what is no list of anything', async () => {
    const { clients, clock } = await setChannels()
    const answer = clients[0].send('$channels', 'list').catch(({ refusal }) => refusal.code)
    clock.advance(100)
    expect(await answer).toBe('channel_invalid')
  })
})

describe('the right to publish', () => {
  test.each([
    ['subscribers', true, false],
    ['all', true, true],
    ['none', false, false],
  ] as const)('%s', async (publishers, subscribed, stranger) => {
    const { server, clients, does } = await setChannels()
    server.channels.create('news', { publishers })
    await does(clients[0], 'subscribe', 'room', 'news')
    const answers = [clients[0], clients[1]].map((client) => does(client, 'publish', 'room', 'news', 'text', 'x'))
    expect((await Promise.all(answers)).map((answer) => answer === 1)).toEqual([subscribed, stranger])
    expect(server.channels.publish('news', 'by the server')).toBe(1)
  })
})

describe('where clients make channels', () => {
  test('a client that creates one is subscribed, and it ends with its last subscriber', async () => {
    const { server, clients, does } = await setChannels({ channels: { clientsMayCreate: true } })
    await does(clients[0], 'create', 'room', 'ours')
    expect(await does(clients[1], 'create', 'room', 'ours')).toBe('channel_exists')
    await does(clients[1], 'subscribe', 'room', 'ours')
    await does(clients[0], 'unsubscribe', 'room', 'ours')
    expect(await does(clients[2], 'list', 'room')).toEqual([{ name: 'ours', subscribers: 1 }])
    await does(clients[1], 'unsubscribe', 'room', 'ours')
    expect(server.channels.list()).toEqual([])
  })

  test('there are no more than there may be, for a client and in all', async () => {
    const channels = { clientsMayCreate: true, maxChannels: 3, maxSubscriptionsPerClient: 2 }
    const { server, clients, does } = await setChannels({ channels })
    for (const name of ['a', 'b']) await does(clients[0], 'create', 'room', name)
    expect(await does(clients[0], 'create', 'room', 'c')).toBe('channel_limit')
    server.channels.create('c', { maxSubscribers: 1 })
    expect(await does(clients[0], 'subscribe', 'room', 'c')).toBe('channel_limit')
    expect(await does(clients[1], 'create', 'room', 'd')).toBe('channel_limit')
    await does(clients[1], 'subscribe', 'room', 'c')
    expect(await does(clients[2], 'subscribe', 'room', 'c')).toBe('channel_limit')
  })
})

describe('what one client may cause with little', () => {
  /** A table, and clients that subscribe to channels without a server. */
  function setUp(options: ConstructorParameters<typeof ChannelTable>[3] = {}) {
    const clock = new VirtualClock()
    const table = new ChannelTable('room', clock, new LogBook(), options)
    let sent = 0
    const send = (links: unknown[]): void => {
      sent += links.length
    }
    const owner = { out: { send }, loop: { writeSoon: () => {} } }
    // reason: a table looks at no more of a link
    const link = (id: string) => ({ id, owner, sendLimits: { maxEventBytes: 65_536 } }) as unknown as ClientLink
    return { clock, table, link, sentTo: () => sent }
  }

  const codeOf = (outcome: Outcome): string => (outcome.kind === 'refused' ? outcome.code : 'done')
  const payloadOf = (outcome: Outcome): Uint8Array | undefined =>
    outcome.kind === 'done' ? outcome.payload : undefined

  test('a client that has left is forgotten', async () => {
    const { table, link } = setUp()
    table.create('news')
    const isGone = await isForgotten(() => {
      const client = link('a')
      table.subscribeClient(client, 'news')
      table.leaveAll(client)
      return client
    })
    expect([isGone, table.list()]).toEqual([true, [{ name: 'news', subscribers: 0 }]])
  })

  test('a list is made once for all who ask, and made anew after a change', () => {
    const { table, link } = setUp()
    for (let i = 0; i < 990; i++) table.create(`channel-${i}`)
    const [a, b] = [link('a'), link('b')]
    for (const from of [0, 200, 800, 990]) {
      const page = payloadOf(table.listFor(a, from))
      expect(page).toBeInstanceOf(Uint8Array)
      expect(payloadOf(table.listFor(b, from)), `from ${from}`).toBe(page)
    }
    const before = payloadOf(table.listFor(a, 800))!
    table.subscribeClient(a, 'channel-980')
    const after = payloadOf(table.listFor(a, 800))!
    expect(decodeValue(before)).not.toEqual(decodeValue(after))
    expect((decodeValue(after) as unknown[]).length).toBe(190)
    expect(decodeValue(payloadOf(table.listFor(a, 985))!)).toEqual(table.list().slice(985))
  })

  test('a list has fewer channels if the answers of events are small', () => {
    const { table, link } = setUp()
    for (let i = 0; i < 30; i++) table.create(`${i}${'ü'.repeat(62)}`)
    const small = Object.assign(link('a'), { sendLimits: { maxEventBytes: 1024 } })
    const page = payloadOf(table.listFor(small as ClientLink, 0))!
    expect((decodeValue(page) as unknown[]).length).toBe(4)
    expect(page.length).toBeLessThanOrEqual(1024)
  })

  test('lists are given to each client a few times a second', () => {
    const { clock, table, link } = setUp()
    const [a, b] = [link('a'), link('b')]
    const ask = (client: ClientLink, times: number) => {
      const codes = Array.from({ length: times }, () => codeOf(table.listFor(client, 0)))
      return codes.filter((code) => code === 'done').length
    }
    expect([ask(a, 50), ask(b, 10)]).toEqual([20, 10])
    expect(codeOf(table.listFor(a, 0))).toBe('channel_too_fast')
    clock.advance(500)
    expect(ask(a, 50)).toBe(10)
    clock.advance(10_000)
    expect(ask(a, 50)).toBe(20)
  })

  test('messages to many subscribers count for as many, and the limit never keeps one from all of them', () => {
    const { clock, table, link, sentTo } = setUp({ deliveriesPerSecondPerClient: 100 })
    const [a, b] = [link('a'), link('b')]
    table.create('news', { publishers: 'all' })
    for (let i = 0; i < 250; i++) table.subscribeClient(link(`s${i}`), 'news')
    const publish = (client: ClientLink) => codeOf(table.publishFrom(client, 'news', 'text', 'x'))
    expect([publish(a), publish(a), publish(b)]).toEqual(['done', 'channel_too_fast', 'done'])
    clock.advance(1500)
    expect(publish(a)).toBe('channel_too_fast')
    clock.advance(20)
    expect([publish(a), publish(a)]).toEqual(['done', 'channel_too_fast'])
    expect(sentTo()).toBe(750)
    // code on the server knows what it does
    for (let i = 0; i < 10; i++) expect(table.publish('news', 'x')).toBe(250)
  })

  test('a refusal is the same object for all, whatever is wrong', () => {
    const { table, link } = setUp()
    const [a, b] = [link('a'), link('b')]
    table.create('news')
    expect(table.subscribeClient(a, '?')).toBe(table.unsubscribeClient(b, 5))
    expect(table.createFor(a, 'mine')).toBe(table.createFor(b, 'mine'))
    table.subscribeClient(a, 'news')
    expect(table.publishFrom(a, 'news', 'xml', '')).toBe(table.publishFrom(a, 'news', 'xml', 5))
  })

  test('a message that is too large for the room of a subscriber is refused', () => {
    const { table, link } = setUp()
    table.create('news', { publishers: 'all' })
    const out = {
      send: () => {
        throw new GameStateError('value_too_large', 'larger than what may travel')
      },
    }
    table.subscribeClient(Object.assign(link('a'), { owner: { out, loop: {} } }) as never, 'news')
    expect(codeOf(table.publishFrom(link('b'), 'news', 'text', 'x'))).toBe('channel_invalid')
  })
})

describe('code on the server', () => {
  test('makes, lists and takes away channels, whose subscribers hear no more then', async () => {
    const { server, clients, clock, does } = await setChannels()
    server.channels.create('Grüße-1.a_b')
    await does(clients[0], 'subscribe', 'room', 'Grüße-1.a_b')
    expect([server.channels.delete('Grüße-1.a_b'), server.channels.delete('Grüße-1.a_b')]).toEqual([true, false])
    server.channels.create('Grüße-1.a_b')
    expect(server.channels.publish('Grüße-1.a_b', 'x')).toBe(0)
    clock.advance(100)
    expect(messagesOf(clients[0])).toEqual([])
  })

  test('gets its mistakes as errors of the call', async () => {
    const { server } = await setChannels()
    const { channels } = server
    const code = (expected: string) => expect.objectContaining({ code: expected })
    channels.create('news')
    expect(channels.has('news')).toBe(true)
    expect(() => channels.create('news')).toThrow(code('channel_exists'))
    expect(() => channels.create('')).toThrow(code('channel_invalid'))
    expect(() => channels.create('-')).toThrow(code('channel_invalid'))
    expect(() => channels.create('other', { maxSubscribers: 0 })).toThrow(code('invalid_argument'))
    expect(() => channels.publish('olds', 'x')).toThrow(code('unknown_channel'))
    expect(() => channels.publish('news', 5 as never)).toThrow(code('channel_invalid'))
    expect(() => channels.publishJson('news', () => {})).toThrow(code('channel_invalid'))
    expect(() => channels.subscribe('olds', () => {})).toThrow(code('unknown_channel'))
    expect(() => channels.subscribe('news', undefined as never)).toThrow(code('invalid_argument'))
    expect(() => new Server({ game: field, channels: { maxChannels: 0 } })).toThrow(code('invalid_argument'))
  })

  test('nests no deeper than JSON that people write', () => {
    const table = new ChannelTable('room', new VirtualClock(), new LogBook())
    table.create('news')
    const nested = (depth: number): unknown => (depth === 0 ? 1 : [nested(depth - 1)])
    expect(table.publishJson('news', nested(30))).toBe(0)
    expect(() => table.publishJson('news', nested(31))).toThrow(expect.objectContaining({ code: 'channel_invalid' }))
  })
})

describe('in rooms', () => {
  test('each has its own, and those of the server reach across', async () => {
    const { server, joined, pass } = await setRoomStage()
    const [a, b] = [await joined('/field/1'), await joined('/field/2')]
    for (const room of server.rooms.values()) room.channels.create('news')
    server.channels.create('news')
    for (const client of [a, b]) {
      void client.send('$channels', ['subscribe', 'room', 'news'])
      void client.send('$channels', ['subscribe', 'server', 'news'])
    }
    await pass(100)
    server.rooms.get('field/1')!.channels.publish('news', 'here')
    server.channels.publish('news', 'everywhere')
    await pass(100)
    const heard = [a, b].map((client) => messagesOf(client as unknown as Client))
    expect(heard).toEqual([
      [
        ['room', 'news', 'text', 'here', null],
        ['server', 'news', 'text', 'everywhere', null],
      ],
      [['server', 'news', 'text', 'everywhere', null]],
    ])
    b.session.close('disconnected', '', 0)
    b.flush()
    await pass(100)
    expect(server.channels.list()).toEqual([{ name: 'news', subscribers: 1 }])
  })
})
