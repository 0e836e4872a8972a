import assert from 'node:assert/strict'
import { type Check, editRow, finish, play, refusalOf, stateOf } from '../support/checks.js'

async function race(game: Parameters<typeof play>[0], cars: number) {
  const stage = await play(game, cars)
  const { simulation, players, ids } = stage
  const car = (place: number) => stateOf(simulation).cars.get(ids[place])
  const gas = (place: number, on = true) => refusalOf(simulation, players[place]!.request('gas', { on }))
  const toStart = () => simulation.runUntil(() => stateOf(simulation).phase === 'racing')
  return { ...stage, car, gas, toStart }
}

export const checks: readonly Check[] = [
  {
    name: 'a countdown of 3 seconds begins for two cars or more, and not twice',
    async run({ game }) {
      const { simulation, players } = await race(game, 1)
      assert.equal(await refusalOf(simulation, players[0]!.request('start')), 'too_few')
      const second = await simulation.complete(simulation.addClient().connected)
      assert.deepEqual(
        { ...stateOf(simulation).cars.get(second.clientId) },
        { x: 0, gas: false, fault: false, finishedAt: null },
      )
      assert.equal(await refusalOf(simulation, second.request('gas', { on: true })), 'not_racing')
      assert.equal(await refusalOf(simulation, second.request('start')), '')
      const fromMs = simulation.nowMs
      assert.equal(stateOf(simulation).phase, 'countdown')
      assert.equal(await refusalOf(simulation, second.request('start')), 'running')
      await simulation.runUntil(() => stateOf(simulation).phase === 'racing')
      const seconds = (simulation.nowMs - fromMs) / 1000
      assert.ok(seconds > 2.8 && seconds < 3.2, `the race began after ${seconds} s`)
      assert.equal(await refusalOf(simulation, second.request('start')), 'running')
      await finish(simulation)
    },
  },
  {
    name: 'a false start keeps a car standing until a second after the start',
    async run({ game }) {
      const { simulation, players, car, gas, toStart } = await race(game, 2)
      await simulation.complete(players[0]!.request('start'))
      assert.equal(await simulation.complete(players[0]!.request('gas', { on: true })), 'false_start')
      assert.deepEqual([car(0).fault, car(0).gas], [true, false])
      assert.equal(await gas(0), 'false_start')
      await toStart()
      assert.equal(await gas(0), 'false_start')
      assert.equal(await gas(1), '')
      await simulation.step(1100)
      assert.equal(await gas(0), '')
      await simulation.step(1000)
      assert.ok(car(0).x > 8 && car(0).x < 12 && car(1).x > 18)
      await finish(simulation)
    },
  },
  {
    name: 'a car with gas drives 10 units a second, and stands without',
    async run({ game }) {
      const { simulation, players, car, gas, toStart } = await race(game, 2)
      await simulation.complete(players[0]!.request('start'))
      await toStart()
      await gas(0)
      const { x } = car(0)
      await simulation.step(3000)
      assert.equal(Math.round(car(0).x - x), 30)
      await gas(0, false)
      const standsAt = car(0).x
      await simulation.step(1000)
      assert.deepEqual([car(0).x, car(1).x], [standsAt, 0])
      await finish(simulation)
    },
  },
  {
    name: 'cars finish at the time at which they came to 100, also between two ticks',
    async run({ game }) {
      const { simulation, players, ids, car, gas, toStart } = await race(game, 3)
      await simulation.complete(players[0]!.request('start'))
      await toStart()
      for (const place of [0, 1, 2]) await gas(place)
      // all three within one tick, which is 0.5 units long: the second one is first
      for (const [place, x] of [98.7, 98.9, 98.8].entries()) editRow(simulation, 'cars', ids[place]!, { x })
      const { store, machine } = simulation.server
      const timeBefore = machine.tick / game.tickRate
      assert.ok(store.version > 0)
      await simulation.runUntil(() => stateOf(simulation).ranking.length === 3)
      assert.deepEqual([...stateOf(simulation).ranking], [ids[1], ids[2], ids[0]])
      const took = [0, 1, 2].map((place) => car(place).finishedAt)
      assert.ok(Math.abs(took[0]! - took[1]! - 0.02) < 0.006 && Math.abs(took[2]! - took[1]! - 0.01) < 0.006)
      assert.ok(took[1]! > timeBefore && took[1]! - timeBefore < 0.3)
      assert.deepEqual(
        [0, 1, 2].map((place) => [car(place).x, car(place).gas]),
        [
          [100, false],
          [100, false],
          [100, false],
        ],
      )
      assert.equal(stateOf(simulation).phase, 'over')
      await finish(simulation)
    },
  },
  {
    name: 'cars with the same time are ranked by their ids',
    async run({ game }) {
      for (const seed of [1, 2, 3]) {
        const stage = await play(game, 4, { seed })
        const { simulation, players, ids } = stage
        await simulation.complete(players[0]!.request('start'))
        await simulation.runUntil(() => stateOf(simulation).phase === 'racing')
        for (const player of players) await simulation.complete(player.request('gas', { on: true }))
        for (const id of ids) editRow(simulation, 'cars', id, { x: 99.25 })
        await simulation.runUntil(() => stateOf(simulation).phase === 'over')
        assert.deepEqual([...stateOf(simulation).ranking], [...ids].sort())
        await finish(simulation)
      }
    },
  },
  {
    name: 'the race is over after 60 seconds, and the next one begins anew',
    async run({ game }) {
      const { simulation, players, ids, car, gas, toStart } = await race(game, 2)
      await simulation.complete(players[0]!.request('start'))
      await toStart()
      const fromMs = simulation.nowMs
      await gas(0)
      await simulation.runUntil(() => stateOf(simulation).phase === 'over', { timeoutMs: 70_000 })
      const seconds = (simulation.nowMs - fromMs) / 1000
      assert.ok(seconds > 59.5 && seconds < 60.5, `the race was over after ${seconds} s`)
      assert.deepEqual([...stateOf(simulation).ranking], [ids[0]])
      assert.equal(await gas(1), 'not_racing')
      await simulation.complete(players[1]!.request('start'))
      assert.deepEqual(
        [stateOf(simulation).phase, [...stateOf(simulation).ranking], car(0).x, car(0).finishedAt],
        ['countdown', [], 0, null],
      )
      await finish(simulation)
    },
  },
  {
    name: 'late clients watch, and cars that leave do not hold up the end',
    async run({ game }) {
      const { simulation, players, ids, gas, toStart } = await race(game, 3)
      await simulation.complete(players[0]!.request('start'))
      const late = await simulation.complete(simulation.addClient().connected)
      assert.equal(await refusalOf(simulation, late.request('gas', { on: true })), 'watching')
      await toStart()
      await gas(0)
      await gas(1)
      await simulation.runUntil(() => stateOf(simulation).ranking.length === 2, { timeoutMs: 20_000 })
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(500)
      assert.deepEqual([stateOf(simulation).phase, [...stateOf(simulation).ranking]], ['racing', [ids[1]]])
      await simulation.complete(players[2]!.disconnect())
      await simulation.step(500)
      assert.equal(stateOf(simulation).phase, 'over')
      await finish(simulation)
    },
  },
]
