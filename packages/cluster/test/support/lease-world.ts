import { createRandom } from '@tygase/gamestate'
import { VirtualTime } from '@tygase/testkit/internal'
import type { Engine } from '../../src/engine.js'
import { type ClusterServer, joinCluster } from '../../src/lease/cluster-server.js'
import { MemoryNetwork, memoryEngine } from '../../src/memory/memory-network.js'
import { ProcessClock } from './process-clock.js'

/** How the processes of a world go wrong, each with its share. In a `release` one gives all its rooms back, and wants them again. */
export interface Faults {
  readonly release: number
  readonly cut: number
  readonly pause: number
  readonly crash: number
  readonly kill: number
  readonly service: number
  readonly loss: number
}

export const allFaults: Faults = { release: 2, cut: 3, pause: 3, crash: 2, kill: 1, service: 2, loss: 1 }

/** Length of a lease in virtual ms. */
export const leaseMs = 1000
/** Between two looks of a process at the rooms that are wanted. */
const askMs = 100
/** Between two ticks of a room. */
const tickMs = 40

interface Process {
  readonly clock: ProcessClock
  readonly engine: Engine
  server: ClusterServer | undefined
  /** Epochs in which it has acted, by room. */
  readonly acted: Map<string, number>
}

/** One that acts for a room. */
interface Actor {
  readonly serverId: string
  readonly epoch: number
}

/**
 * Processes that all want the same rooms to live, on a network in memory. What one of them does for a room is compared at once with
 * what all others might do.
 */
export class LeaseWorld {
  readonly time = new VirtualTime()
  readonly network: MemoryNetwork
  /** What must never be. */
  readonly problems: string[] = []
  /** Of all processes: how often a room changed hands, and how often a lease ended. */
  readonly counts = { takeovers: 0, ends: 0, ticks: 0, faults: 0 }
  readonly #random: () => number
  readonly #rooms: readonly string[]
  readonly #processes: Process[] = []
  /** The last that acted for each room, as what is stored of the room says. */
  readonly #stored = new Map<string, Actor>()

  constructor(seed: number, { processes = 3, rooms = 4 } = {}) {
    this.#random = createRandom(seed)
    this.network = new MemoryNetwork({
      clock: this.time.clock,
      seed,
      maxDelayMs: 1 + this.#random() * 30,
      noticeMs: this.#random() * 300,
    })
    this.#rooms = Array.from({ length: rooms }, (_, index) => `arena/${index}`)
    for (let place = 0; place < processes; place++) this.#start(place)
  }

  /** Plays for a time without faults. */
  async play(ms: number): Promise<void> {
    await this.time.moveTo(this.time.clock.now() + ms, () => false)
  }

  /** Plays so many faults, one after the other or some at once, and ends with all of them mended. */
  async playFaults(count: number, faults: Faults): Promise<void> {
    const ends: (() => void)[] = []
    for (let done = 0; done < count; done++) {
      this.counts.faults++
      let isOver = false
      const mend = this.#begin(this.#pick(faults))
      const end = (): void => {
        if (!isOver) mend()
        isOver = true
      }
      ends.push(end)
      this.time.clock.schedule(this.#between(0.1, 2.5) * leaseMs, end)
      await this.play(this.#between(0.1, 2) * leaseMs)
    }
    for (const end of ends) end()
  }

  /** The rooms for which no process acts. */
  get deadRooms(): string[] {
    return this.#rooms.filter((room) => this.#processes.every((process) => this.#epochAt(process, room) === undefined))
  }

  get isConnected(): readonly boolean[] {
    return this.#processes.map(({ engine }) => engine.isConnected)
  }

  get servers(): readonly (ClusterServer | undefined)[] {
    return this.#processes.map(({ server }) => server)
  }

  #begin(fault: keyof Faults): () => void {
    const { network } = this
    const place = Math.floor(this.#random() * this.#processes.length)
    const process = this.#processes[place]!
    const isCurrent = (): boolean => this.#processes[place] === process
    switch (fault) {
      case 'cut':
        network.cut(process.engine)
        return () => {
          if (isCurrent()) network.heal(process.engine)
        }
      case 'pause':
        process.clock.pause()
        return () => {
          process.clock.resume()
          if (isCurrent()) this.#compare(`after a pause of ${place}`)
        }
      case 'service':
        network.stop()
        return () => network.start()
      case 'release':
        for (const room of this.#rooms) process.server?.release(room).catch(() => {})
        process.clock.schedule(this.#random() * 60, () => this.#ask(process))
        return () => {}
      case 'loss':
        network.loss = this.#between(0.05, 0.4)
        return () => {
          network.loss = 0
        }
      case 'crash':
      case 'kill':
        // the machine is gone, and the service does not hear of it; or the process is, and an engine of one machine sees it
        if (fault === 'kill') network.kill(process.engine)
        else network.cut(process.engine)
        this.#restart(place)
        return () => {}
    }
  }

  #restart(place: number): void {
    this.#processes[place]!.clock.end()
    this.#start(place)
  }

  #start(place: number): void {
    const clock = new ProcessClock(this.time.clock)
    const engine = memoryEngine(this.network, { clock, timeoutMs: leaseMs / 2, logger: false })
    const process: Process = { clock, engine, server: undefined, acted: new Map() }
    this.#processes[place] = process
    const join = (): void => {
      joinCluster({ engine, clock, leaseMs, random: this.#random, logger: false, processId: place }).then(
        (server) => {
          process.server = server
          server.onEnd(() => {
            this.counts.ends++
            void engine.close()
            if (this.#processes[place] === process) this.#restart(place)
          })
        },
        () => clock.schedule(askMs, join),
      )
    }
    // a process takes a moment to start
    clock.schedule(this.#between(0.05, 0.3) * leaseMs, join)
    this.#every(clock, askMs, () => this.#ask(process))
    this.#every(clock, tickMs, () => this.#tick(process))
  }

  #every(clock: ProcessClock, ms: number, work: () => void): void {
    const next = (): void => {
      work()
      clock.schedule(ms, next)
    }
    clock.schedule(this.#random() * ms, next)
  }

  #ask({ server }: Process): void {
    if (server === undefined || server.isOver || !server.mayAct) return
    for (const room of this.#rooms) {
      if (server.epochOf(room) !== undefined) continue
      server.claim(room, { aboveEpoch: this.#stored.get(room)?.epoch ?? 0 }).then(
        ({ isOwn }) => {
          if (isOwn) this.#compare(`${server.serverId} has claimed ${room}`)
        },
        () => {},
      )
    }
  }

  #tick(process: Process): void {
    for (const room of this.#rooms) {
      const epoch = this.#epochAt(process, room)
      if (epoch === undefined) continue
      this.counts.ticks++
      const { serverId } = process.server!
      const last = this.#stored.get(room)
      // it reads what is stored before it acts for the first time, and claims above that
      if (
        last !== undefined &&
        epoch <= last.epoch &&
        process.acted.get(room) !== epoch &&
        serverId !== last.serverId
      ) {
        process.server!.claim(room, { aboveEpoch: last.epoch }).catch(() => {})
        continue
      }
      process.acted.set(room, epoch)
      if (last !== undefined && (epoch < last.epoch || (epoch === last.epoch && serverId !== last.serverId))) {
        this.#report(`${serverId} acts for ${room} in epoch ${epoch} after ${last.serverId} in ${last.epoch}`)
      }
      if (last?.serverId !== serverId) {
        this.counts.takeovers++
        this.#compare(`${serverId} ticks ${room}`)
      }
      this.#stored.set(room, { serverId, epoch })
    }
  }

  /** At any moment one process at most may act for a room. */
  #compare(when: string): void {
    for (const room of this.#rooms) {
      const acting = this.#processes.filter((process) => this.#epochAt(process, room) !== undefined)
      if (acting.length > 1) this.#report(`${when}: ${acting.length} processes may act for ${room}`)
    }
  }

  #report(problem: string): void {
    this.problems.push(`${Math.round(this.time.clock.now())} ms: ${problem}`)
  }

  #epochAt({ clock, server }: Process, room: string): number | undefined {
    return clock.runs ? server?.epochOf(room) : undefined
  }

  #between(least: number, most: number): number {
    return least + this.#random() * (most - least)
  }

  #pick(faults: Faults): keyof Faults {
    const entries = Object.entries(faults) as [keyof Faults, number][]
    let left = this.#random() * entries.reduce((sum, [, share]) => sum + share, 0)
    for (const [fault, share] of entries) {
      left -= share
      if (left < 0) return fault
    }
    return entries[0]![0]
  }
}
