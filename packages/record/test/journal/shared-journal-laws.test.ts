import type { LeftRoom } from '@tygase/server/internal'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runsOf } from '../runs.js'
import { leftTexts, type SharedServer, SharedWorld } from './shared-stage.js'

/** What has happened in a room, from its first moment on, as numbers that are drawn once. */
interface Life {
  /** By epoch: all that the server of that epoch has appended, and what it went on from. */
  readonly histories: Map<number, number[]>
  /** The most that was ever reported as written. */
  confirmed: readonly number[]
  /** The highest epoch of which something was reported as written. */
  confirmedEpoch: number
  isEnding: boolean
  /** True once its end was reported as written: it must not come back. */
  isOver: boolean
}

interface Room {
  readonly key: string
  life: Life
  epoch: number
  owner: SharedServer | undefined
}

const newLife = (): Life => ({
  histories: new Map(),
  confirmed: [],
  confirmedEpoch: 0,
  isEnding: false,
  isOver: false,
})

/** A snapshot has all numbers so far, so that what is left of a room is a list of numbers. */
function numbersOf(left: LeftRoom): number[] {
  const [, snapshot = '', ...records] = leftTexts(left)!
  return [...snapshot.split(','), ...records].filter((text) => text !== '').map(Number)
}

class Cluster {
  readonly world = new SharedWorld()
  readonly rooms: Room[] = ['arena/1', 'arena/2', 'arena/3'].map((key) => ({
    ...{ key, life: newLife(), epoch: 0, owner: undefined },
  }))
  servers: SharedServer[] = []
  readonly #ghosts: { readonly server: SharedServer; readonly key: string; readonly history: number[] }[] = []
  #nextServer = 0
  #nextNumber = 0
  taken = 0
  /** Writes that were reported as written, and must not have been. */
  wrong = 0

  async start(place: number, isAtOnce: boolean): Promise<void> {
    this.servers[place] = await this.world.server(`s${this.#nextServer++}`, { isAtOnce, segmentBytes: 1024 })
  }

  /** A room that no living server has goes on at a server. */
  async take(room: Room, server: SharedServer): Promise<void> {
    if (room.owner !== undefined || !server.mayAct) return
    const left = await server.journal.left(room.key, this.world.isAlive)
    this.#check(room, left)
    if (left === undefined) room.life = newLife()
    const history = left === undefined ? [] : numbersOf(left)
    // its record is deleted with the room: epochs begin anew, unless something is left of it
    room.epoch = left === undefined && room.life.histories.size === 0 ? 1 : Math.max(room.epoch, left?.epoch ?? 0) + 1
    room.owner = server
    room.life.histories.set(room.epoch, history)
    this.taken++
    server.begin(room.key, room.epoch, history.join(','))
    this.note(room)
  }

  append(room: Room, kind: 'record' | 'snapshot'): void {
    const { owner } = room
    const history = room.life.histories.get(room.epoch)
    if (owner === undefined || history === undefined || room.life.isEnding) return
    const number = this.#nextNumber++
    history.push(number)
    if (kind === 'record') owner.record(room.key, `${number}`)
    else owner.snapshot(room.key, history.join(','))
    this.note(room)
  }

  end(room: Room): void {
    if (room.owner === undefined || room.life.isEnding) return
    room.life.isEnding = true
    const { owner, life } = room
    owner.end(room.key)
    owner.journal.whenWritten(room.key, (error) => {
      if (error !== undefined || owner.folder.isDead) return
      life.isOver = true
      if (room.life === life) room.owner = undefined
    })
  }

  /** Takes note of what counts as written from now on. */
  note({ key, life, owner, epoch }: Room): void {
    const history = [...life.histories.get(epoch)!]
    owner!.journal.whenWritten(key, (error) => {
      if (error !== undefined || owner!.folder.isDead || history.length < life.confirmed.length) return
      life.confirmed = history
      life.confirmedEpoch = Math.max(life.confirmedEpoch, epoch)
    })
  }

  /** The process dies after so many bytes that it still writes; if it writes no more, at once. */
  async kill(place: number, bytes: number, isAtOnce: boolean): Promise<void> {
    const server = this.servers[place]!
    server.folder.dieIn = bytes
    for (const room of this.rooms) if (room.owner === server) this.append(room, 'record')
    await this.world.settle(4)
    server.kill()
    this.#free(server)
    await this.start(place, isAtOnce)
  }

  /** Others take a server for dead that may not act; its process runs on, and does not know it yet. */
  async bury(place: number, isAtOnce: boolean): Promise<void> {
    const server = this.servers[place]!
    server.mayAct = false
    this.world.dead.add(server.serverId)
    for (const { key, owner, life, epoch } of this.rooms) {
      if (owner === server) this.#ghosts.push({ server, key, history: life.histories.get(epoch)! })
    }
    this.#free(server)
    await this.start(place, isAtOnce)
  }

  /** Processes that were taken for dead write on in their rooms. Nothing of it may count. */
  haunt(): void {
    for (const { server, key, history } of this.#ghosts) {
      const number = this.#nextNumber++
      history.push(number)
      server.record(key, `${number}`)
      server.journal.whenWritten(key, (error) => {
        if (error === undefined) this.wrong++
      })
    }
  }

  #free(server: SharedServer): void {
    for (const room of this.rooms) if (room.owner === server) room.owner = undefined
  }

  async checkAll(server: SharedServer): Promise<void> {
    for (const room of this.rooms) {
      if (room.owner === undefined) this.#check(room, await server.journal.left(room.key, this.world.isAlive))
    }
  }

  #check({ key, life }: Room, left: LeftRoom | undefined): void {
    if (left === undefined) {
      expect([key, life.isEnding ? [] : life.confirmed]).toEqual([key, []])
      return
    }
    expect(life.isOver).toBe(false)
    expect(left.epoch).toBeGreaterThanOrEqual(life.confirmedEpoch)
    const numbers = numbersOf(left)
    expect(numbers.slice(0, life.confirmed.length)).toEqual(life.confirmed)
    expect(life.histories.get(left.epoch)?.slice(0, numbers.length)).toEqual(numbers)
  }
}

const place = fc.nat(2)
const steps = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('take' as const), room: place, server: place }) },
    { weight: 6, arbitrary: fc.record({ kind: fc.constant('record' as const), room: place }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('snapshot' as const), room: place }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('end' as const), room: place }) },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('settle' as const), ms: fc.constantFrom(0, 1000) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('pause' as const), server: place }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('haunt' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('sweep' as const), server: place }) },
    {
      weight: 2,
      arbitrary: fc.record({
        ...{ kind: fc.constant('kill' as const), server: place, bytes: fc.nat(80), isAtOnce: fc.boolean() },
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('bury' as const), server: place, isAtOnce: fc.boolean() }) },
  ),
  { maxLength: 60, size: 'max' },
)

async function play(all: typeof steps extends fc.Arbitrary<infer Steps> ? Steps : never): Promise<Cluster> {
  const cluster = new Cluster()
  const { world, rooms, servers } = cluster
  for (const at of [0, 1, 2]) await cluster.start(at, at > 0)
  for (const step of all) {
    if (step.kind === 'take') await cluster.take(rooms[step.room]!, servers[step.server]!)
    else if (step.kind === 'record' || step.kind === 'snapshot') cluster.append(rooms[step.room]!, step.kind)
    else if (step.kind === 'end') cluster.end(rooms[step.room]!)
    else if (step.kind === 'kill') await cluster.kill(step.server, step.bytes, step.isAtOnce)
    else if (step.kind === 'bury') await cluster.bury(step.server, step.isAtOnce)
    else if (step.kind === 'pause') servers[step.server]!.mayAct = !servers[step.server]!.mayAct
    else if (step.kind === 'haunt') cluster.haunt()
    else if (step.kind === 'sweep') await servers[step.server]!.orphans()
    else {
      world.clock.advance(step.ms)
      await world.settle(4)
    }
  }
  for (const server of servers) server.mayAct = true
  for (let turn = 0; turn < 3; turn++) await world.settle(6)
  return cluster
}

test('what is left of a room is all that was reported as written, or more, of the highest epoch, whenever processes die', async () => {
  let taken = 0
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const cluster = await play(all)
      await cluster.checkAll(cluster.servers[0]!)
      for (const at of [0, 1]) await cluster.kill(at, 1000, true)
      await cluster.checkAll(cluster.servers[2]!)
      expect(cluster.wrong).toBe(0)
      taken += cluster.taken
    }),
    { numRuns: runsOf(150) },
  )
  expect(taken).toBeGreaterThan(100)
})

test('nothing of dead servers is kept once each of their rooms is taken over or has ended', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const cluster = await play(all)
      const { world, rooms, servers } = cluster
      for (const room of rooms) await cluster.take(room, servers[0]!)
      await world.settle(6)
      for (const server of servers) await server.orphans()
      expect(await servers[0]!.orphans()).toEqual([])
      const living = new Set(servers.map(({ serverId }) => serverId))
      expect(world.folders.filter((name) => !living.has(name))).toEqual([])
    }),
    { numRuns: runsOf(50) },
  )
})
