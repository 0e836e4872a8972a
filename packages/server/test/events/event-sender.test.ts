import { encodeValue } from '@tygase/gamestate/internal'
import { ProtocolError, type SendOptions } from '@tygase/protocol/internal'
import { describe, expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { RoomClients } from '../../src/clients/client-table.js'
import { EventSender } from '../../src/events/event-sender.js'
import { LogBook, setStage } from '../support/stage.js'

function fakeLink(id: string, fails?: ProtocolError) {
  const sent: { payload: Uint8Array; options: SendOptions }[] = []
  const send = (_name: string, payload: Uint8Array, options: SendOptions): void => {
    if (fails) throw fails
    sent.push({ payload, options })
  }
  // reason: a sender looks at no more of it
  return { sent, link: { id, send } as unknown as ClientLink }
}

/** A sender to these clients, at version 3. */
function setUp(...fakes: ReturnType<typeof fakeLink>[]) {
  const links = new RoomClients()
  for (const { link } of fakes) links.joined.set(link.id, link)
  const log = new LogBook()
  const clock = { nowMs: 0 }
  const serverEvents = { news: { predict: false }, boom: { predict: true } }
  const sender = new EventSender({
    store: { version: 3 },
    links,
    room: { game: { serverEvents } },
    logger: log,
    now: () => clock.nowMs,
  })
  return { sender, log, clock }
}

test.each([
  ['all', ['a', 'b', 'c']],
  ['b', ['b']],
  [
    ['c', 'a', 'c'],
    ['a', 'c'],
  ],
  [[], []],
  [{ except: 'b' }, ['a', 'c']],
  [{ except: ['a', 'b', 'nobody'] }, ['c']],
])('an event to %o goes to %o', (to, ids) => {
  const fakes = ['a', 'b', 'c'].map((id) => fakeLink(id))
  setUp(...fakes).sender.dispatch('news', 'rain', { to }, false)
  expect(fakes.flatMap(({ link, sent }) => sent.map(() => link.id))).toEqual(ids)
})

test.each(['nobody', ''])("an unknown client '%s' throws with its name, and no other gets the event", (id) => {
  const known = fakeLink('a')
  const { sender } = setUp(known)
  expect(() => sender.dispatch('news', 'rain', { to: ['a', id] }, false)).toThrow(
    expect.objectContaining({ code: 'unknown_client', message: `there is no client '${id}'` }),
  )
  expect(known.sent).toEqual([])
  // that a client of a rule has left is no mistake
  sender.dispatchForRule({ name: 'news', data: 'rain', to: ['a', id] })
  expect(known.sent.length).toBe(1)
})

test('the event of a rule has its origin for the client that has caused it, if clients run it ahead', () => {
  const [one, other] = [fakeLink('a'), fakeLink('b')]
  const { sender } = setUp(one, other)
  const origin = { clientId: 'b', sequence: 7, n: 2 }
  for (const name of ['boom', 'news', 'unknown']) sender.dispatchForRule({ name, data: 1, to: 'all', origin })
  sender.dispatchForRule({ name: 'boom', data: 1, to: 'all' })
  expect(one.sent.map(({ options }) => options.origin)).toEqual([undefined, undefined, undefined, undefined])
  expect(other.sent.map(({ options }) => options.origin)).toEqual([
    { sequence: 7, n: 2 },
    undefined,
    undefined,
    undefined,
  ])
})

test('the payload is encoded once for all', () => {
  const [one, other] = [fakeLink('a'), fakeLink('b')]
  setUp(one, other).sender.dispatch('news', 'rain', {}, false)
  expect(one.sent[0]?.payload).toBe(other.sent[0]?.payload)
  expect(one.sent[0]?.options).toMatchObject({ retries: 0, minVersion: 3 })
})

test('an event without callbacks has the same options for all, and answers to it are not looked at', () => {
  const [one, other] = [fakeLink('a'), fakeLink('b')]
  let dropped = 0
  const { sender } = setUp(one, other)
  sender.send([one.link, other.link], { name: 'news', data: 'rain', onDrop: () => void dropped++ })
  const { options } = one.sent[0]!
  expect(other.sent[0]?.options).toBe(options)
  expect(options.onAck).toBeUndefined()
  options.onFail?.(new ProtocolError('event_lost', ''))
  expect(dropped).toBe(1)
})

test('a client whose queue is full makes its own onFail called, and the others get the event', () => {
  const [full, other] = [fakeLink('a', new ProtocolError('queue_full', 'full')), fakeLink('b')]
  const failed: string[] = []
  const onFail = ({ id }: { id: string }, { code }: { code: string }): number => failed.push(`${id} ${code}`)
  setUp(full, other).sender.dispatch('news', 'rain', { onFail }, false)
  expect(failed).toEqual(['a queue_full'])
  expect(other.sent.length).toBe(1)
})

test('dropping is logged at its start and, with the count, when nothing was dropped for 5 s or the client has gone', () => {
  const said: unknown[] = []
  const { link } = fakeLink('a')
  const { sender, log, clock } = setUp({ link, sent: [] })
  log.warn = (details, message) => said.push([details, message])
  const { send } = link
  const sendAt = (nowMs: number, isFull: boolean): void => {
    clock.nowMs = nowMs
    link.send = isFull
      ? () => {
          throw new ProtocolError('queue_full', 'full')
        }
      : send
    sender.send([link], { name: 'news', data: 'rain' })
  }
  const begins = [{ clientId: 'a', event: 'news' }, 'events to a client are dropped from now on']
  const ends = (dropped: number) => [{ clientId: 'a', dropped }, 'events to a client were dropped']
  for (let now = 0; now < 10_000; now += 100) sendAt(now, now % 500 !== 0)
  expect(said).toEqual([begins])
  sendAt(14_899, false)
  expect(said.length).toBe(1)
  sendAt(14_900, false)
  expect(said).toEqual([begins, ends(80)])
  sendAt(20_000, true)
  sender.endDropping(link)
  sender.endDropping(link)
  expect(said.slice(2)).toEqual([begins, ends(1)])
})

test('a mistake in the event itself throws', () => {
  const { sender } = setUp(fakeLink('a', new ProtocolError('event_too_large', 'large')))
  expect(() => sender.dispatch('news', 'rain', {}, false)).toThrow('large')
  expect(() => sender.dispatch('news', () => {}, {}, false)).toThrow(expect.objectContaining({ code: 'invalid_value' }))
})

test('callbacks get the client, acks the decoded result; errors of callbacks are logged', () => {
  const fake = fakeLink('a')
  const { sender, log } = setUp(fake)
  const acks: unknown[] = []
  const onFail = (): never => {
    throw new Error('bang')
  }
  sender.dispatch('news', 'rain', { onAck: ({ id }, result) => acks.push([id, result]), onFail }, false)
  fake.sent[0]?.options.onAck?.(encodeValue({ x: 1 }))
  fake.sent[0]?.options.onAck?.(undefined)
  fake.sent[0]?.options.onFail?.(new ProtocolError('event_lost', ''))
  expect(acks).toEqual([
    ['a', { x: 1 }],
    ['a', undefined],
  ])
  expect(log.errors).toEqual(["onFail of 'news' failed"])
})

test('a result that cannot be read makes onFail called, not onAck, and ends the session of its sender', () => {
  const fake = fakeLink('a')
  const calls: string[] = []
  Object.assign(fake.link, { end: (code: string) => calls.push(`end ${code}`) })
  const onAck = (): number => calls.push('ack')
  const onFail = (_client: unknown, { code }: { code: string }): number => calls.push(code)
  setUp(fake).sender.dispatch('news', 'rain', { onAck, onFail }, false)
  fake.sent[0]?.options.onAck?.(Uint8Array.of(0x16))
  expect(calls).toEqual(['malformed', 'end malformed'])
})

describe('an event of the server that follows an event which it has pushed to the rules', () => {
  test.each([1, 3, 7])(
    'arrives after the events that the rule sends, and at its version, at sendEveryTicks %d',
    async (n) => {
      const { clock, server, join } = await setStage({ sendEveryTicks: n })
      const { client } = join()
      clock.advance(1000)
      for (let i = 1; i <= 12; i++) {
        clock.advance(73)
        server.pushEvent('add', i)
        server.dispatchEvent('news', `sum after ${i}`)
        // an answer to another event makes an early write
        void client.send('unheard of')
      }
      clock.advance(1000)
      const own = client.events.filter(({ name }) => !name.startsWith('$'))
      expect(own.map(({ data }) => data)).toEqual(
        Array.from({ length: 12 }, (_, i) => [i + 1, `sum after ${i + 1}`]).flat(),
      )
      for (const [i, { atVersion }] of own.entries())
        if (i % 2 === 1) expect(atVersion).toBeGreaterThanOrEqual(own[i - 1]!.atVersion!)
      expect(client.store?.state.sum).toBe(78)
    },
  )

  test('does not wait while the game is paused, nor for an event that is refused at once', async () => {
    const { clock, server, join } = await setStage()
    const { client } = join()
    clock.advance(300)
    server.pushEvent('unheard of' as 'add', 1)
    server.dispatchEvent('news', 'one')
    server.room.pause()
    server.pushEvent('add', 1)
    server.dispatchEvent('news', 'two')
    clock.advance(300)
    expect(client.heard).toEqual(['one', 'two'])
    server.room.resume()
    clock.advance(300)
    expect(client.heard).toEqual(['one', 'two', 1])
  })

  test('arrives though the server shuts down just then', async () => {
    const { clock, server, join } = await setStage({ sendEveryTicks: 5 })
    const { client } = join()
    clock.advance(300)
    server.pushEvent('add', 4)
    server.dispatchEvent('news', 'four')
    void server.shutdown({ endSessions: true })
    for (let i = 0; i < 20; i++) await Promise.resolve()
    clock.advance(100)
    expect(client.heard).toEqual([4, 'four'])
    expect(client.store?.state.sum).toBe(4)
    expect(client.session.closeInfo?.code).toBe('shutdown')
  })
})
