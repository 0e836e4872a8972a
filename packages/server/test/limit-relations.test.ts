import { equalStates } from '@tygase/gamestate'
import { createSeededRandom } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { Server } from '../src/index.js'
import type { RoomOptions, ServerOptions } from '../src/options.js'
import { type Field, field, setRoomStage } from './support/stage.js'

const infinity = Number.POSITIVE_INFINITY

/** A wrong combination names the option by which it can be mended. */
describe('limits that contradict each other are refused when they are given', () => {
  test.each<[string, NonNullable<ServerOptions['limits']>]>([
    ['maxEventBytes', { maxEventBytes: 2_000_000 }],
    ['maxEventBytes', { maxPacketBytes: 10_000 }],
    ['maxPayloadStringBytes', { maxPayloadStringBytes: 70_000 }],
    ['maxQueuedBytes', { maxQueuedBytes: 10_000 }],
    ['maxPendingBytes', { maxPendingBytes: 10_000 }],
    ['keepAliveMs', { keepAliveMs: 3000, idleTimeoutMs: 5000 }],
    ['maxPacketsPerSecond', { maxPacketsPerSecond: 1 }],
  ])('%s in %j', (name, limits) => {
    const wrong = expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(`^${name} is `) })
    expect(() => new Server({ limits })).toThrow(wrong)
    expect(() => new Server({ game: field, limits })).toThrow(wrong)
    expect(() => new Server().define('field', field, { limits })).toThrow(wrong)
  })

  test.each<[string, number]>([
    ['maxEventBytes', 1000],
    ['maxPayloadDepth', 2],
    ['maxPayloadElements', 10],
    ['maxPayloadStringBytes', 100],
    ['maxEventsPerSecond', 0],
    ['maxQueuedEvents', 0],
    ['maxPendingEvents', 0],
    ['maxEventsPerPacket', 0],
  ])('with what the library itself sends: %s of %d', (name, value) => {
    expect(() => new Server({ limits: { [name]: value } })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(`^${name} is from `) }),
    )
  })

  test('also if the server has one of them, and the kind of room the other', () => {
    const server = new Server({ limits: { maxPacketBytes: 100_000 } })
    expect(() => server.define('field', field, { limits: { maxEventBytes: 200_000 } })).toThrow('maxEventBytes is')
    expect(() => server.define('field', field, { limits: { maxEventBytes: 90_000 } })).not.toThrow()
  })

  test.each<[string, ServerOptions & RoomOptions<typeof field>]>([
    ['sendEveryTicks', { sendEveryTicks: 100 }],
    ['metadata', { metadata: { a: [[[[1]]]] }, limits: { maxPayloadDepth: 4 } }],
    ['authTimeoutMs', { authTimeoutMs: 60_000 }],
  ])('%s in %j', (name, options) => {
    expect(() => new Server({ game: field, ...options })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringMatching(`^${name} `) }),
    )
  })

  test('metadata that news about the game cannot carry, whenever it is given', async () => {
    const { server } = await setRoomStage({ limits: { maxPayloadDepth: 4 } })
    const metadata = { a: [[[[1]]]] }
    await expect(server.createRoom('field', { metadata })).rejects.toThrow('metadata does not fit')
    const room = await server.createRoom('field')
    expect(() => {
      room.metadata = metadata
    }).toThrow('metadata does not fit')
    expect(room.metadata).toEqual({})
  })
})

const choices = {
  maxPacketBytes: [0, 5000, 8192, 20_000, 1_000_000, infinity],
  maxEventsPerPacket: [0, 1, 3, infinity],
  maxEventBytes: [0, 500, 6144, 60_000, 1_000_000],
  maxPayloadDepth: [0, 2, 3, 32],
  maxPayloadElements: [0, 10, 512, 2000, infinity],
  maxPayloadStringBytes: [0, 100, 1024, 64_000],
  maxPacketsPerSecond: [0, 0.5, 3, 50, infinity],
  maxEventsPerSecond: [0, 0.5, 1, 100, infinity],
  maxQueuedEvents: [0, 1, 8, 100],
  maxQueuedBytes: [0, 1000, 8192, 100_000, infinity],
  maxPendingEvents: [0, 1, 8, 100],
  maxPendingBytes: [0, 1000, 8192, 100_000, infinity],
  handshakeTimeoutMs: [0, 500, 60_000],
  ackTimeoutMs: [1, 500, 60_000, infinity],
  keepAliveMs: [10, 200, 5000, infinity],
  idleTimeoutMs: [20, 500, 10_000, infinity],
  graceMs: [0, 1000, infinity],
}
const otherChoices = {
  sendEveryTicks: [1, 3, 40],
  maxVersions: [1, 16],
  maxHeldVersions: [0, 10],
  maxQueuedEvents: [1, 100],
  maxBufferedBytes: [1, 100_000],
  slowTimeoutMs: [1, 10_000],
  maxJoinsPerTick: [1, 5],
  maxJoinBytesPerTick: [1, 100_000],
  maxClients: [2, 100],
  latencyIntervalMs: [1, 5000, infinity],
  authTimeoutMs: [1, 5000, 60_000],
}

describe('any combination of options within their ranges', () => {
  const seeds = Array.from({ length: 150 }, (_, seed) => seed)
  test.each(seeds)('is refused with a name, or is one to play with: seed %d', async (seed) => {
    const random = createSeededRandom(seed)
    const draw = (table: Readonly<Record<string, readonly number[]>>, share: number): Record<string, number> =>
      Object.fromEntries(
        Object.entries(table)
          .filter(() => random() < share)
          .map(([name, values]) => [name, values[Math.floor(random() * values.length)]!]),
      )
    const limits = draw(choices, 0.15)
    const { authTimeoutMs, ...roomOptions } = draw(otherChoices, 0.3)
    let stage: Awaited<ReturnType<typeof setRoomStage>>
    try {
      const options = { limits, ...(authTimeoutMs !== undefined && { authTimeoutMs }) }
      stage = await setRoomStage(options, { sendMembers: true, ...roomOptions })
    } catch (error) {
      const { code, message } = error as { code: string; message: string }
      expect(code).toBe('invalid_argument')
      const names = [...Object.keys(choices), ...Object.keys(otherChoices)]
      expect(names.some((name) => message.startsWith(`${name} is `))).toBe(true)
      return
    }
    await play(stage, limits.graceMs ?? 30_000)
  })
})

/** A small game: two clients come, one says something, is cut and resumes, and the room ends. */
async function play({ server, log, join, pass }: Awaited<ReturnType<typeof setRoomStage>>, graceMs: number) {
  const one = join('/field/1')
  const other = join('/field/1')
  await pass(3000)
  expect([one.client.session.status, other.client.session.status]).toEqual(['connected', 'connected'])
  const room = server.rooms.get('field/1')!
  expect(room.clients.size).toBe(2)
  const answer = one.client.send('add', 5)
  await pass(3000)
  expect(await answer).toBe(5)
  if (graceMs > 500) {
    one.link.cut()
    await pass(100)
    one.client.attach(server.at('/field/1').openTransport())
    await pass(3000)
    expect(one.client.session.status).toBe('connected')
    const again = one.client.send('add', 2)
    await pass(3000)
    expect(await again).toBe(7)
  }
  expect(equalStates(other.client.store!.state, room.store.state as Field)).toBe(true)
  const closing = room.close({ reason: 'enough' })
  await pass(3000)
  await closing
  expect(other.client.session.closeInfo).toMatchObject({ code: 'shutdown', reason: 'enough' })
  expect(log.errors).toEqual([])
}
