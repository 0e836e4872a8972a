import { connect } from '@tygase/client'
import { expect, it } from 'vitest'
import { worldPath } from '../../src/address.js'
import type { world } from '../../src/world.js'
import { heldPair } from '../held-pair.js'
import { RpgPlay } from '../rpg-play.js'

it('a client that hardly reads may have more than 8,192 bytes waiting for half a minute; then it is sent away [R8]', async () => {
  const play = await RpgPlay.begin()
  const { clock } = play.time
  const { server } = play.rpg
  const [serverEnd, clientEnd] = heldPair(clock)
  const openTransport = () => {
    server.acceptTransport(serverEnd)
    return clientEnd
  }
  const credentials = { name: 'foo', password: '1234' }
  const connecting = connect<typeof world>({ path: worldPath, openTransport }, { clock, credentials, reconnect: false })
  const foo = await play.time.complete(connecting)
  foo.registerEventHandler('said', () => {})
  const reasons: (string | undefined)[] = []
  foo.onStatus((_status, info) => void reasons.push(info?.code))
  const bar = await play.join('bar,4321')
  await bar.type('mov 10,0,0')
  serverEnd.isHeld = true
  // small packets first: they show the client that its server lives, however little it reads
  await play.time.step(2000)
  for (let count = 0; count < 20; count++) bar.rpg.connection.dispatchEvent('say', { text: 'x'.repeat(1000) })
  await play.time.runUntil(() => serverEnd.bufferedBytes > 8192)
  const overAtMs = play.time.nowMs
  const waiting = serverEnd.bufferedBytes

  const names = () => [...play.players.values()].map(({ name }) => name).sort()
  while (names().includes('foo') && play.time.nowMs < overAtMs + 60_000) {
    serverEnd.deliverOne()
    if (foo.status === 'connected') foo.dispatchEvent('idl')
    await bar.type('say more')
    await play.time.step(2000)
    expect(serverEnd.bufferedBytes).toBeLessThanOrEqual(waiting)
  }
  expect(names()).toEqual(['bar'])
  expect(reasons[0]).toBe('too_slow')
  expect(play.time.nowMs - overAtMs).toBeGreaterThan(29_000)
  expect(play.time.nowMs - overAtMs).toBeLessThan(33_000)
  await play.end()
})
