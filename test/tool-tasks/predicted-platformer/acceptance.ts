import assert from 'node:assert/strict'
import { predict } from '@tygase/client/predict'
import { links, syncTest } from '@tygase/testkit'
import { type Check, editRow, finish, play, refusalOf, stateOf } from '../support/checks.js'

async function world(game: Parameters<typeof play>[0], fields: object = {}) {
  const stage = await play(game, 1)
  const { simulation, players, ids } = stage
  const [player] = players
  const body = () => stateOf(simulation).bodies.get(ids[0])
  const ask = (name: string, data?: unknown) => refusalOf(simulation, player!.request(name, data))
  editRow(simulation, 'bodies', ids[0]!, fields)
  /** The highest place until the body stands again. */
  const top = async (): Promise<number> => {
    let highest = body().y
    for (let frames = 0; frames < 200; frames++) {
      await simulation.step(33)
      highest = Math.max(highest, body().y)
    }
    return highest
  }
  return { ...stage, body, ask, top }
}

export const checks: readonly Check[] = [
  {
    name: 'a body runs at 15 units a second, between the walls',
    async run({ game }) {
      const { simulation, body, ask } = await world(game)
      assert.deepEqual([body().x, body().y, body().vy], [50, 0, 0])
      await ask('run', { direction: 1 })
      const { x } = body()
      await simulation.step(2000)
      assert.equal(Math.round(body().x - x), 30)
      await simulation.step(5000)
      assert.equal(body().x, 100)
      await ask('run', { direction: -1 })
      await simulation.step(10_000)
      assert.deepEqual([body().x, body().y], [0, 0])
      for (const direction of [2, 0.5, '1', undefined]) assert.equal(await ask('run', { direction }), 'event_invalid')
      await finish(simulation)
    },
  },
  {
    name: 'a jump is about 7.5 high, and there is no jump in the air',
    async run({ game }) {
      const { simulation, body, ask, top } = await world(game)
      assert.equal(await ask('jump'), '')
      await simulation.step(200)
      assert.ok(body().y > 0)
      assert.equal(await ask('jump'), 'in_air')
      const highest = await top()
      assert.ok(highest > 6.5 && highest < 8.5, `it jumped ${highest} high`)
      assert.deepEqual([body().y, body().vy], [0, 0])
      assert.equal(await ask('jump'), '')
      await finish(simulation)
    },
  },
  {
    name: 'a platform carries a body that falls on it, at any speed',
    async run({ game }) {
      for (const vy of [0, -30, -500, -5000]) {
        const { simulation, body, ask } = await world(game, { x: 30, y: 30, vy })
        await simulation.step(2000)
        assert.deepEqual([body().y, body().vy], [8, 0], `with ${vy}`)
        assert.equal(await ask('jump'), '')
        await finish(simulation)
      }
    },
  },
  {
    name: 'a platform lets a body pass from below',
    async run({ game }) {
      const { simulation, body, top } = await world(game, { x: 70, y: 5, vy: 30 })
      assert.ok((await top()) > 11)
      assert.equal(body().y, 8)
      await finish(simulation)
    },
  },
  {
    name: 'a body that runs over the edge falls, and cannot jump meanwhile',
    async run({ game }) {
      const { simulation, body, ask } = await world(game, { x: 39, y: 8 })
      await ask('run', { direction: 1 })
      await simulation.runUntil(() => body().y < 8)
      assert.equal(await ask('jump'), 'in_air')
      await simulation.step(2000)
      assert.equal(body().y, 0)
      await finish(simulation)
    },
  },
  {
    name: 'a body takes a coin, which appears elsewhere',
    async run({ game }) {
      const { simulation, ids, body } = await world(game)
      const [coinId, coin] = [...stateOf(simulation).coins][0]
      const before = { coins: body().coins, size: stateOf(simulation).coins.size }
      assert.equal(before.size, 10)
      editRow(simulation, 'bodies', ids[0]!, { x: coin.x, y: coin.y + 0.5 })
      await simulation.step(100)
      const after = stateOf(simulation).coins.get(coinId) ?? { x: -1, y: -1 }
      assert.ok(body().coins > before.coins)
      assert.equal(stateOf(simulation).coins.size, 10)
      assert.notDeepEqual([after.x, after.y], [coin.x, coin.y])
      await finish(simulation)
    },
  },
  {
    name: 'an own jump shows at once on the network of a phone, and nothing of it is corrected',
    async run({ game }) {
      const { simulation, players } = await play(game, 2, { link: links.mobile, client: { predict: predict() } })
      await simulation.step(3000)
      const [player] = players
      const own = () => player!.predicted.bodies.get(player!.clientId)
      const retries = Number.POSITIVE_INFINITY
      for (let jumps = 0; jumps < 8; jumps++) {
        player!.dispatchEvent('run', { direction: [1, -1, 0][jumps % 3] }, { retries })
        player!.dispatchEvent('jump', { retries })
        assert.ok(own().vy > 0 || own().y > 0, 'the jump does not show at once')
        await simulation.step(1500)
      }
      const { corrections } = player!.feel
      assert.equal(corrections, 0, `${corrections} corrections`)
      assert.ok(stateOf(simulation).bodies.get(player!.clientId).x !== 50)
      await finish(simulation)
    },
  },
  {
    name: 'bodies are drawn between two versions',
    async run({ game }) {
      const { simulation, players } = await play(game, 2)
      await simulation.complete(players[0]!.request('run', { direction: 1 }))
      await simulation.step(1000)
      const places = new Set<number>()
      for (let frames = 0; frames < 20; frames++) {
        await simulation.step(5)
        places.add(players[1]!.scene().bodies.get(players[0]!.clientId).x)
      }
      assert.ok(places.size > 10, `${places.size} places in 20 frames`)
      await finish(simulation)
    },
  },
  {
    name: 'the rules give the same result when they run again',
    run({ game }) {
      const script = (tick: number) =>
        tick === 1
          ? ['a', 'b'].map((clientId) => ({ clientId, joins: true as const }))
          : [
              { clientId: 'a', name: 'run', data: { direction: (tick % 3) - 1 } },
              { clientId: 'b', name: 'jump' },
            ]
      syncTest(game, { ticks: 300, script })
    },
  },
]
