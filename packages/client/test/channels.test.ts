import { encodeValue } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import type { ChannelMessage } from '../src/index.js'
import { setStage, turnOf } from './support/stage.js'

/** A connection, and a server that says yes to all that is asked of channels, or what `answer` says. */
async function setChannels() {
  const stage = setStage()
  const connection = await stage.connected()
  /** Awaits something that takes a round trip. */
  const settle = async <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => {})
    for (let i = 0; i < 10; i++) {
      stage.clock.advance(50)
      await turnOf(stage.clock)
    }
    return promise
  }
  const asked = () => stage.server.events.filter(({ name }) => name === '$channels').map(({ data }) => data)
  const heard: ChannelMessage[] = []
  const hear = (message: ChannelMessage): void => void heard.push(message)
  return { ...stage, connection, settle, asked, heard, hear }
}

describe('a channel', () => {
  test('is subscribed to at the server, and its messages come to the handler with kind and sender [C7]', async () => {
    const { connection, server, settle, asked, heard, hear } = await setChannels()
    await settle(connection.channels.subscribe('news', hear))
    expect(asked()).toEqual([['subscribe', 'room', 'news']])
    server.send('$channel', ['room', 'news', 'text', '{"a":1}', 'ada'])
    server.send('$channel', ['room', 'news', 'json', { a: 1 }, null])
    server.send('$channel', ['room', 'olds', 'text', 'not mine', null])
    await settle(Promise.resolve())
    expect(heard).toEqual([
      { channel: 'news', kind: 'text', data: '{"a":1}', from: 'ada' },
      { channel: 'news', kind: 'json', data: { a: 1 }, from: undefined },
    ])
  })

  test('of the room and one of the server of the same name are two', async () => {
    const { connection, server, settle, asked, heard, hear } = await setChannels()
    const elsewhere: ChannelMessage[] = []
    await settle(connection.channels.subscribe('news', hear))
    await settle(connection.serverChannels.subscribe('news', (message) => void elsewhere.push(message)))
    expect(asked()).toEqual([
      ['subscribe', 'room', 'news'],
      ['subscribe', 'server', 'news'],
    ])
    server.send('$channel', ['server', 'news', 'text', 'x', null])
    await settle(Promise.resolve())
    expect([heard.length, elsewhere.length]).toEqual([0, 1])
  })

  test('that is subscribed to once more has the newer handler, and delivers once [C6]', async () => {
    const { connection, server, settle, heard, hear } = await setChannels()
    const older: unknown[] = []
    await settle(connection.channels.subscribe('news', (message) => void older.push(message)))
    await settle(connection.channels.subscribe('news', hear))
    server.send('$channel', ['room', 'news', 'text', 'x', null])
    await settle(Promise.resolve())
    expect([older.length, heard.length]).toEqual([0, 1])
  })

  test('is not heard any more after it was left', async () => {
    const { connection, server, settle, asked, heard, hear } = await setChannels()
    await settle(connection.channels.subscribe('news', hear))
    await settle(connection.channels.unsubscribe('news'))
    server.send('$channel', ['room', 'news', 'text', 'x', null])
    await settle(Promise.resolve())
    expect(asked().at(-1)).toEqual(['unsubscribe', 'room', 'news'])
    expect(heard).toEqual([])
  })

  test('of which a handler throws goes on, and the connection too', async () => {
    const { connection, server, settle, log } = await setChannels()
    await settle(
      connection.channels.subscribe('news', () => {
        throw new Error('a bug')
      }),
    )
    for (let i = 0; i < 2; i++) server.send('$channel', ['room', 'news', 'text', 'x', null])
    await settle(Promise.resolve())
    expect(log.errors).toEqual(['a handler of a channel failed'])
    expect(connection.status).toBe('connected')
  })
})

describe('what the server refuses', () => {
  test('rejects with its code, and the handler of before stays', async () => {
    const { connection, server, settle, heard, hear } = await setChannels()
    await settle(connection.channels.subscribe('news', hear))
    server.answer = () => ({ kind: 'refused', code: 'channel_limit', message: 'no more' })
    await expect(settle(connection.channels.subscribe('news', () => {}))).rejects.toMatchObject({
      code: 'channel_limit',
    })
    await expect(settle(connection.channels.subscribe('olds', hear))).rejects.toMatchObject({ code: 'channel_limit' })
    for (const name of ['news', 'olds']) server.send('$channel', ['room', name, 'text', 'x', null])
    await settle(Promise.resolve())
    expect(heard.map(({ channel }) => channel)).toEqual(['news'])
  })

  test('and what is no handler rejects at once', async () => {
    const { connection, settle, asked } = await setChannels()
    const wrong = connection.channels.subscribe('news', undefined as never)
    await expect(settle(wrong)).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(asked()).toEqual([])
  })
})

test('publishing says how many it goes to, and which kind it is [C7]', async () => {
  const { connection, server, settle, asked } = await setChannels()
  server.answer = () => ({ kind: 'done', payload: encodeValue(3) })
  expect(await settle(connection.channels.publish('news', 'hello'))).toBe(3)
  expect(await settle(connection.channels.publishJson('news', 'hello'))).toBe(3)
  expect(asked()).toEqual([
    ['publish', 'room', 'news', 'text', 'hello'],
    ['publish', 'room', 'news', 'json', 'hello'],
  ])
})

test.each([
  ['nothing', undefined],
  ['no list', 'x'],
  ['another scope', ['all', 'news', 'text', 'x', null]],
  ['another kind', ['room', 'news', 'xml', 'x', null]],
  ['a text that is none', ['room', 'news', 'text', 5, null]],
  ['a sender that is none', ['room', 'news', 'text', 'x', 5]],
])('a message that no server of ours would send is passed over: %s', async (_, data) => {
  const { connection, server, settle, heard, hear } = await setChannels()
  await settle(connection.channels.subscribe('news', hear))
  server.send('$channel', data)
  await settle(Promise.resolve())
  expect(heard).toEqual([])
  expect(connection.status).toBe('connected')
})
