import assert from 'node:assert/strict'
import { ClientError } from '@tygase/client'
import type { Server } from '@tygase/server'
import { memoryStorage } from '@tygase/storage'
import { type LinkConditions, type Simulation, SimulationError, simulate } from '@tygase/testkit'
import { Gathering, type Guest, type TableRoom } from './gathering.js'
import { changeSomething, join, repair } from './room-changes.js'
import { layTable, table } from './table.js'
import { idleGraceMs } from './vacancies.js'

/** Several faults in a row may keep a client away for longer than the usual 30 s. */
const patient = { graceMs: 60_000, handshakeTimeoutMs: 20_000 }

const command = 'npx vitest run test/simulation/rooms-of-games.test.ts'

/** The counts of a play. */
export interface RoomsPlayed {
  /** Rooms that were made, with those that were made again. */
  rooms: number
  /** The rooms among them that came back with their saved state. */
  restored: number
  /** Names of rooms that were read in a packet. */
  names: number
  clients: number
  comparedVersions: number
  handledEvents: number
}

/** The ways in which a client may be refused. Any other way is a fault. */
const refusals: readonly (string | undefined)[] = ['room_full', 'room_locked', 'ticket_expired', 'ticket_unknown']
const closeCodes: readonly (string | undefined)[] = ['shutdown', 'resume_failed', 'kicked']

/**
 * Plays tables and dens for about so much virtual time. Guests come and go, rooms are made, restored and dropped, and
 * a fault happens every second or two. In between everything must settle. In the end all guests leave and nothing may remain.
 * @throws {Error} with what was found and the command that plays them again
 */
export async function playRooms(seed: number, link: LinkConditions, ms: number): Promise<RoomsPlayed> {
  try {
    return await play(seed, link, ms)
  } catch (cause) {
    // its message has the seed
    if (cause instanceof SimulationError) throw cause
    const what = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${what}\n  with seed ${seed}; again: SEED=${seed} ${command}`, { cause })
  }
}

async function play(seed: number, link: LinkConditions, ms: number): Promise<RoomsPlayed> {
  const gathering = new Gathering()
  const rooms = new RoomBook()
  const simulation = await simulate({
    define: rooms.define,
    ...{ seed, link, command },
    server: { limits: patient },
    client: { limits: patient },
    // reason: all rooms are tables
    onConnect: (client) => gathering.greet(client as unknown as Guest),
    onPacket: gathering.read,
  })
  gathering.attend(simulation)
  rooms.attend(simulation)
  for (let count = 0; count < 12; count++) join(simulation)
  while (simulation.nowMs < ms) {
    for (let count = 0; count < 8; count++) {
      await changeSomething(simulation, gathering)
      await gathering.play(simulation, simulation.random() * 1500)
    }
    repair(simulation)
    if (simulation.random() < 0.3) await rest(simulation, gathering)
  }
  await rest(simulation, gathering)
  await expectGoodRefusals(simulation, link.reliable)
  const names = gathering.expectNothingLeaked(simulation)
  const { comparedVersions, handledEvents } = simulation.stats
  await simulation.end()
  assert.deepEqual(rooms.faults, [], 'saved rooms')
  const errors = simulation.problems.filter(({ level }) => level === 'error')
  assert.deepEqual(errors, [], 'errors that were logged')
  return { ...rooms.counts, names, clients: simulation.clients.length, comparedVersions, handledEvents }
}

/** Waits until everything has arrived, news about members too, and checks it. */
async function rest(simulation: Simulation, gathering: Gathering): Promise<void> {
  await simulation.settle({ timeoutMs: 180_000 })
  await simulation.step(5000)
  await simulation.settle({ timeoutMs: 180_000 })
  gathering.expectAllDelivered(simulation)
}

async function expectGoodRefusals({ clients }: Simulation, isReliable: boolean): Promise<void> {
  for (const { index, path, connected, hasConnected, hasCrashed } of clients) {
    if (hasConnected || hasCrashed) continue
    const error: unknown = await connected.catch((reason: unknown) => reason)
    const { code, refusal, closeInfo } = error instanceof ClientError ? error : {}
    // a refusal that gets lost as a datagram is not sent again
    const isLost = !isReliable && code === 'connect_timeout'
    const isGood = isLost || refusals.includes(refusal?.code) || closeCodes.includes(closeInfo?.code)
    assert.ok(isGood, `client ${index} was not let into ${path}: ${String(error)}`)
  }
}

/** The rooms that were made, and the saved states of dens. */
class RoomBook {
  readonly counts = { rooms: 0, restored: 0 }
  /** Wrongly restored states. Kept here, because errors of a hook are only logged. */
  readonly faults: string[] = []
  readonly #storage = memoryStorage()
  #simulation: Simulation | undefined
  /** The last room of each name. */
  readonly #last = new Map<string, TableRoom>()

  readonly define = (server: Server): void => {
    const onCreate = (room: TableRoom): void => this.#enter(room)
    const hostShutsDown = 'room'
    server.define('table', table, { idleGraceMs: idleGraceMs.table!, maxClients: 5, hostShutsDown, onCreate })
    const save = { version: 1, intervalMs: 4000, storage: this.#storage }
    const den = { idleGraceMs: idleGraceMs.den!, maxClients: 4, private: true, save, sendEveryTicks: 2 }
    server.define('den', table, { ...den, hostShutsDown, onCreate, onShutdown: () => this.#tidyUp(server) })
  }

  /** Call it before the first client connects. */
  attend(simulation: Simulation): void {
    this.#simulation = simulation
  }

  /** Takes a while, in which other clients may ask to join. Never ends in a process that has died meanwhile. */
  #tidyUp(server: Server): Promise<void> {
    const simulation = this.#simulation!
    return new Promise((resolve) => {
      simulation.clock.schedule(300, () => {
        if (simulation.server === server && !simulation.serverProcess.hasCrashed) resolve()
      })
    })
  }

  #enter(room: TableRoom): void {
    this.counts.rooms++
    const { moves, makings } = room.store.state
    if (makings > 0) this.counts.restored++
    const before = this.#last.get(room.key)
    this.#last.set(room.key, room)
    const found = `${room.key} came back with ${moves} moves and made ${makings} times`
    if (room.kind === 'table' || before === undefined) {
      if (makings > 0) this.faults.push(`${found}, though it was never saved`)
    } else {
      const { state } = before.store
      const isWhole = moves === state.moves && makings === state.makings
      // a room that has ended was saved at its end; after the death of its process an older state may be left
      // a room in which nothing has happened since it was made is not saved
      const isUnused = moves === 0 && state.moves === 0 && makings === 0 && state.makings === 1
      const isOlder = moves <= state.moves && makings <= state.makings
      const isGood = before.status === 'closed' ? isWhole || isUnused : isOlder
      if (!isGood) this.faults.push(`${found}, after ${state.moves} moves and ${state.makings} times`)
    }
    layTable(room)
  }
}
