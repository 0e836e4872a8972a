import { ProtocolError, type SendOptions } from '@tygase/protocol'
import { encodePayload } from '@tygase/protocol/payload'
import { expect, test } from 'vitest'
import { connectionsOf, endDropping, sendToAll } from '../src/event-dispatch.js'
import type { OwnedConnection } from '../src/owned-connection.js'
import { LogBook } from './support/stage.js'

function fakeConnection(clientId: string, fails?: ProtocolError) {
  const sent: { payload: Uint8Array; options: SendOptions }[] = []
  const send = (_name: string, payload: Uint8Array, options: SendOptions): void => {
    if (fails) throw fails
    sent.push({ payload, options })
  }
  return { sent, connection: { clientId, session: { send } } as unknown as OwnedConnection }
}

const three = new Map(['a', 'b', 'c'].map((clientId) => [clientId, fakeConnection(clientId).connection]))

test.each([
  ['all', ['a', 'b', 'c']],
  ['b', ['b']],
  [
    ['c', 'a', 'c'],
    ['c', 'a'],
  ],
  [[], []],
  [{ except: 'b' }, ['a', 'c']],
  [{ except: ['a', 'b', 'nobody'] }, ['c']],
])('%o are %o', (recipients, clientIds) => {
  expect(connectionsOf(recipients, three).map(({ clientId }) => clientId)).toEqual(clientIds)
})

test.each(['nobody', ''])("an unknown client '%s' throws with its name", (clientId) => {
  expect(() => connectionsOf(['a', clientId], three)).toThrow(
    expect.objectContaining({ code: 'unknown_client', message: `there is no client '${clientId}'` }),
  )
})

const dispatch = { name: 'news', data: 'rain', minVersion: 3, now: 0 }

test('the payload is encoded once for all', () => {
  const [one, other] = [fakeConnection('a'), fakeConnection('b')]
  sendToAll([one.connection, other.connection], dispatch, new LogBook())
  expect(one.sent[0]?.payload).toBe(other.sent[0]?.payload)
  expect(one.sent[0]?.options).toMatchObject({ retries: 0, minVersion: 3 })
})

test('a client whose queue is full makes its own onFail called, and the others get the event', () => {
  const full = fakeConnection('a', new ProtocolError('queue_full', 'full'))
  const other = fakeConnection('b')
  const failed: string[] = []
  const onFail = ({ clientId }: { clientId: string }, { code }: { code: string }): number =>
    failed.push(`${clientId} ${code}`)
  sendToAll([full.connection, other.connection], { ...dispatch, onFail }, new LogBook())
  expect(failed).toEqual(['a queue_full'])
  expect(other.sent.length).toBe(1)
})

test('a client that is slow is logged when dropping begins and, with the count, when nothing was dropped for 5 s or it has gone', () => {
  const log = new LogBook()
  const said: unknown[] = []
  log.warn = (details, message) => said.push([details, message])
  const { connection } = fakeConnection('a')
  const { send } = connection.session
  const sendAt = (now: number, isFull: boolean): void => {
    connection.session.send = isFull
      ? () => {
          throw new ProtocolError('queue_full', 'full')
        }
      : send
    sendToAll([connection], { ...dispatch, now }, log)
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
  endDropping(connection, log)
  endDropping(connection, log)
  expect(said.slice(2)).toEqual([begins, ends(1)])
})

test('what is wrong with the event itself throws', () => {
  const tooLarge = fakeConnection('a', new ProtocolError('event_too_large', 'large'))
  expect(() => sendToAll([tooLarge.connection], dispatch, new LogBook())).toThrow('large')
  const data = (): void => {}
  expect(() => sendToAll([], { ...dispatch, data }, new LogBook())).toThrow(
    expect.objectContaining({ code: 'payload_invalid' }),
  )
})

test('callbacks get the connection, acks the decoded result; what they throw is logged', () => {
  const log = new LogBook()
  const { sent, connection } = fakeConnection('a')
  const acks: unknown[] = []
  const bang = (): never => {
    throw new Error('bang')
  }
  sendToAll(
    [connection],
    { ...dispatch, onAck: ({ clientId }, result) => acks.push([clientId, result]), onFail: bang },
    log,
  )
  sent[0]?.options.onAck?.(encodePayload({ x: 1 }))
  sent[0]?.options.onAck?.(undefined)
  sent[0]?.options.onFail?.(new ProtocolError('event_lost', ''))
  expect(acks).toEqual([
    ['a', { x: 1 }],
    ['a', undefined],
  ])
  expect(log.errors).toEqual(["onFail of 'news' failed"])
})

test('a result that cannot be read makes onFail called, not onAck, and ends the session of who sent it', () => {
  const { sent, connection } = fakeConnection('a')
  const told: string[] = []
  Object.assign(connection, { end: (code: string) => told.push(`end ${code}`) })
  const onAck = (): number => told.push('ack')
  const onFail = (_connection: unknown, { code }: { code: string }): number => told.push(code)
  sendToAll([connection], { ...dispatch, onAck, onFail }, new LogBook())
  sent[0]?.options.onAck?.(Uint8Array.of(0xc1))
  expect(told).toEqual(['payload_malformed', 'end malformed'])
})
