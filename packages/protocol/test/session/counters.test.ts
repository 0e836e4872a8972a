import { Counters, encodeStateMessage, sendShared } from '@tygase/protocol/internal'
import { expect, it } from 'vitest'
import { Play } from '../support/play.js'

it('the counters of both ends agree with each other and with the bytes on the transport, states included', () => {
  const play = new Play()
  const { client, server, clock } = play
  let bytes = 0
  let packets = 0
  for (let round = 1; round <= 3; round++) {
    play.meet()
    const [atClient, atServer] = play.link!.ends
    play.isFlushing = false
    for (let i = 1; i <= 20; i++) {
      const now = clock.now()
      client.send('move', new Uint8Array(i), { retries: 1 }, now)
      server.send('shout', new Uint8Array(i), {}, now)
      const version = round * 100 + i
      const message = encodeStateMessage(version, server.stateBase, new Uint8Array(i * 10))
      sendShared(atServer, message, server.flush(now, { version, bytes: message.length }))
      play.flush(client, atClient)
      clock.advance(50)
    }
    play.isFlushing = true
    clock.advance(500)
    play.isFlushing = false
    clock.advance(500)
    bytes += play.link!.stats.bytes
    packets += play.link!.stats.sent
    play.isFlushing = true
  }
  const [ofClient, ofServer] = [client.counters, server.counters]
  expect(ofServer.get('bytesOut')).toBe(ofClient.get('bytesIn'))
  expect(ofClient.get('bytesOut')).toBe(ofServer.get('bytesIn'))
  expect(ofServer.get('packetsOut')).toBe(ofClient.get('packetsIn'))
  expect(ofClient.get('packetsOut')).toBe(ofServer.get('packetsIn'))
  expect(ofServer.get('bytesOut') + ofClient.get('bytesOut')).toBe(bytes)
  expect(ofServer.get('packetsOut') + ofClient.get('packetsOut')).toBe(packets)
  expect(ofServer.snapshot()).toMatchObject({ statesSent: 60, eventsIn: 60, eventsOut: 60, eventsResent: 0 })
  expect(ofServer.get('stateBytes')).toBeGreaterThan(3 * 10 * 210)
  expect(ofClient.snapshot()).toMatchObject({ eventsIn: 60, eventsOut: 60, eventsLost: 0, eventsDuplicate: 0 })
})

it('each event that a server has sent is acked, has failed or is pending', () => {
  const play = new Play(1, { ackTimeoutMs: 1000 })
  const { client, server, clock } = play
  play.meet()
  for (let i = 0; i < 3; i++) server.send('shout', new Uint8Array(1), {}, clock.now())
  clock.advance(500)
  const fates = (): number[] => [
    ...(['eventsOut', 'eventsAcked', 'eventsFailed'] as const).map((name) => server.counters.get(name)),
    server.pendingEvents,
  ]
  expect(fates()).toEqual([3, 3, 0, 0])
  expect(client.counters.get('eventsIn')).toBe(3)
  play.isFlushing = false
  server.send('shout', new Uint8Array(1), {}, clock.now())
  server.flush(clock.now())
  server.send('shout', new Uint8Array(1), {}, clock.now())
  expect(fates()).toEqual([4, 3, 0, 2])
  clock.advance(1000)
  server.advance(clock.now())
  expect(fates()).toEqual([4, 3, 2, 0])
})

it('a session counts for its parents', () => {
  const room = new Counters()
  const play = new Play(1, {}, { counters: new Counters(room) })
  play.meet()
  expect(room.get('packetsIn')).toBeGreaterThan(0)
  expect(room.snapshot()).toEqual(play.server.counters.snapshot())
})

it('a server counts each request for a snapshot, and no report of a version', () => {
  const play = new Play()
  const { client, server, clock } = play
  play.meet()
  server.flush(clock.now(), { version: 1, bytes: 10 })
  client.stateHeld(1)
  clock.advance(100)
  expect(server.counters.get('snapshotsAsked')).toBe(0)
  client.stateHeld(undefined)
  clock.advance(100)
  expect(server.counters.get('snapshotsAsked')).toBe(1)
})
