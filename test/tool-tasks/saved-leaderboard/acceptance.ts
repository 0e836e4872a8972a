import assert from 'node:assert/strict'
import type { AnyGame } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { simulate } from '@tygase/testkit'
import { type Answer, type Check, finish, type Player, play, refusalOf, stateOf } from '../support/checks.js'

/** One game, with players of these names. */
async function climb(game: AnyGame, ...names: string[]) {
  const { simulation } = await play(game, 0)
  const players: Player[] = []
  const join = async (name: unknown): Promise<Player> => {
    const player = await simulation.complete(simulation.addClient({ connect: { data: { name } } }).connected)
    players.push(player)
    return player
  }
  for (const name of names) await join(name)
  const run = async (place: number, points: number): Promise<number | null> => {
    for (let left = points; left > 0; left -= 100) {
      await simulation.complete(players[place]!.request('score', { points: Math.min(100, left) }))
    }
    return ((await simulation.complete(players[place]!.request('finish'))) as { place: number | null }).place
  }
  const best = () =>
    stateOf(simulation).best.map(({ name, points }: { name: string; points: number }) => [name, points])
  return { simulation, players, join, run, best }
}

/** Rooms as `server.ts` defines them, in a process that may crash. */
async function rooms(answer: Answer) {
  const storage = memoryStorage()
  assert.ok(answer.define !== undefined, 'server.ts exports no define')
  const define = answer.define as unknown as (server: Server, storage: unknown) => void
  const simulation = await simulate({
    define: (server) => define(server, storage),
    seed: 7,
    command: 'npm run tasks',
  })
  const join = (name: string) =>
    simulation.complete(simulation.addClient({ path: '/climb/north', connect: { data: { name } } }).connected)
  const run = async (player: Player, points: number): Promise<void> => {
    await simulation.complete(player.request('score', { points }))
    await simulation.complete(player.request('finish'))
  }
  return { simulation, join, run }
}

const lines = (state: { best: readonly { name: string; points: number }[] }) =>
  state.best.map(({ name, points }) => [name, points])

export const checks: readonly Check[] = [
  {
    name: 'points add up in a run, which ends in the leaderboard',
    async run({ game }) {
      const { simulation, players, run, best } = await climb(game, 'Ada')
      const own = () => ({ ...stateOf(simulation).runs.get(players[0]!.clientId) })
      assert.deepEqual(own(), { name: 'Ada', points: 0 })
      assert.equal(await refusalOf(simulation, players[0]!.request('finish')), 'nothing')
      for (const points of [0, 101, 1.5, -1, '1']) {
        assert.equal(await refusalOf(simulation, players[0]!.request('score', { points })), 'event_invalid')
      }
      await simulation.complete(players[0]!.request('score', { points: 30 }))
      await simulation.complete(players[0]!.request('score', { points: 12 }))
      assert.deepEqual(own(), { name: 'Ada', points: 42 })
      assert.equal(await run(0, 0), 1)
      assert.deepEqual([own(), best()], [{ name: 'Ada', points: 0 }, [['Ada', 42]]])
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(500)
      assert.deepEqual([stateOf(simulation).runs.size, best()], [0, [['Ada', 42]]])
      await finish(simulation)
    },
  },
  {
    name: 'the best come first, and of equal ones the older',
    async run({ game }) {
      const { simulation, run, best } = await climb(game, 'Ada', 'Bob', 'Cleo')
      assert.equal(await run(0, 50), 1)
      assert.equal(await run(1, 80), 1)
      assert.equal(await run(2, 50), 3)
      assert.deepEqual(best(), [
        ['Bob', 80],
        ['Ada', 50],
        ['Cleo', 50],
      ])
      await finish(simulation)
    },
  },
  {
    name: 'a name is there once, with its best run, whatever its capitals',
    async run({ game }) {
      const { simulation, run, best } = await climb(game, 'Ada', 'Bob', 'ADA')
      await run(0, 50)
      await run(1, 60)
      assert.equal(await run(2, 40), null)
      assert.deepEqual(best(), [
        ['Bob', 60],
        ['Ada', 50],
      ])
      assert.equal(await run(2, 70), 1)
      assert.deepEqual(best(), [
        ['ADA', 70],
        ['Bob', 60],
      ])
      assert.equal(await run(0, 70), null)
      assert.equal(best().length, 2)
      await finish(simulation)
    },
  },
  {
    name: 'there are ten places',
    async run({ game }) {
      const names = Array.from({ length: 12 }, (_, index) => `p${index}`)
      const { simulation, run, best } = await climb(game, ...names)
      for (let place = 0; place < 10; place++) assert.equal(await run(place, 20 + place), 1)
      assert.equal(await run(10, 5), null)
      assert.equal(await run(11, 20), null)
      assert.equal(await run(11, 25), 6)
      assert.deepEqual([best().length, best().at(-1), best()[5]], [10, ['p1', 21], ['p11', 25]])
      await finish(simulation)
    },
  },
  {
    name: 'only the server clears it',
    async run({ game }) {
      const { simulation, players, run, best } = await climb(game, 'Ada')
      await run(0, 50)
      assert.equal(await refusalOf(simulation, players[0]!.request('clear')), 'event_unknown')
      assert.equal(best().length, 1)
      simulation.server.pushEvent('clear')
      await simulation.step(500)
      assert.deepEqual(best(), [])
      await simulation.end()
    },
  },
  {
    name: 'a room that has ended comes back with its leaderboard',
    async run(answer) {
      const { simulation, join, run } = await rooms(answer)
      const ada = await join('Ada')
      await run(ada, 42)
      await simulation.complete(ada.disconnect())
      await simulation.step(1500)
      assert.ok(simulation.server.rooms.has('climb/north'), 'the room ended too early')
      await simulation.step(2500)
      assert.ok(!simulation.server.rooms.has('climb/north'), 'the room has not ended')
      const bob = await join('Bob')
      await simulation.step(500)
      assert.deepEqual([lines(bob.state), bob.state.runs.size], [[['Ada', 42]], 1])
      await finish(simulation)
    },
  },
  {
    name: 'a crash loses no run that is older than a second, and leaves no run of a client that is gone',
    async run(answer) {
      const { simulation, join, run } = await rooms(answer)
      const ada = await join('Ada')
      const bob = await join('Bob')
      await run(ada, 42)
      await run(bob, 50)
      await simulation.step(1500)
      simulation.serverProcess.crash()
      await simulation.step(500)
      await simulation.serverProcess.restart()
      const cleo = await join('Cleo')
      await simulation.step(500)
      const { state } = cleo
      assert.deepEqual(lines(state), [
        ['Bob', 50],
        ['Ada', 42],
      ])
      assert.deepEqual(
        [...state.runs.values()].map(({ name }: { name: string }) => name),
        ['Cleo'],
      )
      // the old connections are refused by the new process, which the log says
      await simulation.settle()
      await simulation.end()
    },
  },
]
