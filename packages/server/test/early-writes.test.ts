import { VirtualClock } from '@tygase/protocol/sim'
import { expect, test } from 'vitest'
import { EarlyWrites } from '../src/early-writes.js'
import type { OwnedConnection } from '../src/owned-connection.js'

function setUp() {
  const clock = new VirtualClock()
  const written: string[] = []
  const early = new EarlyWrites(clock, ({ clientId }) => written.push(clientId))
  // reason: of a connection nothing else is looked at here
  const request = (clientId: string): void => early.request(connections[clientId] as unknown as OwnedConnection)
  const connections: Record<string, { clientId: string }> = { ada: { clientId: 'ada' }, ben: { clientId: 'ben' } }
  return { clock, written, early, request }
}

test('a client is written to once for all that is asked for within one turn, and without time passing', () => {
  const { clock, written, request } = setUp()
  request('ada')
  request('ben')
  request('ada')
  expect(written).toEqual([])
  clock.advance(0)
  expect(written).toEqual(['ada', 'ben'])
  request('ada')
  clock.advance(0)
  expect(written).toEqual(['ada', 'ben', 'ada'])
})

test('what is cleared is not written, and leaves no timer', () => {
  const { clock, written, early, request } = setUp()
  request('ada')
  early.clear()
  expect(clock.pending).toBe(0)
  clock.advance(1000)
  expect(written).toEqual([])
})
