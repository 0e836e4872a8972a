import { defineGame, EntityMap, event, type Immutable } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { createSeededRandom, type LinkConditions, VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import type { RoomOptions } from '../../src/options.js'
import { schemaOf } from '../support/schema.js'
import { dialerOf, LogBook, passTime, quickLink } from '../support/stage.js'
import type { VirtualClient } from '../support/virtual-client.js'

interface Range {
  /** How often each event has run, by its number. */
  ran: Record<string, number>
  targets: EntityMap<{ x: number }>
}

/** Ticks 40 times a second: 10 ticks are 250 ms. */
const range = defineGame({
  initialState: (): Range => ({ ran: {}, targets: new EntityMap<{ x: number }>([['t', { x: 0 }]]) }),
  tickRate: 40,
  precision: { targets: { x: 0.01 } },
  motion: { targets: { fields: { x: 'linear' } } },
  serverEvents: { boom: event<number>({ predict: true }), news: event<number>() },
  timeStep: (state, dt, ctx) => {
    state.targets.edit('t').x += (10 + 5 * Math.sin(ctx.tick)) * dt
  },
  events: (on) => ({
    shoot: on(
      schemaOf((value) => typeof value === 'number'),
      (state, number, ctx) => {
        const key = String(number)
        state.ran[key] = (state.ran[key] ?? 0) + 1
        ctx.dispatch('news', 0, { to: ctx.client.id })
        ctx.dispatch('boom', Number(number))
        return { tick: ctx.tick, x: ctx.seen.targets.get('t')?.x ?? -1 }
      },
      { rewind: true },
    ),
  }),
})

type Client = VirtualClient<Range>

async function setUp(options: RoomOptions<typeof range> = {}) {
  const clock = new VirtualClock()
  const server = new Server({
    ...{ game: range, sendMembers: false, clock, logger: new LogBook(), random: createSeededRandom(5) },
    ...options,
  })
  await server.run({ port: false })
  const dialer = dialerOf(clock, server)
  const join = async (link: LinkConditions): Promise<Client> => {
    const { client } = dialer.join(link)
    await passTime(clock, 2000)
    return client as unknown as Client
  }
  return { clock, server, join, pass: (ms: number) => passTime(clock, ms) }
}

interface Shot {
  readonly sequence: number
  readonly tick: number
  readonly seen: number
  /** What the client's own versions show at that place; undefined if one of them got lost. */
  readonly x: number | undefined
  answer: { tick: number; x: number } | undefined
  failure: string | undefined
}

/** The place of the target between two versions of a client. */
function shownBy({ store }: Client, place: number): number | undefined {
  const [from, to] = [store!.at(Math.floor(place)), store!.at(Math.ceil(place))]
  if (from === undefined || to === undefined) return undefined
  const shown = range.motion!.blend(from, to, place - Math.floor(place)) as Immutable<Range>
  return shown.targets.get('t')!.x
}

const lossy: LinkConditions = { ...quickLink, latencyMs: 50, jitterMs: 15, loss: 0.05, reorder: 0.1, reliable: false }
const shaky: LinkConditions = { ...quickLink, latencyMs: 50, jitterMs: 40 }

/** A client that lives some ticks ahead of its newest version, and shoots at what it shows of the time three ticks before that. */
async function play(link: LinkConditions, leadTicks: number) {
  const { server, join, pass, clock } = await setUp({ maxRewindMs: 500 })
  const client = await join(link)
  const beganAt = { ms: clock.now(), version: client.store!.version }
  const wrong: string[] = []
  const shots: Shot[] = []
  const look = (when: string): void => {
    for (const { sequence, failure } of shots) {
      const isIn = client.store!.state.ran[String(sequence)] !== undefined
      const isPending = client.session.isPending(sequence)
      if (isIn === isPending && failure === undefined)
        wrong.push(`${when}: ${sequence} ${isIn ? 'is in' : 'is not in'}`)
    }
  }
  client.answer = (name) => {
    look(name)
    return { kind: 'done' }
  }
  for (let sequence = 1; sequence <= 60; sequence++) {
    const place = beganAt.version + ((clock.now() - beganAt.ms) * range.tickRate) / 1000
    const tick = Math.ceil(place + leadTicks)
    const seen = Math.round((place - 3) * 8) / 8
    const shot: Shot = { sequence, tick, seen, x: shownBy(client, seen), answer: undefined, failure: undefined }
    const now = clock.now()
    const options = { tick, seen, repeatUntilMs: now + 100 }
    client.session.send(
      'shoot',
      encodeValue(sequence),
      {
        ...options,
        onAck: (payload) => {
          shot.answer = decodeValue(payload!) as Shot['answer']
          look('onAck')
        },
        onFail: ({ code }) => {
          shot.failure = code
        },
      },
      now,
    )
    shots.push(shot)
    client.flush()
    await pass(sequence % 7 === 0 ? 10 : 60)
  }
  await pass(3000)
  look('at the end')
  return { server, client, shots, wrong }
}

describe('the shots of a client that runs ahead', () => {
  test.each([
    ['a reliable link', quickLink, 6],
    ['a reliable link with much jitter', shaky, 12],
    ['a link that loses and reorders packets', lossy, 10],
  ])(
    'over %s run in their ticks, at what the client was shown, and are in a version exactly if acked',
    async (_, link, lead) => {
      const { server, shots, wrong } = await play(link, lead)
      expect(wrong).toEqual([])
      expect(shots.filter(({ failure }) => failure !== undefined).length).toBeLessThanOrEqual(1)
      const answered = shots.filter(({ answer }) => answer !== undefined)
      for (const { tick, answer } of answered) expect(answer!.tick).toBeGreaterThanOrEqual(tick)
      const late = answered.filter(({ tick, answer }) => answer!.tick > tick)
      expect(late.length).toBe(server.stats.lateEvents)
      expect(late.length).toBeLessThanOrEqual(3)
      // to the bit: both ends blend the same numbers
      const known = answered.filter(({ x }) => x !== undefined)
      const exact = known.filter(({ x, answer }) => Object.is(x, answer!.x))
      expect(known.length).toBeGreaterThan(25)
      expect(exact.length).toBeGreaterThanOrEqual(known.length - server.stats.rewindsCut)
      expect(server.stats.rewindsCut).toBeLessThanOrEqual(late.length)
      expect(Object.values(server.store.state.ran)).toEqual(answered.map(() => 1))
    },
  )
})

test('an effect has its origin for the client that has caused it, and comes when the event is acked', async () => {
  const { join, pass, clock } = await setUp()
  const [one, other] = [await join(quickLink), await join(quickLink)]
  const pendingAt: boolean[] = []
  one.answer = (name) => {
    if (name === 'boom') pendingAt.push(one.session.isPending(2))
    return { kind: 'done' }
  }
  const tick = one.store!.version + 5
  for (const number of [7, 8]) one.session.send('shoot', encodeValue(number), { tick }, clock.now())
  await pass(1000)
  const origins = ({ events, origins: all }: Client): unknown[] =>
    events.flatMap(({ name, data }, place) => (name === 'boom' ? [[data, all[place]]] : []))
  expect(origins(one)).toEqual([
    [7, { sequence: 1, n: 1 }],
    [8, { sequence: 2, n: 1 }],
  ])
  expect(origins(other)).toEqual([
    [7, undefined],
    [8, undefined],
  ])
  expect(pendingAt).toEqual([false, false])
  expect(one.events.filter(({ name }) => name === 'news').length).toBe(2)
})

test('stamps that no honest client sends harm neither the server nor the others', async () => {
  const { server, join, pass, clock } = await setUp({ maxAheadMs: 500 })
  const [hostile, honest] = [await join(quickLink), await join(quickLink)]
  const most = Number.MAX_SAFE_INTEGER
  const stamps = [
    { tick: most },
    { tick: 0 },
    { tick: 2 ** 50, seen: 0 },
    { tick: 1, seen: -1e15 },
    { tick: most, seen: most },
  ]
  const ranIn: number[] = []
  const from = server.machine.tick
  for (const [number, stamp] of stamps.entries()) {
    const onAck = (payload: Uint8Array | undefined): void => {
      ranIn.push((decodeValue(payload!) as { tick: number }).tick)
    }
    hostile.session.send('shoot', encodeValue(number), { ...stamp, onAck }, clock.now())
  }
  honest.session.send('shoot', encodeValue(9), { tick: from + 3, onAck: () => ranIn.push(0) }, clock.now())
  await pass(1000)
  // the honest one first; those of the other all wait for the first, 20 ticks at most
  expect(ranIn[0]).toBe(0)
  expect(ranIn.slice(1)).toEqual(stamps.map(() => ranIn[1]))
  expect(ranIn[1]! - from).toBeLessThanOrEqual(22)
  expect([hostile.session.status, honest.session.status]).toEqual(['connected', 'connected'])
  expect(server.stats.rewindsCut).toBe(3)
})

test('a stamp costs three bytes at most, and what was seen two', async () => {
  const { join, clock, pass } = await setUp()
  const client = await join(quickLink)
  const bytesOf = async (options: object): Promise<number> => {
    const before = client.session.counters.get('bytesOut')
    await pass(500)
    const idle = client.session.counters.get('bytesOut') - before
    client.session.send('shoot', encodeValue(1), options, clock.now())
    await pass(500)
    return client.session.counters.get('bytesOut') - before - 2 * idle
  }
  await pass(3000)
  const plain = await bytesOf({})
  const tick = client.store!.version + 60
  expect((await bytesOf({ tick })) - plain).toBeLessThanOrEqual(3)
  expect((await bytesOf({ tick: tick + 60, seen: tick + 40 })) - plain).toBeLessThanOrEqual(5)
})

test('the store keeps the versions that rules may look at, and no more for other games', async () => {
  const { server, pass } = await setUp({ maxVersions: 2, maxAgeMs: 10, maxRewindMs: 500, sendEveryTicks: 2 })
  await pass(2000)
  expect(server.store.versionCount).toBeGreaterThanOrEqual(22)
  expect(server.store.versionCount).toBeLessThanOrEqual(24)
})

test.each([true, false])(
  'events that wait for their tick run before a shutdown that ends sessions: %j',
  async (endSessions) => {
    const { server, join, pass, clock } = await setUp()
    const client = await join(quickLink)
    for (const number of [1, 2])
      client.session.send('shoot', encodeValue(number), { tick: client.store!.version + 35 }, clock.now())
    await pass(100)
    expect(server.store.state.ran).toEqual({})
    const down = server.shutdown({ endSessions })
    await pass(3000)
    await down
    expect(server.store.state.ran).toEqual({ 1: 1, 2: 1 })
  },
)
