import { defineGame, EntityMap, on } from '@tygase/gamestate'
import { roundTo } from '@tygase/gamestate/internal'
import type { Divergence, DivergenceOptions } from '@tygase/server/internal'
import { datagrams, links, type SimulatedClient, type Simulation, seedOfRun, simulate } from '@tygase/testkit'
import { describe, expect, test } from 'vitest'
import { often } from '../support/effort.js'

interface Camp {
  players: EntityMap<{ team: number; x: number; score: number; name: string }>
  tiles: Uint8Array
  notes: { [team: string]: string }
  turn: number
}

/** Two teams that see their own players and notes alone. */
const camp = defineGame({
  initialState: (): Camp => ({
    players: new EntityMap(),
    tiles: new Uint8Array(64),
    notes: { 0: 'the red plan', 1: 'the blue plan' },
    turn: 0,
  }),
  tickRate: 10,
  onJoin: (state, ctx) => {
    state.players.set(ctx.client.id, {
      team: state.players.size % 2,
      x: 0,
      score: 7,
      name: `player ${state.players.size}`,
    })
  },
  onLeave: (state, ctx) => void state.players.delete(ctx.client.id),
  timeStep: (state, dt, ctx) => {
    state.turn = ctx.tick >> 6
    state.players.editEach((player) => {
      if (ctx.random() < 0.2) player.x += dt * (ctx.random() - 0.5)
    })
  },
  events: {
    rename: on((state: Camp, _: undefined, ctx) => {
      state.players.edit(ctx.client.id).name = 'new'
    }),
  },
  precision: { players: { x: 0.01 } },
  view: (state, clientId) => {
    const team = state.players.get(clientId)?.team ?? 0
    const players = state.players.filter((player) => player.team === team)
    return { ...state, players, notes: { [team]: state.notes[team]! } }
  },
})

type Player = SimulatedClient<typeof camp>

/** The replica of one client becomes wrong, as by a fault of the decoder or a page that writes into it. */
type Spoil = (client: Player) => void

const spoils: Record<string, Spoil> = {
  'a byte that was written over': ({ connection }) => {
    ;(connection.state.tiles as Uint8Array)[7] = 99
  },
  'a cell of a row': ({ connection }) => spoilRow(connection.state.players, (row) => ({ ...row, name: 'nobody' })),
  'a number of a row': ({ connection }) => spoilRow(connection.state.players, (row) => ({ ...row, score: 7.01 })),
}

/** The replica shows one of the faults. */
const isSpoilt = ({ connection: { state } }: Player): boolean =>
  state.tiles[7] === 99 || [...state.players.values()].some(({ name, score }) => name === 'nobody' || score !== 7)

interface RowPage {
  used: number
  rows?: (object | undefined)[]
  family: { rows: undefined }
  layout: { shape: { fields: string[] } }
  columns: unknown[][]
}

/** Writes into the columns of the first row that the replica has. */
function spoilRow(players: unknown, change: (row: { x: number; score: number; name: string }) => object): void {
  const { pages } = (players as { table: { pages: RowPage[] } }).table
  const page = pages.find(({ used }) => used !== 0)!
  const index = 31 - Math.clz32(page.used & -page.used)
  const [row] = (players as Camp['players']).values()
  const changed = change(row!) as Record<string, unknown>
  for (const [field, name] of page.layout.shape.fields.entries()) page.columns[field]![index] = changed[name]
  page.rows = undefined as never
  page.family = { rows: undefined }
}

/** The state that the client should have of its version. */
function expected({ server }: Simulation<typeof camp>, { connection }: Player): unknown {
  const { state } = server.store
  const view = camp.view!(state, connection.clientId) as Camp
  const rounded = [...view.players].map(([id, row]) => [id, { ...row, x: roundTo(row.x, 0.01) }] as const)
  return { ...view, players: Object.fromEntries(rounded) }
}

interface Play {
  readonly simulation: Simulation<typeof camp>
  readonly divergences: Divergence[]
}

async function begin(
  link: (typeof links)['lan'],
  seed: number,
  options: DivergenceOptions | false = {},
): Promise<Play> {
  const divergences: Divergence[] = []
  const simulation = await simulate({
    game: camp,
    clients: 2,
    seed,
    link,
    server: {
      divergence: options && { ...options, onDivergence: (divergence) => void divergences.push(divergence) },
    },
    // it finds what the test has spoilt
    onFinding: () => {},
  })
  return { simulation, divergences }
}

const found = (simulation: Simulation<typeof camp>) => simulation.server.stats.replicasDiverged

/** Right but for its age: a game that is paused has one version. */
async function expectRight(simulation: Simulation<typeof camp>, clients: readonly Player[]): Promise<void> {
  simulation.server.room.pause()
  await simulation.settle()
  for (const client of clients) {
    expect(JSON.stringify(client.connection.state)).toBe(JSON.stringify(expected(simulation, client)))
  }
}

const networks = { lan: links.lan, mobile: links.mobile, 'awful datagrams': datagrams(links.awful) }
const allCases = Object.keys(spoils).flatMap((what) => Object.keys(networks).map((network) => [what, network] as const))
/** Each fault over one network, and each network with a fault. */
const fewCases = Object.keys(spoils).map((what, at) => [what, Object.keys(networks)[at % 3]!] as const)
const cases = often(fewCases, allCases)

// replicas of one process share what they have decoded from the same bytes: each play has a seed of its own
let plays = 0
const nextSeed = (): number => (seedOfRun() + 1000 * ++plays) % 2 ** 31

describe('a wrong replica', () => {
  test.each(cases)('with %s, over %s, is found within three minutes, counted, and healed', async (what, network) => {
    for (let turn = 0; turn < often(1, 10); turn++) {
      const { simulation, divergences } = await begin(networks[network as keyof typeof networks], nextSeed())
      const [client] = simulation.clients as [Player]
      await simulation.step(1000)
      // a delta from a version before the fault brings a lossy link back to the truth, unseen: then it comes again
      await simulation.runUntil(
        () => {
          if (found(simulation) === 0 && !isSpoilt(client)) spoils[what]!(client)
          return found(simulation) > 0
        },
        { timeoutMs: 180_000 },
      )
      await simulation.step(10_000)
      expect(found(simulation)).toBe(1)
      expect(divergences).toHaveLength(1)
      expect(JSON.stringify(simulation.problems)).toContain('replica_diverged')
      await expectRight(simulation, [client])
      await simulation.end()
    }
  })

  test('of a game that is paused is healed, although no version follows', async () => {
    const { simulation } = await begin(links.wifi, nextSeed())
    const [client] = simulation.clients as [Player]
    // so that its snapshot is another one than that of the join, which replicas of one process remember
    client.connection.dispatchEvent('rename')
    await simulation.step(1000)
    simulation.server.room.pause()
    await simulation.settle()
    spoils['a byte that was written over']!(client)
    await simulation.runUntil(() => found(simulation) > 0, { timeoutMs: 180_000 })
    await simulation.step(1000)
    expect(client.connection.state.tiles[7]).toBe(0)
    await simulation.end()
  })

  test('is reported with the version of the server and the places that differ, and with nothing that its view hides', async () => {
    const { simulation, divergences } = await begin(links.wifi, nextSeed())
    await simulation.step(1000)
    const red = simulation.clients.find(({ connection }) => '0' in connection.state.notes)!
    const blue = simulation.clients.find((client) => client !== red)!
    const row = red.connection.state.players.get(red.connection.clientId)!
    spoils['a cell of a row']!(red)
    spoils['a byte that was written over']!(red)
    await simulation.runUntil(() => divergences.length > 0, { timeoutMs: 180_000 })
    const [{ room, clientId, state, differences, isComplete, version }] = divergences as [Divergence]
    expect(room).toBe(simulation.server.room.key)
    expect(clientId).toBe(red.connection.clientId)
    expect(version).toBeLessThanOrEqual(simulation.server.store.version)
    expect(isComplete).toBe(true)
    const tiles = new Uint8Array(64)
    expect(differences).toEqual([
      { path: ['players', clientId, 'name'], server: row.name, client: 'nobody' },
      { path: ['tiles'], server: tiles, client: tiles.with(7, 99) },
    ])
    expect((state as Camp).players.get(clientId)).toMatchObject({ team: 0, name: row.name })
    const text = JSON.stringify(divergences)
    expect(text).not.toContain('the blue plan')
    expect(text).not.toContain(blue.connection.clientId)
    await simulation.end()
  })

  test('is not looked for with the option false', async () => {
    const { simulation } = await begin(links.lan, nextSeed(), false)
    const [client] = simulation.clients as [Player]
    spoils['a byte that was written over']!(client)
    await simulation.step(200_000)
    expect(found(simulation)).toBe(0)
    await simulation.end()
  })
})

describe('a replica that is right', () => {
  test.each(Object.entries(networks))('is never taken for a wrong one, over %s', async (_, link) => {
    const { simulation, divergences } = await begin(link, nextSeed(), { everyMs: 500 })
    for (let second = 0; second < often(60, 600); second++) {
      const client = simulation.clients[second % 2]!
      if (second % 7 === 3) client.cut()
      if (second % 7 === 5) for (const each of simulation.clients) each.heal()
      if (client.connection.status === 'connected') client.connection.dispatchEvent('rename')
      await simulation.step(1000)
    }
    expect(found(simulation)).toBe(0)
    expect(divergences).toEqual([])
    await simulation.end()
  })
})

/** Bytes of all packets of one client in ten minutes of a game in which nothing happens, with those of the frames around them. */
async function bytesOf(divergence: false | undefined, link: (typeof links)['lan']): Promise<number> {
  const still = defineGame({ initialState: () => ({ turn: 0 }), tickRate: 10 })
  let bytes = 0
  const simulation = await simulate({
    ...{ game: still, seed: 7, link, server: divergence === undefined ? {} : { divergence } },
    onPacket: (packet) => {
      bytes += packet.bytes.length + (packet.fromServer ? 4 : 8)
    },
  })
  await simulation.step(600_000)
  return bytes
}

describe('the questions about replicas', () => {
  test.each(Object.entries(networks))('take less than a byte a second of each client, over %s', async (_, link) => {
    const bytes = (await bytesOf(undefined, link)) - (await bytesOf(false, link))
    expect(bytes).toBeGreaterThan(0)
    expect(bytes / 600).toBeLessThanOrEqual(1)
  })

  test('cost a snapshot a minute for a client that always claims to be wrong, and a report a minute for a room of them', async () => {
    const { simulation, divergences } = await begin(links.lan, nextSeed())
    const { statesEncoded } = simulation.server.stats
    for (let second = 0; second < 600; second++) {
      for (const { connection } of simulation.clients) (connection.state.tiles as Uint8Array)[7] = 99
      await simulation.step(1000)
    }
    expect(found(simulation)).toBeGreaterThan(15)
    expect(found(simulation)).toBeLessThanOrEqual(20)
    expect(divergences.length).toBeLessThanOrEqual(10)
    expect(simulation.clients.every(({ connection }) => connection.status === 'connected')).toBe(true)
    // two views in each tick, and the snapshots
    expect(simulation.server.stats.statesEncoded - statesEncoded).toBeLessThanOrEqual(2 * 6000 + 40)
    await simulation.end()
  })
})
