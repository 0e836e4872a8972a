import { join } from 'node:path'
import { type Connection, connect } from '@tygase/client'
import { predict } from '@tygase/client/predict'
import type { AnyGame } from '@tygase/gamestate'
import type { Server } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { links, type Simulation, simulate, syncTest } from '@tygase/testkit'
import { afterEach, describe, expect, it } from 'vitest'
import { writePageFiles } from './page-files.js'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** The exports of a file that the code of a page makes. The server of the page listens nowhere, or at any free port. */
async function exportsOf<Exports>(page: string, file: string, listens = false): Promise<Exports> {
  const folder = await writePageFiles(page, `recipes ${file}`, (_, code) =>
    code
      .replace('port: 8080', listens ? 'port: 0' : 'port: false')
      // no file, and the process is not the page's
      .replace(/lmdbStorage\(.*\)/, 'memoryStorage()')
      .replace('{ lmdbStorage }', '{ memoryStorage }')
      .replace(/^gracefully\(.*$/m, 'export { server }'),
  )
  // reason: the file is written by this test
  const exports = (await import(join(folder, file))) as Exports & { server?: Server }
  if (exports.server !== undefined) ends.push(() => exports.server!.shutdown({ endSessions: true }))
  return exports
}

/** The state of a game whose file has no types before it is written. */
function stateOf<State>({ state }: Connection): State {
  return state as State
}

/** The connections in the order in which they came into the room: the host first. */
function connectionsOf(simulation: Simulation<AnyGame>): Connection[] {
  const { clients } = simulation.server.room
  const all = simulation.clients.map(({ connection }) => connection)
  return [...clients.keys()].map((id) => all.find(({ clientId }) => clientId === id)!)
}

describe('README.md', () => {
  interface Tag {
    it: string
    discs: ReadonlyMap<string, { x: number; y: number }>
  }

  it('has a game that is played: a press shows at once, a touch passes it on, and who runs too fast is refused', async () => {
    const { tag } = await exportsOf<{ tag: AnyGame }>('README.md', 'game.ts')
    const client = { game: tag, predict: predict() }
    const simulation = await simulate({ game: tag, clients: 2, seed: 1, link: links.mobile, client })
    await simulation.step(4000)
    const [ada, bob] = connectionsOf(simulation)
    const too = simulation.complete(ada!.request('steer', { dx: 1, dy: 1 }))
    await expect(too).rejects.toMatchObject({ code: 'too_fast' })
    const tagged: unknown[] = []
    bob!.registerEventHandler('tagged', (data) => tagged.push(data))
    const before = (ada!.scene() as Tag).discs.get(ada!.clientId)!
    const { x, y } = stateOf<Tag>(ada!).discs.get(bob!.clientId)!
    const length = Math.hypot(x - before.x, y - before.y)
    ada!.dispatchEvent('steer', { dx: (x - before.x) / length, dy: (y - before.y) / length })
    await simulation.step(50)
    const drawn = (ada!.scene() as Tag).discs.get(ada!.clientId)!
    expect(Math.hypot(drawn.x - before.x, drawn.y - before.y)).toBeGreaterThan(1)
    await simulation.runUntil(() => stateOf<Tag>(bob!).it === bob!.clientId)
    await simulation.settle()
    expect(tagged).toEqual([{ whom: bob!.clientId }])
    await simulation.end()
  })
})

describe('docs/guides/countdown.md', () => {
  it('has rounds that the host starts, that end by the clock, and that have a winner', async () => {
    const { rounds } = await exportsOf<{ rounds: AnyGame }>('docs/guides/countdown.md', 'rounds.ts')
    const simulation = await simulate({ game: rounds, clients: 2, seed: 1 })
    const [ada, bob] = connectionsOf(simulation)
    const refused = async (asked: Promise<unknown>, code: string) =>
      expect(simulation.complete(asked)).rejects.toMatchObject({ code })
    await refused(bob!.request('start'), 'not_host')
    await refused(bob!.request('collect'), 'not_begun')
    await simulation.complete(ada!.request('start'))
    await refused(ada!.request('start'), 'begun')
    const over: unknown[] = []
    ada!.registerEventHandler('roundOver', (data) => over.push(data))
    for (let coin = 0; coin < 3; coin++) await simulation.complete(bob!.request('collect'))
    await simulation.settle()
    const { endsAt } = stateOf<{ endsAt: number }>(ada!)
    expect(endsAt - ada!.time).toBeGreaterThan(50)
    await simulation.step(61_000)
    expect(over).toEqual([{ winner: bob!.clientId, score: 3 }])
    expect(stateOf<{ phase: string }>(ada!).phase).toBe('lobby')
    await simulation.end()
  })
})

describe('docs/guides/turns.md', () => {
  interface Nim {
    stones: number
    turn: string
    winner: string
  }

  it('has a game in which one plays after the other, and a turn that takes too long passes on', async () => {
    const { nim } = await exportsOf<{ nim: AnyGame }>('docs/guides/turns.md', 'game.ts')
    const simulation = await simulate({ game: nim, clients: 2, seed: 1 })
    const [ada, bob] = connectionsOf(simulation)
    const take = async (player: Connection, count: number) => simulation.complete(player.request('take', count))
    await expect(take(bob!, 1)).rejects.toMatchObject({ code: 'not_your_turn' })
    await expect(take(ada!, 4)).rejects.toMatchObject({ code: 'event_invalid' })
    await take(ada!, 3)
    await simulation.settle()
    expect(stateOf<Nim>(bob!)).toMatchObject({ stones: 18, turn: bob!.clientId })
    await simulation.step(31_000)
    expect(stateOf<Nim>(ada!).turn).toBe(ada!.clientId)
    const players = [ada!, bob!]
    for (let turn = 0; turn < 6; turn++) await take(players[turn % 2]!, 3)
    await simulation.settle()
    expect(stateOf<Nim>(ada!)).toMatchObject({ stones: 0, turn: '', winner: bob!.clientId })
    await simulation.end()
  })

  it('has a game that goes on when the player leaves whose turn it is', async () => {
    const { nim } = await exportsOf<{ nim: AnyGame }>('docs/guides/turns.md', 'game.ts')
    const simulation = await simulate({ game: nim, clients: 3, seed: 1 })
    const [ada, bob, cleo] = connectionsOf(simulation)
    await simulation.complete(ada!.request('take', 1))
    await simulation.complete(bob!.disconnect())
    await simulation.step(1000)
    expect(stateOf<Nim>(ada!).turn).toBe(cleo!.clientId)
    await simulation.end()
  })
})

describe('docs/guides/chat.md', () => {
  it('has a channel in each room: texts reach its clients alone, with their sender', async () => {
    const { server } = await exportsOf<{ server: Server }>('docs/guides/chat.md', 'server.ts')
    const [ada, bob, cleo] = await Promise.all(['42', '42', '43'].map((id) => connect(server.at(`/game/${id}`))))
    const heard: unknown[] = []
    await bob!.channels.subscribe('chat', (message) => heard.push(message))
    const elsewhere: unknown[] = []
    await cleo!.channels.subscribe('chat', (message) => elsewhere.push(message))
    await ada!.channels.subscribe('chat', () => {})
    expect(await ada!.channels.publish('chat', 'hello')).toBe(2)
    await expect.poll(() => heard).toMatchObject([{ data: 'hello', from: ada!.clientId }])
    expect(elsewhere).toEqual([])
  })

  it('has lines in the state: a player that joins late has the last ones, and no player talks too fast', async () => {
    const { talk } = await exportsOf<{ talk: AnyGame }>('docs/guides/chat.md', 'talk.ts')
    const options = { game: talk, data: { name: 'Ada' } }
    const simulation = await simulate({ game: talk, clients: 1, seed: 1, client: options })
    const [ada] = connectionsOf(simulation)
    for (let line = 1; line <= 60; line++) {
      await simulation.complete(ada!.request('say', `line ${line}`))
      await simulation.step(600)
    }
    await simulation.complete(ada!.request('say', 'one'))
    const soon = simulation.complete(ada!.request('say', 'two'))
    await expect(soon).rejects.toMatchObject({ code: 'too_fast' })
    const late = await simulation.complete(simulation.addClient({ connect: { data: { name: 'Bob' } } }).connected)
    const { lines } = stateOf<{ lines: { name: string; text: string }[] }>(late)
    expect(lines).toHaveLength(50)
    expect(lines.at(-1)).toEqual({ name: 'Ada', text: 'one' })
    await simulation.end()
  })
})

describe('docs/guides/bots.md', () => {
  interface Field {
    runners: ReadonlyMap<string, { x: number; y: number; bot: boolean }>
  }

  it('has a bot in the rules that runs to the nearest player', async () => {
    const { field } = await exportsOf<{ field: AnyGame }>('docs/guides/bots.md', 'game.ts')
    const simulation = await simulate({ game: field, clients: 1, seed: 1 })
    const [ada] = connectionsOf(simulation)
    const apart = () => {
      const { runners } = stateOf<Field>(ada!)
      const [hunter, prey] = [runners.get('hunter')!, runners.get(ada!.clientId)!]
      return Math.hypot(hunter.x - prey.x, hunter.y - prey.y)
    }
    const before = apart()
    await simulation.step(500)
    expect(apart()).toBeLessThan(before - 30)
    await simulation.step(10_000)
    expect(apart()).toBeLessThan(10)
    await simulation.end()
  })

  it('has a bot that joins the first person like a client, and leaves after the last one', async () => {
    const { server } = await exportsOf<{ server: Server }>('docs/guides/bots.md', 'server.ts')
    const { field } = await exportsOf<{ field: AnyGame }>('docs/guides/bots.md', 'game.ts')
    const ada = await connect(server.at('/field/42'), { game: field })
    const isThere = (state: unknown) => (state as Field).runners.size === 3
    const { runners } = (await ada.waitUntil(isThere, { timeoutMs: 10_000 })) as Field
    expect([...runners.values()].filter(({ bot }) => bot)).toHaveLength(2)
    const room = server.rooms.get('field/42')!
    const empty = new Promise<void>((resolve) => room.onLeave(() => void (room.clients.size === 0 && resolve())))
    await ada.disconnect()
    await empty
  })
})

describe('docs/guides/leaderboards.md', () => {
  interface Board {
    add(name: string, score: number): Promise<void>
    top(count: number): Promise<unknown>
  }

  it('keeps the best score of each name, the highest first, whatever comes at the same time', async () => {
    const { Leaderboard } = await exportsOf<{ Leaderboard: new (storage: unknown) => Board }>(
      'docs/guides/leaderboards.md',
      'board.ts',
    )
    const board = new Leaderboard(memoryStorage())
    const scores = [
      ['Ada', 7],
      ['Bob', 12],
      ['Ada', 9],
      ['Ada', 3],
      ['Cleo', 100],
    ] as const
    await Promise.all(scores.map(([name, score]) => board.add(name, score)))
    expect(await board.top(2)).toEqual([
      { name: 'Cleo', score: 100 },
      { name: 'Bob', score: 12 },
    ])
    expect(await board.top(10)).toHaveLength(3)
  })

  it('has a server that hears of the rounds of its rooms, and answers with the list', async () => {
    const { server } = await exportsOf<{ server: Server }>('docs/guides/leaderboards.md', 'server.ts', true)
    const ada = await connect(server.at('/clicks/42'), { data: { name: 'Ada' } })
    for (let click = 0; click < 3; click++) await ada.request('click')
    await ada.request('finish')
    const best = async () => (await fetch(`http://localhost:${server.port}/best`)).json()
    await expect.poll(best, { timeout: 10_000 }).toEqual([{ name: 'Ada', score: 3 }])
  })
})

describe('docs/guides/physics.md', () => {
  interface Balls {
    balls: ReadonlyMap<string, { x: number; y: number; vx: number; vy: number }>
  }

  it('has balls that hit each other, stay on the table, and come to rest', async () => {
    const { billiards } = await exportsOf<{ billiards: AnyGame }>('docs/guides/physics.md', 'game.ts')
    const simulation = await simulate({ game: billiards, clients: 1, seed: 1 })
    const [ada] = connectionsOf(simulation)
    const { balls } = stateOf<Balls>(ada!)
    const [me, target] = [balls.get(ada!.clientId)!, balls.get('ball0')!]
    const length = Math.hypot(target.x - me.x, target.y - me.y)
    const push = { vx: (20 * (target.x - me.x)) / length, vy: (20 * (target.y - me.y)) / length }
    await simulation.complete(ada!.request('push', push))
    await simulation.step(6000)
    const after = stateOf<Balls>(ada!).balls
    expect(Math.hypot(after.get('ball0')!.x - target.x, after.get('ball0')!.y - target.y)).toBeGreaterThan(0.2)
    for (const { x, y } of after.values()) {
      expect([x > 0.4, x < 19.6, y > 0.4, y < 9.6]).toEqual([true, true, true, true])
    }
    for (const ball of after.values()) expect(ball).toMatchObject({ vx: 0, vy: 0 })
    await simulation.end()
  })

  it('has rules that give the same twice, and a push that a client shows at once and rightly', async () => {
    const { billiards } = await exportsOf<{ billiards: AnyGame }>('docs/guides/physics.md', 'game.ts')
    const push = { clientId: 'ada', name: 'push', data: { vx: 20, vy: 1 } }
    syncTest(billiards, {
      ticks: 120,
      script: (tick) => (tick === 1 ? [{ clientId: 'ada', joins: true }] : tick === 5 ? [push] : []),
    })

    const client = { game: billiards, predict: predict() }
    const simulation = await simulate({ game: billiards, clients: 1, seed: 1, link: links.mobile, client })
    await simulation.step(2000)
    const [ada] = connectionsOf(simulation)
    const xOf = (state: unknown) => (state as Balls).balls.get(ada!.clientId)!.x
    const before = xOf(ada!.scene())
    ada!.dispatchEvent('push', push.data)
    await simulation.step(60)
    expect(xOf(ada!.scene()) - before).toBeGreaterThan(0.1)
    expect(xOf(ada!.state)).toBe(before)
    await simulation.step(6000)
    // all balls rest, and both ends agree to what the wire keeps
    expect(Math.abs(xOf(ada!.predicted) - xOf(simulation.server.room.store.state))).toBeLessThan(0.01)
    await simulation.end()
  })

  it('has a tower that stands, whose snapshot no client gets', async () => {
    interface Tower {
      world: Uint8Array
      boxes: ReadonlyMap<string, { y: number; angle: number }>
    }
    const { tower } = await exportsOf<{ tower: AnyGame }>('docs/guides/physics.md', 'tower.ts')
    syncTest(tower, { ticks: 60, script: () => [] })
    const simulation = await simulate({ game: tower, clients: 1, seed: 1 })
    await simulation.step(3000)
    const [ada] = connectionsOf(simulation)
    const { world, boxes } = stateOf<Tower>(ada!)
    expect(world).toHaveLength(0)
    expect([...boxes.values()].map(({ y }) => Math.round(y * 10) / 10)).toEqual([0.5, 1.5, 2.5, 3.5, 4.5])
    await simulation.end()
  })
})
