import { createClientSession, readHello } from '@tygase/protocol'
import { createSeededRandom, VirtualClock } from '@tygase/protocol/sim'
import { expect, test } from 'vitest'
import { OwnedConnection } from '../src/owned-connection.js'
import { FakeTransport } from './support/fake-transport.js'
import { LogBook } from './support/stage.js'

/** A connection whose welcome has been written, and the client's session at the other end. */
function setUp() {
  const clock = new VirtualClock()
  const logger = new LogBook()
  const limits = { keepAliveMs: 1000, idleTimeoutMs: 5000 }
  const owner = { clock, logger, limits, names: [], isHost: () => false, onEvent: () => {}, onStatus: () => {} }
  const connection = new OwnedConnection('ada', new Uint8Array(16), new Uint8Array(0), owner)
  const transport = new FakeTransport()
  const heard: number[] = []
  const client = createClientSession(
    {
      path: '/',
      random: createSeededRandom(1),
      listener: {
        onEvent: ({ sequence }) => {
          heard.push(sequence)
          client.settle(sequence, { kind: 'done' })
        },
      },
    },
    0,
  )
  client.attach({ reliable: true }, 0)
  connection.attach(transport, readHello(client.flush(0)!))
  const drain = (): number => {
    let count = 0
    for (let packet = connection.flush(clock.now()); packet; packet = connection.flush(clock.now())) {
      client.receive(packet, clock.now())
      count++
    }
    return count
  }
  drain()
  return { clock, connection, transport, client, heard, drain }
}

test('nothing is flushed while nothing has happened, and a TIME when one is due', () => {
  const { clock, connection, drain } = setUp()
  clock.advance(500)
  connection.advance(clock.now())
  drain()
  for (let i = 0; i < 4; i++) {
    clock.advance(20)
    connection.advance(clock.now())
    expect(drain()).toBe(0)
  }
  clock.advance(1000)
  connection.advance(clock.now())
  expect(drain()).toBe(1)
})

test('what the session is given to send goes out with the next flush, however quiet it was', () => {
  const { clock, connection, heard, drain } = setUp()
  drain()
  connection.session.send('news', new Uint8Array(0), {}, clock.now())
  expect(drain()).toBe(1)
  expect(heard).toEqual([1])
})

test('a version that has gone out is the base from then on, until the client says that it has none', () => {
  const { clock, connection, transport, client } = setUp()
  expect(connection.stateBase).toBeUndefined()
  connection.stateSent(7)
  expect(connection.stateBase).toBe(7)
  client.stateHeld(undefined)
  transport.onBytes?.(client.flush(clock.now())!)
  expect(connection.stateBase).toBeUndefined()
})

test('the session knows of a version that has gone out before it writes an event that waits for it', () => {
  const { clock, connection, heard, drain } = setUp()
  connection.stateSent(9)
  connection.session.send('news', new Uint8Array(0), { minVersion: 9 }, clock.now())
  drain()
  // behind the state on this transport nothing has to wait, so the wire names no version
  expect(heard).toEqual([1])
  connection.session.send('news', new Uint8Array(0), { minVersion: 10 }, clock.now())
  drain()
  expect(heard).toEqual([1])
})

test('one that is dropped says why and nothing of what waited', () => {
  const { clock, connection, transport, client, heard } = setUp()
  connection.session.send('news', new Uint8Array(100), {}, clock.now())
  connection.drop('too_slow', 'took nothing')
  expect(transport.sent.length).toBe(1)
  client.receive(transport.sent[0]!, clock.now())
  expect(heard).toEqual([])
  expect(client.closeInfo).toMatchObject({ code: 'too_slow', reason: 'took nothing' })
  expect(transport.closedWith).toBe(4048)
  expect(connection.bufferedBytes).toBe(0)
})
