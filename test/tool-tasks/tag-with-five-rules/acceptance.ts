import assert from 'node:assert/strict'
import { syncTest } from '@tygase/testkit'
import { type Check, editRow, finish, play, refusalOf, stateOf } from '../support/checks.js'

export const checks: readonly Check[] = [
  {
    name: 'players come and go with their rows, and the first one is it',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 2)
      const { it, players: rows } = stateOf(simulation)
      assert.equal(it, ids[0])
      for (const id of ids) {
        const { x, y, dx, dy } = rows.get(id)
        assert.deepEqual([dx, dy], [0, 0])
        assert.ok(x >= 0 && x <= 100 && y >= 0 && y <= 100)
      }
      assert.notEqual(rows.get(ids[0]).x, rows.get(ids[1]).x)
      await simulation.complete(players[1]!.disconnect())
      await simulation.step(200)
      assert.equal(stateOf(simulation).players.size, 1)
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(200)
      assert.equal(stateOf(simulation).it, '')
      await finish(simulation)
    },
  },
  {
    name: 'a player runs at 20 units a second, also if it asks for more, and slower for a short vector',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 1)
      const runs = async (steer: { dx: number; dy: number }) => {
        editRow(simulation, 'players', ids[0]!, { x: 50, y: 50 })
        await simulation.complete(players[0]!.request('steer', steer))
        const { x, y } = stateOf(simulation).players.get(ids[0])
        await simulation.step(1000)
        const after = stateOf(simulation).players.get(ids[0])
        return [after.x - x, after.y - y].map((way) => Math.round(way))
      }
      assert.deepEqual(await runs({ dx: 1000, dy: 0 }), [20, 0])
      assert.deepEqual(await runs({ dx: -3, dy: -4 }), [-12, -16])
      assert.deepEqual(await runs({ dx: 0, dy: 0.5 }), [0, 10])
      await finish(simulation)
    },
  },
  {
    name: 'the edges stop a player',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 1)
      await simulation.complete(players[0]!.request('steer', { dx: 1, dy: -1 }))
      await simulation.step(10_000)
      const { x, y } = stateOf(simulation).players.get(ids[0])
      assert.deepEqual([x, y], [100, 0])
      await finish(simulation)
    },
  },
  {
    name: 'a direction that is no pair of numbers is refused',
    async run({ game }) {
      const { simulation, players } = await play(game, 1)
      for (const data of [undefined, {}, { dx: '1', dy: 0 }, { dx: Number.NaN, dy: 0 }]) {
        assert.equal(await refusalOf(simulation, players[0]!.request('steer', data)), 'event_invalid')
      }
      assert.equal(await refusalOf(simulation, players[0]!.request('steer', { dx: 0, dy: 1 })), '')
      await finish(simulation)
    },
  },
  {
    name: 'the nearest player within 4 units is it from then on',
    async run({ game }) {
      const { simulation, ids } = await play(game, 3)
      editRow(simulation, 'players', ids[0]!, { x: 10, y: 10 })
      editRow(simulation, 'players', ids[1]!, { x: 14.5, y: 10 })
      editRow(simulation, 'players', ids[2]!, { x: 90, y: 90 })
      await simulation.step(500)
      assert.equal(stateOf(simulation).it, ids[0])
      editRow(simulation, 'players', ids[1]!, { x: 13.5, y: 10 })
      editRow(simulation, 'players', ids[2]!, { x: 10, y: 12 })
      await simulation.step(100)
      assert.equal(stateOf(simulation).it, ids[2])
      await finish(simulation)
    },
  },
  {
    name: 'for 3 seconds after a touch there is no other one',
    async run({ game }) {
      const { simulation, ids } = await play(game, 2)
      for (const id of ids) editRow(simulation, 'players', id, { x: 50, y: 50 })
      await simulation.runUntil(() => stateOf(simulation).it === ids[1])
      const fromMs = simulation.nowMs
      await simulation.runUntil(() => stateOf(simulation).it === ids[0])
      const seconds = (simulation.nowMs - fromMs) / 1000
      assert.ok(seconds > 2.9 && seconds < 3.2, `the next touch came after ${seconds} s`)
      await finish(simulation)
    },
  },
  {
    name: 'if it leaves, each of the others may be drawn',
    async run({ game }) {
      const drawn = new Set<number>()
      for (let seed = 0; seed < 12; seed++) {
        const { simulation, players, ids } = await play(game, 4, { seed })
        await simulation.complete(players[0]!.disconnect())
        await simulation.step(200)
        drawn.add(ids.indexOf(stateOf(simulation).it))
        await finish(simulation)
      }
      assert.deepEqual([...drawn].sort(), [1, 2, 3])
    },
  },
  {
    name: 'the rules give the same result when they run again',
    run({ game }) {
      const script = (tick: number) =>
        tick === 1
          ? ['a', 'b', 'c'].map((clientId) => ({ clientId, joins: true as const }))
          : [{ clientId: 'a', name: 'steer', data: { dx: Math.sin(tick), dy: Math.cos(tick) } }]
      syncTest(game, { ticks: 200, script })
    },
  },
]
