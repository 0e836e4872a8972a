import assert from 'node:assert/strict'
import { type Check, finish, play, refusalOf, stateOf } from '../support/checks.js'

const onTurn = (simulation: Parameters<typeof stateOf>[0]): string => {
  const { order, turn } = stateOf(simulation)
  return order[turn]
}

export const checks: readonly Check[] = [
  {
    name: 'the third join begins the game, and later ones watch',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 2)
      assert.equal(stateOf(simulation).phase, 'waiting')
      assert.equal(await refusalOf(simulation, players[0]!.request('add', { count: 1 })), 'not_playing')
      const third = await simulation.complete(simulation.addClient().connected)
      const late = await simulation.complete(simulation.addClient().connected)
      const { phase, order, turn, total, winner } = stateOf(simulation)
      assert.deepEqual([phase, [...order], turn, total, winner], ['playing', [...ids, third.clientId], 0, 0, null])
      assert.equal(await refusalOf(simulation, late.request('add', { count: 1 })), 'not_playing')
      await finish(simulation)
    },
  },
  {
    name: 'players that leave before the begin do not count',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 2)
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(300)
      const third = await simulation.complete(simulation.addClient().connected)
      assert.equal(stateOf(simulation).phase, 'waiting')
      const fourth = await simulation.complete(simulation.addClient().connected)
      assert.deepEqual([...stateOf(simulation).order], [ids[1], third.clientId, fourth.clientId])
      await finish(simulation)
    },
  },
  {
    name: 'players add in turn, from 1 to 3',
    async run({ game }) {
      const { simulation, players } = await play(game, 3)
      assert.equal(await refusalOf(simulation, players[1]!.request('add', { count: 1 })), 'not_your_turn')
      for (const count of [0, 4, 1.5, -1, '1']) {
        assert.equal(await refusalOf(simulation, players[0]!.request('add', { count })), 'event_invalid')
      }
      for (const [place, count] of [1, 3, 2, 1].entries()) {
        assert.equal(await refusalOf(simulation, players[place % 3]!.request('add', { count })), '')
      }
      assert.deepEqual([stateOf(simulation).total, stateOf(simulation).turn], [7, 1])
      await finish(simulation)
    },
  },
  {
    name: 'the one who reaches 21 wins, and the game is over',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 3)
      for (let turn = 0; turn < 7; turn++) {
        assert.equal(stateOf(simulation).winner, null)
        await simulation.complete(players[turn % 3]!.request('add', { count: 3 }))
      }
      const { phase, winner, total } = stateOf(simulation)
      assert.deepEqual([phase, winner, total], ['over', ids[0], 21])
      assert.equal(await refusalOf(simulation, players[1]!.request('add', { count: 1 })), 'not_playing')
      await simulation.step(20_000)
      assert.equal(stateOf(simulation).winner, ids[0])
      await finish(simulation)
    },
  },
  {
    name: 'a turn that takes 5 seconds passes on, and an answer in time does not',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 3)
      await simulation.runUntil(() => onTurn(simulation) === ids[1])
      const { missed, endsAt } = stateOf(simulation)
      assert.deepEqual(
        ids.map((id) => missed[id] ?? 0),
        [1, 0, 0],
      )
      await simulation.step(4500)
      assert.equal(onTurn(simulation), ids[1])
      await simulation.complete(players[1]!.request('add', { count: 1 }))
      const left = stateOf(simulation).endsAt - endsAt
      assert.ok(left > 4.2 && left < 5, `the new turn ends ${left} s after the old one`)
      assert.deepEqual(
        ids.map((id) => stateOf(simulation).missed[id] ?? 0),
        [1, 0, 0],
      )
      await finish(simulation)
    },
  },
  {
    name: 'two missed turns put a player out, and the last one wins',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 3)
      // only the third one answers
      const outs: number[] = []
      for (let ticks = 0; ticks < 600 && stateOf(simulation).phase === 'playing'; ticks++) {
        if (onTurn(simulation) === ids[2]) await refusalOf(simulation, players[2]!.request('add', { count: 1 }))
        await simulation.step(100)
        outs.push(stateOf(simulation).order.length)
      }
      assert.ok(outs.includes(2))
      const { phase, winner, order } = stateOf(simulation)
      assert.deepEqual([phase, winner, [...order]], ['over', ids[2], [ids[2]]])
      await finish(simulation)
    },
  },
  {
    name: 'if the player on turn leaves, the next one has the turn with new time',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 3)
      await simulation.complete(players[0]!.request('add', { count: 1 }))
      await simulation.step(3000)
      await simulation.complete(players[1]!.disconnect())
      await simulation.step(300)
      assert.equal(onTurn(simulation), ids[2])
      await simulation.step(4000)
      assert.equal(onTurn(simulation), ids[2])
      await finish(simulation)
    },
  },
  {
    name: 'if another player leaves, the turn and its time stay',
    async run({ game }) {
      const { simulation, players, ids } = await play(game, 3)
      await simulation.complete(players[0]!.request('add', { count: 1 }))
      await simulation.complete(players[1]!.request('add', { count: 1 }))
      const { endsAt } = stateOf(simulation)
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(300)
      assert.deepEqual([onTurn(simulation), stateOf(simulation).endsAt], [ids[2], endsAt])
      await simulation.complete(players[2]!.request('add', { count: 1 }))
      assert.equal(onTurn(simulation), ids[1])
      await finish(simulation)
    },
  },
]
