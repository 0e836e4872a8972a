import { defineGame, EntityMap, GameStateStore, transact } from '@tygase/gamestate'
import { createSeededRandom } from '@tygase/testkit/internal'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Scene } from '../../src/scene/scene.js'

const tickRate = 20
const stepMs = 50

interface State {
  moves: number
  players: EntityMap<{ x: number; hp: number }>
}

const game = defineGame({
  initialState: (): State => ({
    moves: 0,
    players: new EntityMap([
      ['a', { x: 0, hp: 3 }],
      ['b', { x: 5, hp: 3 }],
    ]),
  }),
  tickRate,
  motion: { players: { fields: { x: 'linear' } } },
})

/** A store whose row `a` is at x = version, and a scene of it. */
function stageOf(sendEveryTicks = 1) {
  const store = new GameStateStore<State>(game.initialState(), { maxVersions: 64 })
  const scene = new Scene(tickRate, sendEveryTicks)
  const arrive = (version: number, nowMs: number): void => {
    const next = transact<State, void>(store.state, (state) => {
      state.moves = version
      state.players.edit('a').x = version
    })
    store.commit(next.state, version, nowMs)
    scene.line.arrived(version, nowMs)
  }
  const x = (nowMs: number): number => scene.at(store, game.motion, nowMs).players.get('a')!.x
  const between = (nowMs: number, delayMs: number): number => {
    const { from, to, alpha } = scene.between(store, nowMs, delayMs)
    return from.moves + (to.moves - from.moves) * alpha
  }
  return { store, scene, arrive, x, between }
}

test('numbers that move are on their way, all else is that of the earlier version', () => {
  const { store, scene, arrive } = stageOf()
  for (let version = 1; version <= 20; version++) arrive(version, version * stepMs)
  const drawn = scene.at(store, game.motion, 1020)
  expect(drawn.players.get('a')!.x).toBeCloseTo(19.4, 9)
  expect(drawn.moves).toBe(19)
  expect(drawn.players.get('b')).toBe(store.state.players.get('b'))
  expect([drawn, drawn.players, drawn.players.get('a')].every(Object.isFrozen)).toBe(true)
})

test('once the newest version is drawn the reported delay no longer grows, as nothing changes', () => {
  const { scene, arrive, x } = stageOf()
  for (let version = 1; version <= 20; version++) arrive(version, version * stepMs)
  const delays = [1000, 1020, 2000, 60_000].map((nowMs) => [x(nowMs), scene.delayMs])
  expect(delays).toEqual([
    [19, 50],
    [19.4, 50],
    [20, 50],
    [20, 50],
  ])
})

test('at the same place it is the same object, and at a version the version itself', () => {
  const { store, scene, arrive } = stageOf()
  for (let version = 1; version <= 20; version++) arrive(version, version * stepMs)
  expect(scene.at(store, game.motion, 1000)).toBe(store.at(19))
  const drawn = scene.at(store, game.motion, 1020)
  expect(scene.at(store, game.motion, 1020)).toBe(drawn)
  expect(scene.at(store, game.motion, 1021)).not.toBe(drawn)
  expect(scene.at(store, game.motion, 5000)).toBe(store.state)
})

test('a game without motion is drawn as it is', () => {
  const { store, scene, arrive } = stageOf()
  arrive(1, 0)
  expect(scene.at(store, undefined, 20)).toBe(store.state)
})

test('it draws as far in the past as the arrivals ask for', () => {
  const { scene, arrive, x } = stageOf()
  const random = createSeededRandom(1)
  const arrivals = Array.from({ length: 400 }, (_, i) => ({ version: i + 1, atMs: (i + 1) * stepMs + random() * 100 }))
  let next = 0
  let steps = 0
  let last: number | undefined
  for (let nowMs = 100; nowMs < 390 * stepMs; nowMs += 10) {
    for (let arrival = arrivals[next]; arrival && arrival.atMs <= nowMs; arrival = arrivals[++next]) {
      arrive(arrival.version, Math.max(arrival.atMs, arrivals[next - 1]?.atMs ?? 0))
    }
    if (nowMs < 2000) continue
    const place = x(nowMs)
    // one frame of 10 ms is a fifth of a version
    if (last !== undefined && Math.abs(place - last - 0.2) > 0.0201) steps++
    last = place
  }
  expect(scene.delayMs).toBeGreaterThan(stepMs + 80)
  expect(scene.delayMs).toBeLessThan(stepMs + 110)
  // those beyond the 95th of 100 are seen
  expect(steps).toBeLessThan(60)
})

test.each([
  [1, 10, 4],
  [3, 40, 12],
])('with a version every %d ticks, a gap of %d ticks is drawn as a movement of the last %d', (sendEvery, gap, span) => {
  const { between, arrive } = stageOf(sendEvery)
  arrive(10, 0)
  arrive(10 + gap, gap * stepMs)
  expect(between((gap - span) * stepMs, 0)).toBe(10)
  expect(between((gap - span / 2) * stepMs, 0)).toBeCloseTo(10 + gap / 2, 6)
})

test('a caller with another delay has no influence', () => {
  const { arrive, between } = stageOf()
  for (let version = 1; version <= 20; version++) arrive(version, version * stepMs)
  expect(between(1000, 100)).toBe(18)
  expect(between(1000, 0)).toBe(20)
  expect(between(1000, 100)).toBe(18)
})

test('after a pause it goes on with the newest versions instead of racing after the time that was lost', () => {
  const { arrive, between } = stageOf()
  for (let version = 1; version <= 20; version++) arrive(version, version * stepMs)
  expect(between(10_000, 100)).toBe(20)
  arrive(21, 9000 + 21 * stepMs)
  expect(between(9000 + 21 * stepMs, 100)).toBeCloseTo(20.9, 6)
  for (let version = 22; version <= 80; version++) arrive(version, 9000 + version * stepMs)
  expect(between(9000 + 80 * stepMs, 100)).toBeCloseTo(78, 6)
})

test('a thousand delays leave sixteen places', () => {
  const { arrive, between } = stageOf()
  arrive(1, 0)
  for (let delayMs = 0; delayMs < 1000; delayMs++) between(10_000, delayMs)
  expect(between(10_000, 3)).toBe(1)
})

describe('laws, whatever arrives when', () => {
  const script = fc.record({
    seed: fc.integer(),
    jitterMs: fc.integer({ min: 0, max: 300 }),
    skipChance: fc.double({ min: 0, max: 0.8, noNaN: true }),
    pauseAt: fc.integer({ min: 0, max: 200 }),
    pauseMs: fc.integer({ min: 0, max: 5000 }),
    delayMs: fc.integer({ min: 0, max: 300 }),
  })

  test('no picture is older than the one before, whoever asks with other delays in between', () => {
    fc.assert(
      fc.property(script, ({ seed, jitterMs, skipChance, pauseAt, pauseMs, delayMs }) => {
        const random = createSeededRandom(seed)
        const { arrive, between, x } = stageOf()
        let nowMs = 0
        let last = [0, 0]
        for (let version = 1; version <= 200; version++) {
          nowMs = Math.max(nowMs, version * stepMs + random() * jitterMs + (version > pauseAt ? pauseMs : 0))
          if (random() < skipChance) continue
          arrive(version, nowMs)
          const places = [between(nowMs, delayMs), x(nowMs)]
          between(nowMs, 301 + random() * 400)
          if (places.some((place, i) => place < last[i]! - 1e-9)) throw new Error(`${places} after ${last}`)
          last = places
        }
      }),
    )
  })

  test('jitter below the delay does not show: the pace stays within a tenth', () => {
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const random = createSeededRandom(seed)
        const { arrive, between } = stageOf()
        const arrivals = Array.from({ length: 400 }, (_, i) => ({
          version: i + 1,
          atMs: (i + 1) * stepMs + random() * 60,
        }))
        let last: number | undefined
        let next = 0
        for (let nowMs = 0; nowMs < 390 * stepMs; nowMs += 10) {
          for (let arrival = arrivals[next]; arrival && arrival.atMs <= nowMs; arrival = arrivals[++next]) {
            arrive(arrival.version, Math.max(arrival.atMs, arrivals[next - 1]?.atMs ?? 0))
          }
          if (next < 10) continue
          const place = between(nowMs, 150)
          const pace = last === undefined ? 1 : (place - last) / (10 / stepMs)
          if (Math.abs(pace - 1) > 0.1 + 1e-9) throw new Error(`at ${nowMs} ms the pace is ${pace}`)
          last = place
        }
      }),
      { numRuns: 30 },
    )
  })
})
