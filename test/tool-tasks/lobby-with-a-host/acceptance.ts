import assert from 'node:assert/strict'
import { type Check, finish, type Player, play, refusalOf, stateOf } from '../support/checks.js'

/** A lobby with players of these names; the first one is host. */
async function lobby(game: Parameters<typeof play>[0], ...names: string[]) {
  const { simulation } = await play(game, 0)
  const players: Player[] = []
  const join = (name: unknown) => simulation.complete(simulation.addClient({ connect: { data: { name } } }).connected)
  for (const name of names) players.push(await join(name))
  const row = (place: number) => stateOf(simulation).players.get(players[place]!.clientId)
  const ask = (place: number, name: string, data?: unknown) =>
    refusalOf(simulation, players[place]!.request(name, data))
  /** @returns the code with which a join is refused */
  const refusedJoin = async (name: unknown): Promise<string> => {
    try {
      await join(name)
      return ''
    } catch (error) {
      const { refusal, code } = error as { refusal?: { code: string }; code?: string }
      return refusal?.code ?? String(code)
    }
  }
  return { simulation, players, join, row, ask, refusedJoin }
}

const readies = (simulation: Parameters<typeof stateOf>[0]): boolean[] =>
  [...stateOf(simulation).players.values()].map(({ ready }: { ready: boolean }) => ready)

export const checks: readonly Check[] = [
  {
    name: 'players come into the smaller team, red first, not ready',
    async run({ game }) {
      const { simulation, row } = await lobby(game, 'Ada', 'Bob', 'Cleo')
      assert.deepEqual({ ...row(0) }, { name: 'Ada', team: 'red', ready: false })
      assert.deepEqual([row(1).team, row(2).team], ['blue', 'red'])
      assert.deepEqual([stateOf(simulation).phase, stateOf(simulation).map], ['lobby', 'sea'])
      await finish(simulation)
    },
  },
  {
    name: 'names are 1 to 12 characters, and each is there once, whatever its capitals',
    async run({ game }) {
      const { simulation, refusedJoin } = await lobby(game, 'Ada')
      assert.equal(await refusedJoin('aDA'), 'name_taken')
      for (const name of ['', 'x'.repeat(13), 7, undefined]) assert.equal(await refusedJoin(name), 'join_invalid')
      assert.equal(await refusedJoin('Adam'), '')
      assert.equal(stateOf(simulation).players.size, 2)
      await finish(simulation)
    },
  },
  {
    name: 'the host starts when both teams have players and the others are ready',
    async run({ game }) {
      const { simulation, ask, refusedJoin } = await lobby(game, 'Ada', 'Bob', 'Cleo')
      assert.equal(await ask(1, 'start'), 'not_host')
      assert.equal(await ask(0, 'start'), 'not_ready')
      await ask(1, 'ready', { ready: true })
      assert.equal(await ask(0, 'start'), 'not_ready')
      await ask(2, 'ready', { ready: true })
      assert.equal(await ask(0, 'start'), '')
      assert.equal(stateOf(simulation).phase, 'playing')
      assert.equal(await ask(0, 'start'), 'playing')
      for (const [name, data] of [
        ['ready', { ready: false }],
        ['team', { team: 'red' }],
      ] as const) {
        assert.equal(await ask(1, name, data), 'playing')
      }
      assert.equal(await ask(0, 'choose', { map: 'city' }), 'playing')
      assert.equal(await refusedJoin('Dan'), 'playing')
      await finish(simulation)
    },
  },
  {
    name: 'an empty team keeps the game from starting',
    async run({ game }) {
      const { simulation, ask } = await lobby(game, 'Ada', 'Bob')
      await ask(1, 'team', { team: 'red' })
      await ask(1, 'ready', { ready: true })
      assert.equal(await ask(0, 'start'), 'too_few')
      await finish(simulation)
    },
  },
  {
    name: 'another team makes a player not ready, another map all of them',
    async run({ game }) {
      const { simulation, ask, row } = await lobby(game, 'Ada', 'Bob', 'Cleo')
      for (const place of [0, 1, 2]) await ask(place, 'ready', { ready: true })
      await ask(2, 'team', { team: 'blue' })
      assert.deepEqual([row(0).ready, row(1).ready, row(2).ready], [true, true, false])
      assert.equal(await ask(1, 'choose', { map: 'city' }), 'not_host')
      assert.equal(await ask(0, 'choose', { map: 'moon' }), 'event_invalid')
      assert.deepEqual([row(0).ready, stateOf(simulation).map], [true, 'sea'])
      assert.equal(await ask(0, 'choose', { map: 'city' }), '')
      assert.deepEqual([readies(simulation), stateOf(simulation).map], [[false, false, false], 'city'])
      await finish(simulation)
    },
  },
  {
    name: 'the host stops the game',
    async run({ game }) {
      const { simulation, ask } = await lobby(game, 'Ada', 'Bob')
      assert.equal(await ask(0, 'stop'), 'not_playing')
      await ask(1, 'ready', { ready: true })
      await ask(0, 'start')
      assert.equal(await ask(1, 'stop'), 'not_host')
      assert.equal(await ask(0, 'stop'), '')
      assert.deepEqual([stateOf(simulation).phase, readies(simulation)], ['lobby', [false, false]])
      await finish(simulation)
    },
  },
  {
    name: 'if the host leaves, the next host may start, and an empty team ends the game',
    async run({ game }) {
      const { simulation, players, ask } = await lobby(game, 'Ada', 'Bob', 'Cleo')
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(500)
      await ask(2, 'ready', { ready: true })
      assert.equal(await ask(2, 'start'), 'not_host')
      assert.equal(await ask(1, 'start'), '')
      await simulation.complete(players[2]!.disconnect())
      await simulation.step(500)
      assert.deepEqual([stateOf(simulation).phase, readies(simulation)], ['lobby', [false]])
      await finish(simulation)
    },
  },
]
