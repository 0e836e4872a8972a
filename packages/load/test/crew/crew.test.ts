import { connect } from '@tygase/client'
import { defineGame, EntityMap, event } from '@tygase/gamestate'
import { type RoomOptions, Server } from '@tygase/server'
import { VirtualClock } from '@tygase/testkit/internal'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { Crew } from '../../src/crew/crew.js'
import { SimulatedPlayer } from '../../src/crew/simulated-player.js'
import { newSlice, summaryOf } from '../../src/crew/slice.js'
import type { Play } from '../../src/play.js'

const game = defineGame({
  version: 2,
  initialState: () => ({ players: new EntityMap<{ name: string; steps: number }>(), time: 0 }),
  tickRate: 20,
  joinData: z.object({ name: z.string() }).optional(),
  onJoin: (state, ctx) => void state.players.set(ctx.client.id, { name: ctx.client.data?.name ?? '', steps: 0 }),
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  timeStep(state, dt) {
    state.time += dt
  },
  serverEvents: { stepped: event<{ steps: number }>() },
  events: (on) => ({
    pause: on(z.object({ timeoutMs: z.number() }), (_state, { timeoutMs }) => timeoutMs),
    step: on((state, _, ctx) => {
      const player = state.players.edit(ctx.client.id)
      if (player.steps >= 3) return ctx.reject('tired', 'three steps are enough')
      ctx.dispatch('stepped', { steps: ++player.steps })
      return player.steps
    }),
  }),
})

/** A server and a crew in this process, in virtual time. */
async function stage(play: Play<typeof game>, options: RoomOptions<typeof game> = {}) {
  const clock = new VirtualClock()
  const server = new Server({ game, clock, logger: false, ...options })
  await server.run({ port: false })
  const crew = new Crew({ addressOf: () => server, play: play as Play, seed: 5, room: undefined, clock })
  /** Lets time pass, and all promises be followed up in between. */
  const pass = async (ms: number): Promise<void> => {
    for (const untilMs = clock.now() + ms; clock.now() < untilMs; ) {
      clock.advance(Math.min(5, untilMs - clock.now()))
      await new Promise(setImmediate)
    }
  }
  /** Waits for work that needs virtual time. */
  const complete = async <T>(work: Promise<T>): Promise<T> => {
    let isDone = false
    const done = work.finally(() => {
      isDone = true
    })
    while (!isDone) await pass(5)
    return await done
  }
  onTestFinished(async () => {
    await complete(crew.end())
    await complete(server.shutdown({ endSessions: true }))
  })
  return { server, crew, clock, pass, complete }
}

test('players join with their data, follow the versions, and leave', async () => {
  const { server, crew, pass, complete } = await stage({ data: ({ index }) => ({ name: `p${index}` }) })
  for (let index = 0; index < 3; index++) crew.join(index)
  await pass(200)
  expect([...server.store.state.players.values()].map(({ name }) => name)).toEqual(['p0', 'p1', 'p2'])
  const first = crew.collect()
  expect([first.tried, first.joins.count, first.connected, first.tickRate]).toEqual([3, 3, 3, 20])
  await pass(1000)
  const slice = crew.collect()
  expect(slice.versions).toBe(60)
  expect([slice.ticks, slice.ticksInMs]).toEqual([60, 3000])
  expect(summaryOf(slice.lateness)!.max).toBe(0)
  expect(slice.bytesIn).toBeGreaterThan(100)
  expect([slice.tried, slice.joins.count, slice.failedJoins.size, slice.losses.size]).toEqual([0, 0, 0, 0])
  await complete(crew.end())
  await pass(200)
  expect(server.store.state.players.size).toBe(0)
  expect(crew.collect().losses.size).toBe(0)
})

test('events are timed from sending to the ack, and refusals are counted by code', async () => {
  const { server, crew, pass } = await stage({
    start(player) {
      for (let count = 0; count < 5; count++) player.send('step')
    },
  })
  crew.join(0)
  // an event of the server that no handler takes is dropped after half a second, which is no fault of a simulated player
  await pass(1500)
  const { acks, faults } = crew.collect()
  expect([...server.store.state.players.values()][0]!.steps).toBe(3)
  expect(acks.count).toBe(5)
  expect(faults).toEqual(new Map([['tired', { count: 2, message: 'step: three steps are enough' }]]))
})

test('a request gives the answer, and undefined for a refusal', async () => {
  const answers: unknown[] = []
  const { crew, pass } = await stage({
    async start(player) {
      for (let count = 0; count < 4; count++) answers.push(await player.request('step'))
    },
  })
  crew.join(0)
  await pass(500)
  expect(answers).toEqual([1, 2, 3, undefined])
  const { acks, faults } = crew.collect()
  expect([acks.count, [...faults.keys()]]).toEqual([4, ['tired']])
})

test('data that look like options of a request are data', async () => {
  const answers: unknown[] = []
  const { crew, pass } = await stage({
    start: async (player) => void answers.push(await player.request('pause', { timeoutMs: 7 })),
  })
  crew.join(0)
  await pass(500)
  expect(answers).toEqual([7])
})

test('a player acts at its own pace and with each version, and its random numbers are those of its seed', async () => {
  const draws: number[] = []
  const seen = { ticks: 0, every: 0, after: 0 }
  const { crew, pass } = await stage({
    start(player) {
      draws.push(player.random())
      player.every(100, () => void seen.every++)
      player.after(250, () => void seen.after++)
    },
    tick: () => void seen.ticks++,
  })
  crew.join(0)
  crew.join(1)
  await pass(1000)
  expect(seen.every).toBeGreaterThanOrEqual(16)
  expect(seen.every).toBeLessThanOrEqual(20)
  expect(seen.after).toBe(2)
  expect(seen.ticks).toBeGreaterThanOrEqual(36)
  expect(new Set(draws).size).toBe(2)
  const again: number[] = []
  const second = await stage({ start: (player) => void again.push(player.random()) })
  second.crew.join(0)
  second.crew.join(1)
  await second.pass(300)
  expect(again).toEqual(draws)
})

test('a player that has left does nothing more', async () => {
  let calls = 0
  const { server, crew, pass } = await stage({
    start(player) {
      player.every(20, () => void calls++)
      player.after(100, () => player.leave())
    },
  })
  crew.join(0)
  await pass(300)
  const before = calls
  await pass(300)
  expect([calls, server.store.state.players.size]).toEqual([before, 0])
  const { connected, losses, faults } = crew.collect()
  expect([connected, losses.size, faults.size]).toEqual([0, 0, 0])
})

test('a part of the script that throws is counted, and the player goes on', async () => {
  const { crew, pass } = await stage({
    start() {
      throw new Error('no plan')
    },
    async tick(player) {
      await player.request('step')
      throw new Error('later')
    },
  })
  crew.join(0)
  await pass(400)
  const { faults, connected } = crew.collect()
  expect(connected).toBe(1)
  expect(faults.get('play_failed')).toMatchObject({ message: 'start: no plan' })
  expect(faults.get('play_failed')!.count).toBeGreaterThan(3)
})

test.each([
  ['a room that is full', {}, { maxClients: 1 }, 'room_full'],
  ['rules of another version', { game: defineGame({ version: 1, initialState: () => ({}) }) }, {}, 'game_outdated'],
  ['join data that the game refuses', { data: () => ({ name: 5 }) }, {}, 'join_invalid'],
] as const)('joins that are refused by %s are counted by code', async (_, play, options, code) => {
  const { crew, pass } = await stage(play as unknown as Play<typeof game>, options)
  crew.join(0)
  await pass(300)
  crew.join(1)
  await pass(300)
  const { failedJoins } = crew.collect()
  expect([...failedJoins.keys()]).toEqual([code])
})

test('data that throws fails the join', async () => {
  const { crew, pass } = await stage({
    data() {
      throw new Error('no name')
    },
  })
  crew.join(0)
  await pass(100)
  const { failedJoins, faults, tried } = crew.collect()
  expect([tried, [...failedJoins.keys()], faults.get('play_failed')?.message]).toEqual([
    1,
    ['play_failed'],
    'room, data or credentials: no name',
  ])
})

test('players that the server ends are counted as lost, with the reason', async () => {
  const { server, crew, pass, complete } = await stage({})
  crew.join(0)
  crew.join(1)
  await pass(200)
  crew.collect()
  await complete(server.shutdown({ endSessions: true, reason: 'maintenance' }))
  await pass(100)
  const { losses, connected } = crew.collect()
  expect([connected, losses.get('shutdown')]).toEqual([0, { count: 2, message: 'maintenance' }])
})

test('a player whose end came in one packet with its join is lost, too', async () => {
  const { server, clock, pass, complete } = await stage({})
  const connection = await complete(connect(server, { clock, logger: false }))
  await complete(server.shutdown({ endSessions: true, reason: 'maintenance' }))
  await pass(100)
  expect(connection.status).toBe('closed')
  const slice = newSlice()
  new SimulatedPlayer({ index: 0, random: () => 0 }, connection, { play: {}, clock, slice: () => slice })
  expect(slice.losses.get('shutdown')).toEqual({ count: 1, message: 'maintenance' })
})

test('players that are about to join when the crew ends are no faults', async () => {
  const { crew, complete } = await stage({})
  crew.join(0)
  await complete(crew.end())
  const { failedJoins, losses, joins } = crew.collect()
  expect([failedJoins.size, losses.size, joins.count]).toEqual([0, 0, 0])
})
