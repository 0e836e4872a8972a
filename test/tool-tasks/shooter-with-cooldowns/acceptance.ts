import assert from 'node:assert/strict'
import { syncTest } from '@tygase/testkit'
import { type Check, editRow, finish, play, refusalOf, stateOf } from '../support/checks.js'

/** Two ships in a row: the first one looks at the second. */
async function duel(game: Parameters<typeof play>[0], distance = 60) {
  const stage = await play(game, 2)
  const [first, second] = stage.ids
  editRow(stage.simulation, 'ships', first!, { x: 100, y: 100, angle: 0 })
  editRow(stage.simulation, 'ships', second!, { x: 100 + distance, y: 100, angle: 0 })
  const ship = (place: 0 | 1) => stateOf(stage.simulation).ships.get(stage.ids[place])
  return { ...stage, ship, fire: () => refusalOf(stage.simulation, stage.players[0]!.request('fire')) }
}

export const checks: readonly Check[] = [
  {
    name: 'a ship comes with its player, and goes with its shots',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 2)
      const { x, y, ...rest } = stateOf(simulation).ships.get(ids[0])
      assert.deepEqual({ ...rest }, { angle: 0, health: 100, readyAt: 0, deadUntil: 0, kills: 0 })
      assert.ok(x >= 0 && x <= 500 && y >= 0 && y <= 500)
      editRow(simulation, 'ships', ids[0]!, { x: 100, y: 100 })
      editRow(simulation, 'ships', ids[1]!, { x: 100, y: 400 })
      await simulation.complete(players[0]!.request('fire'))
      assert.equal(stateOf(simulation).shots.size, 1)
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(200)
      assert.deepEqual([stateOf(simulation).ships.size, stateOf(simulation).shots.size], [1, 0])
      await finish(simulation)
    },
  },
  {
    name: 'a shot flies 200 units a second where the ship looks, for 2 seconds',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 1)
      editRow(simulation, 'ships', ids[0]!, { x: 50, y: 50 })
      await simulation.complete(players[0]!.request('turn', { angle: Math.PI / 2 }))
      await simulation.complete(players[0]!.request('fire'))
      const shot = () => [...stateOf(simulation).shots.values()][0]
      const { y, by } = shot()
      assert.equal(by, ids[0])
      await simulation.step(1000)
      assert.equal(Math.round(shot().y - y), 200)
      assert.equal(Math.round(shot().x), 50)
      const fromMs = simulation.nowMs
      await simulation.runUntil(() => stateOf(simulation).shots.size === 0)
      assert.ok(Math.abs(simulation.nowMs - fromMs - 1000) < 150)
      await finish(simulation)
    },
  },
  {
    name: 'a ship fires every half second, not sooner',
    async run({ game }) {
      const { simulation, fire } = await duel(game, 300)
      let [shots, refused] = [0, new Set<string>()]
      const untilMs = simulation.nowMs + 3000
      while (simulation.nowMs < untilMs) {
        const code = await fire()
        if (code === '') shots++
        else refused.add(code)
        await simulation.step(10)
      }
      assert.ok(shots >= 5 && shots <= 7, `${shots} shots in 3 s`)
      assert.deepEqual([...refused], ['too_soon'])
      await finish(simulation)
    },
  },
  {
    name: 'a hit takes 25 health from another ship, and the shot is gone',
    async run({ game }) {
      const { simulation, ship, fire } = await duel(game)
      await fire()
      await simulation.step(600)
      assert.deepEqual([ship(0).health, ship(1).health, stateOf(simulation).shots.size], [100, 75, 0])
      editRow(simulation, 'ships', simulation.clients[1]!.connection.clientId, { y: 112 })
      await fire()
      await simulation.step(600)
      assert.equal(ship(1).health, 75)
      await finish(simulation)
    },
  },
  {
    name: 'a shot does not fly through a ship between two ticks',
    async run({ game }) {
      for (let distance = 40; distance < 60; distance++) {
        const { simulation, ship, fire, ids } = await duel(game, distance)
        // at the edge of its reach, where the way through it is short
        editRow(simulation, 'ships', ids[1]!, { y: 109.5 })
        await fire()
        await simulation.step(600)
        assert.equal(ship(1).health, 75, `a ship at ${distance} was not hit`)
        await finish(simulation)
      }
    },
  },
  {
    name: 'a ship without health is dead for 3 seconds, cannot fire, and comes back',
    async run({ game }) {
      const { simulation, players, ids, ship, fire } = await duel(game)
      editRow(simulation, 'ships', ids[1]!, { health: 25 })
      await fire()
      await simulation.runUntil(() => ship(1).health <= 0)
      const fromMs = simulation.nowMs
      assert.equal(ship(0).kills, 1)
      assert.equal(await refusalOf(simulation, players[1]!.request('fire')), 'dead')
      await simulation.step(600)
      await fire()
      await simulation.step(600)
      assert.deepEqual([ship(0).kills, ship(1).health], [1, 0])
      await simulation.runUntil(() => ship(1).health === 100)
      assert.ok(Math.abs(simulation.nowMs - fromMs - 3000) < 150)
      assert.equal(await refusalOf(simulation, players[1]!.request('fire')), '')
      await finish(simulation)
    },
  },
  {
    name: 'the rules give the same result when they run again',
    run({ game }) {
      const script = (tick: number) =>
        tick === 1
          ? ['a', 'b', 'c'].map((clientId) => ({ clientId, joins: true as const }))
          : ['a', 'b', 'c'].flatMap((clientId, place) => [
              { clientId, name: 'turn', data: { angle: tick * (place + 1) } },
              { clientId, name: 'fire' },
            ])
      syncTest(game, { ticks: 300, script })
    },
  },
]
