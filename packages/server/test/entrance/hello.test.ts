import { ClientSession, closeCodes } from '@tygase/protocol/internal'
import { createSeededRandom } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { FakeTransport } from '../support/fake-transport.js'
import { setRoomStage, setStage } from '../support/stage.js'

function helloOf(path: string, seed = 3): Uint8Array {
  const session = new ClientSession({ path, random: createSeededRandom(seed), listener: { onEvent: () => {} } }, 0)
  session.attach({ reliable: true }, 0)
  return session.flush(0) ?? new Uint8Array(0)
}

function takeOne({ server }: Pick<Awaited<ReturnType<typeof setStage>>, 'server'>): FakeTransport {
  const transport = new FakeTransport()
  server.acceptTransport(transport)
  return transport
}

test('a good hello begins a session within the call, if nothing has to be waited for', async () => {
  const stage = await setStage()
  const transport = takeOne(stage)
  transport.onBytes?.(helloOf('/x'))
  expect(stage.server.stats.sessions).toBe(1)
  expect(transport.sent.length).toBe(1)
  expect(transport.closedWith).toBeUndefined()
})

test('a transport without a hello is closed after the handshake timeout, at any number [M8]', async () => {
  const stage = await setStage()
  const transports = [takeOne(stage), takeOne(stage)]
  stage.clock.advance(1999)
  expect(transports.map(({ closedWith }) => closedWith)).toEqual([undefined, undefined])
  stage.clock.advance(1)
  expect(transports.map(({ closedWith }) => closedWith)).toEqual([4005, 4005])
  expect(stage.server.counters.get('refusedTransports')).toBe(2)
})

test('one more than may wait makes the oldest one go, with server_full', async () => {
  const stage = await setStage({ maxHandshakes: 3 })
  const transports = [1, 2, 3, 4].map(() => takeOne(stage))
  const full = closeCodes.server_full.number
  expect(transports.map(({ closedWith }) => closedWith)).toEqual([full, undefined, undefined, undefined])
  transports[1]?.onClose?.(1006, '')
  takeOne(stage)
  expect(transports[2]?.closedWith).toBeUndefined()
})

test.each([
  ['no hello', Uint8Array.of(9, 9), 'not_hello'],
  ['an empty packet', new Uint8Array(0), 'not_hello'],
  ['a hello cut short', helloOf('/x').subarray(0, 12), 'malformed'],
] as const)('%s is refused with its code, in a packet and at the closing', async (_case, bytes, code) => {
  const transport = takeOne(await setStage())
  transport.onBytes?.(bytes)
  expect(transport.closedWith).toBe(closeCodes[code].number)
  expect(transport.sent.length).toBe(1)
})

test('a hello for another path than that of the game is refused with unknown_room', async () => {
  const stage = await setStage()
  await stage.server.shutdown()
  await stage.server.run({ port: false, path: '/game' })
  const [other, right] = [takeOne(stage), takeOne(stage)]
  other.onBytes?.(helloOf('/x'))
  right.onBytes?.(helloOf('/game', 4))
  expect([other, right].map(({ closedWith }) => closedWith)).toEqual([closeCodes.refused.number, undefined])
})

test('an unexpected error on the way in is logged, and refused as an internal error', async () => {
  // a source of random numbers that fails makes a session fail
  const broken = await setStage({
    random: () => {
      throw new Error('bang')
    },
    seed: 1,
  })
  const transport = takeOne(broken)
  transport.onBytes?.(helloOf('/crash'))
  expect(transport.closedWith).toBe(closeCodes.internal_error.number)
  expect(broken.log.errors).toEqual(['a hello failed'])
  expect(broken.room.isOpen).toBe(true)
})

test('a shutdown refuses all that wait for their hello, and leaves no timer', async () => {
  const stage = await setStage()
  const transport = takeOne(stage)
  await stage.server.shutdown({ reason: 'bye' })
  expect(transport.closedWith).toBe(closeCodes.shutdown.number)
  expect(stage.clock.pending).toBe(0)
})

describe('a client that waits for its turn', () => {
  test('comes in with a later turn, or is refused if the server shuts down before', async () => {
    const stage = await setStage({ maxJoinsPerTick: 1 })
    const transports = [1, 2, 3].map((seed) => {
      const transport = takeOne(stage)
      transport.onBytes?.(helloOf('/', seed))
      return transport
    })
    expect(stage.server.stats.sessions).toBe(1)
    await stage.pass(60)
    expect(stage.server.stats.sessions).toBe(2)
    void stage.server.shutdown()
    await stage.pass(10)
    expect(transports[2]?.closedWith).toBe(closeCodes.shutdown.number)
    await stage.pass(100)
    expect(stage.server.stats.sessions).toBe(2)
  })

  test('holds its seat, and gives it back if it goes', async () => {
    const { server, join, pass } = await setRoomStage({}, { maxClients: 2, maxJoinsPerTick: 1 })
    const [, second] = [join('/field/1'), join('/field/1')]
    await pass(12)
    expect(server.rooms.get('field/1')?.isOpen).toBe(false)
    second.link.ends[1].close(4004, 'cut')
    await pass(10)
    expect(server.rooms.get('field/1')?.isOpen).toBe(true)
  })
})
