import { join } from 'node:path'
import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { LinkSimulation } from '@tygase/client/link'
import { type AnyGame, createRandom } from '@tygase/gamestate'
import { type RoomOptions, Server } from '@tygase/server'
import { VirtualTime } from '@tygase/testkit/internal'
import { beforeAll, describe, expect, it } from 'vitest'
import { writePageFiles } from '../../docs/page-files.js'
import { ClusterWorld, leaseMs } from './support.js'

interface Player {
  readonly party: string
  readonly partySize: number
  readonly rank: number
}

type FindMatch = (address: string, player: Player, options: ConnectOptions) => Promise<Connection>

interface PageFiles {
  readonly queue: AnyGame
  readonly arena: AnyGame
  readonly queueOptions: RoomOptions<AnyGame>
  readonly matchOptions: RoomOptions<AnyGame>
  readonly findMatch: FindMatch
}

let files: PageFiles

beforeAll(async () => {
  const folder = await writePageFiles('docs/guides/matchmaking.md', 'matchmaking')
  const modules = ['queue', 'arena', 'rooms', 'client'].map((name) => import(join(folder, `${name}.ts`)))
  // reason: the files are written by this test
  files = Object.assign({}, ...(await Promise.all(modules))) as PageFiles
})

/** Defines the rooms of the page, as its servers do. @param options what a cluster adds */
function defineRooms(server: Server, options: Pick<RoomOptions<AnyGame>, 'save'> = {}): void {
  server.define('queue', files.queue, { ...files.queueOptions, ...options })
  server.define('match', files.arena, { ...files.matchOptions, ...options })
}

/** Servers on which the rooms of the page are defined, in virtual time. */
interface Place {
  readonly address: () => string
  readonly clientOptions: () => ConnectOptions
  readonly servers: () => readonly Server[]
  play(ms: number, isDone?: () => boolean): Promise<boolean>
  until<Value>(promise: Promise<Value>): Promise<Value>
}

async function alone(): Promise<Place> {
  const time = new VirtualTime()
  const { clock } = time
  const random = createRandom(1)
  const server = new Server({ clock, random, logger: false })
  defineRooms(server)
  const play = (ms: number, isDone = () => false): Promise<boolean> => time.moveTo(clock.now() + ms, isDone)
  const until = async <Value>(promise: Promise<Value>): Promise<Value> => {
    let isSettled = false
    const note = (): void => {
      isSettled = true
    }
    promise.then(note, note)
    await play(30_000, () => isSettled)
    return promise
  }
  await until(server.run({ port: false }))
  const over: LinkSimulation['over'] = (source) => ({ ...source, open: () => server.openTransport() })
  // reason: of a simulated link a client calls nothing but `over`
  const link = { over } as unknown as LinkSimulation
  const clientOptions = (): ConnectOptions => ({ clock, random, logger: false, link })
  return { address: () => 'ws://server', clientOptions, servers: () => [server], play, until }
}

async function inCluster(): Promise<Place> {
  const world = new ClusterWorld(16)
  for (let servers = 0; servers < 3; servers++) await world.start({ define: (server) => defineRooms(server) })
  const random = createRandom(1)
  return {
    address: () => world.processes[Math.floor(random() * world.processes.length)]!.address,
    clientOptions: () => world.clientOptions(),
    servers: () => world.processes.map(({ server }) => server),
    play: (ms, isDone) => world.play(ms, isDone),
    until: (promise) => world.until(promise),
  }
}

/** Groups of 1 to 3 that fill ten matches of 4, in random order, with random ranks. */
function players(seed: number): Player[] {
  const random = createRandom(seed)
  const matches = [
    [3, 1],
    [2, 2],
    [2, 1, 1],
    [1, 3],
    [2, 2],
    [1, 1, 1, 1],
    [3, 1],
    [1, 1, 2],
    [1, 3],
    [2, 1, 1],
  ]
  const parties = matches.flat().map((partySize, index) => ({ party: `party-${index}`, partySize }))
  return parties
    .flatMap(({ party, partySize }) => Array.from({ length: partySize }, () => ({ party, partySize })))
    .map((player) => ({ player: { ...player, rank: Math.floor(2000 * random()) }, order: random() }))
    .sort((a, b) => a.order - b.order)
    .map(({ player }) => player)
}

describe.each([
  ['one server', alone],
  ['a cluster of three servers', inCluster],
])('the queue of docs/guides/matchmaking.md, on %s', (_, start) => {
  it.each([1, 2, 3])('brings forty clients into full rooms, each with all of its group, with seed %i', async (seed) => {
    const place = await start()
    const wanted = players(seed)
    const found: { player: Player; connection: Connection }[] = []
    const failed: unknown[] = []
    for (const player of wanted) {
      files.findMatch(place.address(), player, place.clientOptions()).then(
        (connection) => found.push({ player, connection }),
        (error: unknown) => failed.push(error),
      )
      await place.play(50)
    }
    await place.play(40_000, () => found.length === wanted.length)
    expect(failed).toEqual([])
    expect(found).toHaveLength(40)
    const rooms = place.servers().flatMap(({ rooms }) => [...rooms.values()].filter(({ kind }) => kind === 'match'))
    expect(rooms.map(({ clients }) => clients.size)).toEqual(Array(10).fill(4))
    const roomOf = new Map<string, string>()
    for (const { player, connection } of found) {
      const { id } = connection.room
      expect(roomOf.get(player.party) ?? id).toBe(id)
      roomOf.set(player.party, id)
    }
    // each server has some of the matches
    const counts = place.servers().map(({ rooms }) => [...rooms.values()].filter(({ kind }) => kind === 'match').length)
    expect(Math.min(...counts)).toBeGreaterThan(0)
    console.log(`note: matches on each server: ${counts.join(', ')}`)
  })

  it('lets no client make a match', async () => {
    const place = await start()
    const asked = place.until(
      connect(`${place.address()}/match/mine`, { ...place.clientOptions(), data: { party: '' } }),
    )
    await expect(asked).rejects.toMatchObject({ refusal: { code: 'room_failed' } })
    await place.play(leaseMs)
  })

  it('matches no group before it is complete, and refuses a client that does not belong to it', async () => {
    const place = await start()
    const join = (party: string, partySize: number): Promise<Connection> =>
      files.findMatch(place.address(), { party, partySize, rank: 100 }, place.clientOptions())
    const found: string[] = []
    for (const [party, size] of [
      ['three', 3],
      ['three', 3],
      ['one', 1],
    ] as const) {
      void join(party, size).then(({ room }) => found.push(room.id))
      await place.play(50)
    }
    await place.play(25_000)
    expect(found).toEqual([])
    await expect(place.until(join('three', 2))).rejects.toMatchObject({ refusal: { code: 'other_size' } })
    await expect(place.until(join('one', 1))).rejects.toMatchObject({ refusal: { code: 'party_full' } })
    void join('three', 3).then(({ room }) => found.push(room.id))
    await place.play(5000)
    expect(found).toHaveLength(4)
    expect(new Set(found).size).toBe(1)
  })
})

it('the queue of docs/guides/matchmaking.md goes on when its server dies, with all that wait in it', async () => {
  const world = new ClusterWorld(7)
  for (let servers = 0; servers < 3; servers++) {
    await world.start({ define: (server, journal) => defineRooms(server, { save: { journal } }) })
  }
  // any server answers in the place of one that is gone, for the queue as for the match
  const over: LinkSimulation['over'] = (source, clock) => world.clientOptions().link!.over(source, clock)
  // reason: of a simulated link a client calls nothing but `over`
  const balanced = { over } as unknown as LinkSimulation
  const rooms: string[] = []
  const failed: unknown[] = []
  const join = async (): Promise<void> => {
    const player = { party: 'four', partySize: 4, rank: 100 }
    const asked = files.findMatch('ws://balancer', player, { ...world.clientOptions(), link: balanced })
    asked.then(
      ({ room }) => rooms.push(room.id),
      (error: unknown) => failed.push(error),
    )
    await world.play(300)
  }
  for (let friends = 0; friends < 3; friends++) await join()
  const having = (): typeof world.processes =>
    world.processes.filter(({ server, isUp }) => isUp && server.rooms.has('queue/ranked'))
  const [dead] = having()
  world.kill(dead!)
  await world.play(4 * leaseMs)
  expect(having()).toHaveLength(1)
  expect(having()[0]).not.toBe(dead)
  await join()
  await world.play(4 * leaseMs)
  expect(failed).toEqual([])
  expect(rooms).toHaveLength(4)
  expect(new Set(rooms).size).toBe(1)
})
