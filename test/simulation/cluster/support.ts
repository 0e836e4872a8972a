import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { LinkSimulation } from '@tygase/client/link'
import { Cluster, type Engine } from '@tygase/cluster'
import { MemoryNetwork, memoryEngine } from '@tygase/cluster/memory'
import { createRandom, defineGame, on } from '@tygase/gamestate'
import { createLocalTransports } from '@tygase/protocol/internal'
import { type RoomOptions, Server } from '@tygase/server'
import type { SharedJournal } from '@tygase/server/internal'
import { VirtualTime } from '@tygase/testkit/internal'
import { expect } from 'vitest'
import { ProcessClock } from '../../../packages/cluster/test/support/process-clock.js'
import { SharedMemory } from '../../../packages/record/test/support/shared-journal-in-memory.js'

/** Counts the events of each client, so that a lost or doubled one shows. */
const counters = defineGame({
  initialState: (): { turn: number; counts: { [clientId: string]: number } } => ({ turn: 0, counts: {} }),
  tickRate: 20,
  onJoin: (state, ctx) => {
    state.counts[ctx.client.id] = 0
  },
  onLeave: (state, ctx) => {
    delete state.counts[ctx.client.id]
  },
  timeStep: (state) => {
    state.turn++
  },
  events: {
    add: on((state: { counts: { [clientId: string]: number } }, _: undefined, ctx) => ++state.counts[ctx.client.id]!),
  },
})

export type Player = Connection<typeof counters>

export const leaseMs = 1000

export interface Process {
  readonly server: Server
  readonly cluster: Cluster
  readonly address: string
  readonly engine: Engine
  readonly clock: ProcessClock
  /** Ends its journal with it. */
  readonly killJournal: () => void
  /** The clients' ends of its transports. */
  readonly transports: Set<ClientTransport>
  isUp: boolean
}

type ClientTransport = ReturnType<Server['openTransport']>

/** How a server of the world is started; the rest are options of its rooms. */
interface StartOptions extends RoomOptions<typeof counters> {
  readonly weight?: number
  readonly maxSessions?: number
  readonly maxRooms?: number
  readonly maxRoomsPerAddress?: number
  /** Default: `leaseMs`. */
  readonly ownLeaseMs?: number
  /** Default: an address that none had before. */
  readonly address?: string | undefined
  /** Hears the warnings of its cluster. */
  readonly warn?: (message: string) => void
  /** True: its rooms have a journal that all servers of the world share. */
  readonly isKept?: boolean
  /** Defines further kinds of rooms. */
  readonly define?: (server: Server, journal: SharedJournal) => void
}

/** Servers of one cluster in one process, on a network in memory and virtual time. */
export class ClusterWorld {
  readonly time = new VirtualTime()
  readonly network: MemoryNetwork
  isEngineUp = true
  /** The address from which clients come. */
  clientHost: string | undefined
  /** Messages of requests and of calls of records, with their answers. */
  messages = 0
  /** What all servers write to. */
  readonly disk = new SharedMemory()
  readonly processes: Process[] = []
  readonly players: Player[] = []
  /** What must never be. */
  readonly problems: string[] = []
  readonly #watched = new WeakSet<object>()
  readonly #random: () => number
  readonly #seed: number
  #started = 0

  constructor(seed: number) {
    this.#seed = seed
    this.#random = createRandom(seed)
    this.network = new MemoryNetwork({ clock: this.time.clock, seed, maxDelayMs: 3 })
  }

  /** Starts a server. */
  async start(options: StartOptions = {}): Promise<Process> {
    const {
      weight = 1,
      maxSessions = 1000,
      maxRooms = 1000,
      maxRoomsPerAddress = Number.POSITIVE_INFINITY,
      ownLeaseMs = leaseMs,
      address = `ws://server-${this.#started + 1}`,
      isKept = false,
      define = () => {},
      warn,
      ...room
    } = options
    const clock = new ProcessClock(this.time.clock)
    this.#started++
    const engine = memoryEngine(this.network, { clock, timeoutMs: leaseMs / 2, logger: false })
    this.#count(engine)
    const random = createRandom(this.#seed, this.#started)
    const logger = warn && { debug() {}, info() {}, error() {}, warn: (_: object, message: string) => warn(message) }
    const cluster = new Cluster({
      ...{ engine, address, weight, random, clock },
      leaseMs: ownLeaseMs,
      logger: logger ?? false,
    })
    const server = new Server({ cluster, clock, random, maxSessions, maxRooms, maxRoomsPerAddress, logger: false })
    const { journal, kill: killJournal } = this.disk.openJournal(clock)
    server.define('arena', counters, { ...room, ...(isKept && { save: { journal } }) })
    server.defineRoomList()
    define(server, journal)
    await this.until(server.run({ port: false }))
    const process: Process = { server, cluster, address, engine, clock, killJournal, transports: new Set(), isUp: true }
    this.processes.push(process)
    return process
  }

  /** Connects a client that was given the address of one of the servers. */
  async join(path: string, at: Process = this.#pick()): Promise<Player> {
    const player = await this.until(connect<typeof counters>(`${at.address}${path}`, this.clientOptions()))
    this.players.push(player)
    return player
  }

  /** Options of a client in this world: URLs lead to its servers. */
  clientOptions(): Pick<ConnectOptions, 'clock' | 'random' | 'link' | 'logger'> {
    const { clock } = this.time
    const random = createRandom(this.#seed, 1000 + this.players.length)
    let given: string | undefined
    const over: LinkSimulation['over'] = (source) => {
      // behind the first address is a balancer: if its server is gone, another one answers
      given ??= source.url
      return { ...source, open: () => this.#open(new URL(source.url!).host, source.url === given) }
    }
    // reason: of a simulated link a client calls nothing but `over`
    return { clock, random, logger: false, link: { over } as unknown as LinkSimulation }
  }

  /** The process ends as by `kill -9`, and with it all connections to it. Others find out by its lease. */
  kill(process: Process): void {
    process.isUp = false
    process.clock.end()
    process.killJournal()
    this.network.cut(process.engine)
    for (const transport of process.transports) transport.onClose?.(1006, '')
  }

  /** The server that has a client's room. */
  serverOf(player: Player): Process {
    const key = `${player.room.kind}/${player.room.id}`
    return this.processes.find(({ server, isUp }) => isUp && server.rooms.has(key))!
  }

  /** Compares at each tick of a room whether another server might act for it as well. */
  watchTicks(): void {
    const watch = (process: Process): void => {
      for (const room of process.server.rooms.values()) {
        if (this.#watched.has(room)) continue
        this.#watched.add(room)
        room.machine.onTick(() => {
          const isAlone = this.processes.every(
            (other) => other === process || !other.isUp || other.cluster.epochOf(room.key) === undefined,
          )
          if (!isAlone) this.problems.push(`two servers act for ${room.key} at ${this.time.clock.now()} ms`)
          if (!process.cluster.mayAct) this.problems.push(`${room.key} ticks without the right to`)
        })
      }
    }
    const look = (): void => {
      for (const process of this.processes) if (process.isUp) watch(process)
      this.time.clock.schedule(10, look)
    }
    look()
  }

  /** Moves time until the promise is settled. */
  async until<Value>(promise: Promise<Value>, withinMs = 30_000): Promise<Value> {
    let isSettled = false
    const note = (): void => {
      isSettled = true
    }
    promise.then(note, note)
    await this.time.moveTo(this.time.clock.now() + withinMs, () => isSettled)
    return isSettled ? promise : Promise.reject(new Error(`not settled within ${withinMs} ms`))
  }

  async play(ms: number, isDone: () => boolean = () => false): Promise<boolean> {
    return this.time.moveTo(this.time.clock.now() + ms, isDone)
  }

  #pick(): Process {
    const up = this.processes.filter(({ isUp }) => isUp)
    return up[Math.floor(this.#random() * up.length)]!
  }

  /** Counts the messages of an engine: a request, or a call of records, is one there and one back. */
  #count(engine: Engine): void {
    const counted = (target: object, name: string, messages: number): void => {
      const call = Reflect.get(target, name) as (...args: unknown[]) => unknown
      Object.defineProperty(target, name, {
        value: (...args: unknown[]) => {
          this.messages += messages
          return Reflect.apply(call, target, args)
        },
      })
    }
    counted(engine, 'request', 2)
    for (const name of ['create', 'update', 'delete', 'get']) counted(engine.records, name, 2)
  }

  #open(host: string, isBalanced: boolean): ClientTransport {
    const found = this.processes.find(({ address, isUp }) => isUp && new URL(address).host === host)
    const process = found ?? (isBalanced ? this.#pick() : undefined)
    if (process === undefined) throw new Error(`nothing listens at ${host}`)
    const [own, transport] = createLocalTransports(process.clock)
    const clientAddress = this.clientHost === undefined ? undefined : { host: this.clientHost, port: 1 }
    process.server.acceptTransport(Object.assign(own, clientAddress && { clientAddress }))
    process.transports.add(transport)
    return transport
  }
}

/** All players of the world send events that must not be lost, and count their acks. */
export function beginToSend(world: ClusterWorld): { end(): Promise<void>; expectOnce(): void } {
  const acked = new Map<Player, number>()
  let isOver = false
  for (const player of world.players) {
    acked.set(player, 0)
    const send = (): void => {
      if (isOver) return
      const onAck = (): void => void acked.set(player, acked.get(player)! + 1)
      player.dispatchEvent('add', { retries: Number.POSITIVE_INFINITY, onAck })
      world.time.clock.schedule(30, send)
    }
    send()
  }
  return {
    async end() {
      isOver = true
      await world.play(1000)
    },
    expectOnce() {
      for (const [player, count] of acked) {
        expect(count).toBeGreaterThan(30)
        expect(player.state.counts[player.clientId]).toBe(count)
      }
    },
  }
}
