import { readHello, type ServerSession } from '@tygase/protocol'
import { beforeEach, expect, it } from 'vitest'
import { Pair, unreliable } from '../support/pair.js'

let pair: Pair
let server: ServerSession

beforeEach(() => {
  pair = new Pair({ server: { keepAliveMs: 1000, idleTimeoutMs: 5000, graceMs: 30_000 } })
  ;({ server } = pair)
})

it('a session without a transport has nothing to do before its grace time is over, and nothing at all when it is', () => {
  pair.connect()
  server.suspend(100)
  expect(server.nextDeadline()).toBe(30_100)
  server.advance(30_100)
  expect(server.nextDeadline()).toBe(Number.POSITIVE_INFINITY)
})

it('a packet that is due is named once, so that a caller that cannot send yet is not kept busy', () => {
  pair.connect()
  pair.exchange(0)
  const dueMs = server.nextDeadline()
  expect(dueMs).toBeGreaterThan(0)
  expect(dueMs).toBeLessThanOrEqual(1000)
  server.advance(dueMs)
  expect(server.nextDeadline()).toBeGreaterThan(dueMs)
  expect(server.flush(dueMs)).toBeDefined()
})

it('a session that ends waits for its CLOSE to be fetched, for a second at most', () => {
  pair.connect(0, unreliable)
  server.close('kicked', 'enough', 100)
  expect(server.nextDeadline()).toBe(1100)
  server.advance(1100)
  expect(server.status).toBe('closed')
})

it('a client that waits for an answer is due again when it resends its hello, and at its timeout', () => {
  const { client } = pair
  client.attach(unreliable, 0)
  expect(client.nextDeadline()).toBe(Number.NEGATIVE_INFINITY)
  expect(readHello(client.flush(0)!).resume).toBeUndefined()
  const againMs = client.nextDeadline()
  expect(againMs).toBeGreaterThan(0)
  client.advance(againMs)
  expect(client.flush(againMs)).toBeDefined()
})
