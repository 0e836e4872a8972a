import { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import type { ToEngine, ToHub } from '../../src/hub/messages.js'
import { type Envelope, envelopeOf, Outbox, readMessage, SocketOutbox, writeMessage } from '../../src/local/ipc.js'

const envelope = (engine: number): Envelope => ({ tygase: 'cluster', engine })

describe('a channel to a process that does not read', () => {
  it('drops from the bound on until all that waits has left, and says so once', () => {
    const posted: { engine: number; done: () => void }[] = []
    let gaps = 0
    const post = ({ engine }: Envelope, done: () => void): void => void posted.push({ engine, done })
    const outbox = new Outbox(post, () => gaps++, 3)
    for (let engine = 1; engine <= 5; engine++) outbox.send(envelope(engine))
    posted[0]?.done()
    outbox.send(envelope(6))
    expect(posted.map(({ engine }) => engine)).toEqual([1, 2, 3])
    posted[1]?.done()
    expect(gaps).toBe(0)
    posted[2]?.done()
    expect(gaps).toBe(1)
    outbox.send(envelope(7))
    posted[3]?.done()
    expect([posted.at(-1)?.engine, gaps]).toEqual([7, 1])
  })
})

describe('sockets for a process', () => {
  it('are cut beyond the bound, and those that wait when the process ends', () => {
    const done: (() => void)[] = []
    const send = (...[, , , callback]: unknown[]): boolean => done.push(callback as () => void) > 0
    const outbox = new SocketOutbox({ send }, 2)
    const sockets = [new Socket(), new Socket(), new Socket()] as const
    for (const socket of sockets) outbox.send({ tygase: 'cluster', engine: 1, name: 'a' }, socket)
    expect(sockets.map(({ destroyed }) => destroyed)).toEqual([false, false, true])
    done[0]?.()
    expect([done.length, sockets[0].destroyed]).toEqual([2, true])
    outbox.close()
    expect(sockets[1].destroyed).toBe(true)
  })
})

const messages: (ToHub | ToEngine)[] = [
  {
    type: 'interests',
    subjects: ['a'],
    responders: [],
    watches: [{ id: 1, prefix: 'b' }],
    wills: [{ key: 'k', value: Uint8Array.of(1) }],
  },
  { type: 'publish', subject: 'a', bytes: Uint8Array.of(0, 255) },
  { type: 'write', id: 2, key: 'k', value: new Uint8Array(), expected: 7 },
  { type: 'records', id: 1, records: [{ key: 'k', value: Uint8Array.of(3), revision: 1 }], revision: 4 },
  { type: 'result', id: 2, failure: 'record_conflict' },
]

describe('a message between processes', () => {
  it.each(messages)('of type $type is read as it was written', (message) => {
    expect(readMessage(writeMessage(message))).toEqual(message)
  })

  it.each([
    ['a text', 'tygase'],
    ['null', null],
    ['another object', { tygase: 'other', engine: 1 }],
    ['one without a number', { tygase: 'cluster', text: 'x' }],
    ['one without a text', { tygase: 'cluster', engine: 1, text: {} }],
  ])('that is %s is one of the game itself', (_, message) => {
    expect(envelopeOf(message)).toBe(undefined)
  })
})
