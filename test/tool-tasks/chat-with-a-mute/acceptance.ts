import assert from 'node:assert/strict'
import { type Check, finish, type Player, play, refusalOf, stateOf } from '../support/checks.js'

interface Said {
  readonly channel: string
  readonly from: string
  readonly name: string
  readonly text: string
}

/** Members of these names; the first one is host. */
async function chat(game: Parameters<typeof play>[0], ...names: string[]) {
  const { simulation } = await play(game, 0)
  const players: Player[] = []
  const heard: Said[][] = []
  const join = async (name: unknown): Promise<Player> => {
    const own: Said[] = []
    const onConnect = ({ connection }: { connection: Player }) => {
      connection.registerEventHandler('said', (data) => void own.push(data as Said))
    }
    const player = await simulation.complete(simulation.addClient({ connect: { data: { name } }, onConnect }).connected)
    players.push(player)
    heard.push(own)
    return player
  }
  for (const name of names) await join(name)
  const ask = (place: number, name: string, data: unknown) => refusalOf(simulation, players[place]!.request(name, data))
  const row = (place: number) => stateOf(simulation).members.get(players[place]!.clientId)
  return { simulation, players, heard, join, ask, row }
}

export const checks: readonly Check[] = [
  {
    name: 'a text reaches the members of its channel, the sender too, and no other client',
    async run({ game }) {
      const { simulation, players, heard, ask } = await chat(game, 'Ada', 'Bob', 'Cleo')
      await ask(0, 'enter', { channel: 'news' })
      await ask(1, 'enter', { channel: 'news' })
      await ask(2, 'enter', { channel: 'sport' })
      assert.equal(await ask(0, 'say', { channel: 'news', text: '  hello  ' }), '')
      await simulation.step(500)
      const said = { channel: 'news', from: players[0]!.clientId, name: 'Ada', text: 'hello' }
      assert.deepEqual(heard, [[said], [said], []])
      await finish(simulation)
    },
  },
  {
    name: 'a client enters a channel once, at most 3, and exits',
    async run({ game }) {
      const { simulation, heard, ask, row } = await chat(game, 'Ada', 'Bob')
      assert.deepEqual([...row(0).channels], [])
      for (const channel of ['a', 'b', 'a', 'c', 'b']) assert.equal(await ask(0, 'enter', { channel }), '')
      assert.equal(await ask(0, 'enter', { channel: 'd' }), 'too_many')
      assert.deepEqual([...row(0).channels].sort(), ['a', 'b', 'c'])
      assert.equal(await ask(0, 'exit', { channel: 'b' }), '')
      assert.equal(await ask(0, 'say', { channel: 'b', text: 'x' }), 'not_there')
      assert.equal(await ask(0, 'enter', { channel: 'd' }), '')
      for (const channel of ['', 'A', 'a b', 'x'.repeat(17), 3]) {
        assert.equal(await ask(1, 'enter', { channel }), 'event_invalid')
      }
      assert.deepEqual(heard, [[], []])
      await finish(simulation)
    },
  },
  {
    name: 'a text has 1 to 200 characters between its white space',
    async run({ game }) {
      const { simulation, heard, ask } = await chat(game, 'Ada')
      await ask(0, 'enter', { channel: 'a' })
      for (const text of ['', '   ', 'x'.repeat(201), 5]) {
        assert.equal(await ask(0, 'say', { channel: 'a', text }), 'event_invalid')
      }
      assert.equal(await ask(0, 'say', { channel: 'a', text: ` ${'x'.repeat(200)} ` }), '')
      await simulation.step(500)
      assert.deepEqual(
        heard[0]!.map(({ text }) => text.length),
        [200],
      )
      await finish(simulation)
    },
  },
  {
    name: 'the host mutes others for a time, and they read meanwhile',
    async run({ game }) {
      const { simulation, players, heard, ask } = await chat(game, 'Ada', 'Bob')
      for (const place of [0, 1]) await ask(place, 'enter', { channel: 'a' })
      const id = players[1]!.clientId
      assert.equal(await ask(0, 'mute', { id, seconds: 60 }), '')
      assert.equal(await ask(1, 'say', { channel: 'a', text: 'x' }), 'muted')
      assert.equal(await ask(0, 'say', { channel: 'a', text: 'y' }), '')
      await simulation.step(500)
      assert.deepEqual(
        heard[1]!.map(({ text }) => text),
        ['y'],
      )
      await simulation.step(58_000)
      assert.equal(await ask(1, 'say', { channel: 'a', text: 'x' }), 'muted')
      await simulation.step(2000)
      assert.equal(await ask(1, 'say', { channel: 'a', text: 'z' }), '')
      await ask(0, 'mute', { id, seconds: 60 })
      await ask(0, 'mute', { id, seconds: 0 })
      assert.equal(await ask(1, 'say', { channel: 'a', text: 'w' }), '')
      await finish(simulation)
    },
  },
  {
    name: 'only the host mutes, not itself, and only members',
    async run({ game }) {
      const { simulation, players, ask } = await chat(game, 'Ada', 'Bob', 'Cleo')
      const [host, , other] = players.map(({ clientId }) => clientId)
      assert.equal(await ask(1, 'mute', { id: other, seconds: 5 }), 'not_host')
      assert.equal(await ask(0, 'mute', { id: host, seconds: 5 }), 'not_yourself')
      assert.equal(await ask(0, 'mute', { id: 'x', seconds: 5 }), 'unknown_member')
      for (const seconds of [-1, 3601, '5']) {
        assert.equal(await ask(0, 'mute', { id: other, seconds }), 'event_invalid')
      }
      await finish(simulation)
    },
  },
  {
    name: 'the sixth text within 10 seconds is refused',
    async run({ game }) {
      const { simulation, heard, ask } = await chat(game, 'Ada', 'Bob')
      for (const place of [0, 1]) await ask(place, 'enter', { channel: 'a' })
      for (let count = 0; count < 5; count++) assert.equal(await ask(0, 'say', { channel: 'a', text: 'x' }), '')
      assert.equal(await ask(0, 'say', { channel: 'a', text: 'x' }), 'too_fast')
      assert.equal(await ask(1, 'say', { channel: 'a', text: 'x' }), '')
      await simulation.step(10_500)
      assert.equal(await ask(0, 'say', { channel: 'a', text: 'x' }), '')
      await simulation.step(500)
      assert.equal(heard[1]!.length, 7)
      await finish(simulation)
    },
  },
  {
    name: 'a client that comes later gets nothing of what was said, and a row goes with its client',
    async run({ game }) {
      const { simulation, players, heard, join, ask } = await chat(game, 'Ada')
      await ask(0, 'enter', { channel: 'a' })
      await ask(0, 'say', { channel: 'a', text: 'a secret word' })
      await simulation.step(500)
      await join('Bob')
      await ask(1, 'enter', { channel: 'a' })
      await simulation.step(500)
      assert.deepEqual(heard[1], [])
      assert.ok(!JSON.stringify([...stateOf(simulation).members], replaceMaps).includes('secret'))
      assert.ok(!JSON.stringify(stateOf(simulation), replaceMaps).includes('secret'))
      await simulation.complete(players[0]!.disconnect())
      await simulation.step(500)
      assert.equal(stateOf(simulation).members.size, 1)
      await finish(simulation)
    },
  },
]

function replaceMaps(_key: string, value: unknown): unknown {
  return typeof value === 'object' && value !== null && Symbol.iterator in value
    ? [...(value as Iterable<unknown>)]
    : value
}
