import { type Connection, connect } from '@tygase/client'
import type { Clock, Logger } from '@tygase/gamestate'
import { type AcceptedTransport, type Listener, Server } from '@tygase/server'
import type { Journal, JournalEntryKind, JournaledRoom } from '@tygase/server/internal'
import { MemoryJournal } from '@tygase/testkit'
import { createSeededRandom, type LinkConditions, SimulatedLink, VirtualClock } from '@tygase/testkit/internal'
import { bank } from './bank.js'

const lan: LinkConditions = { latencyMs: 5, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }

type Door = Parameters<Listener['listen']>[0]

/** A process of a server: its timers end with it. */
class ServerProcess implements Clock {
  readonly #clock: Clock
  readonly links = new Set<SimulatedLink>()
  hasEnded = false

  constructor(clock: Clock) {
    this.#clock = clock
  }

  now(): number {
    return this.#clock.now()
  }

  schedule(delayMs: number, callback: () => void): () => void {
    return this.#clock.schedule(delayMs, () => {
      if (!this.hasEnded) callback()
    })
  }
}

/** A journal in memory that one process has at a time: others wait. */
class LockedJournal implements Journal {
  readonly isFull = false
  readonly #harbour: Harbour
  readonly #inner: MemoryJournal

  constructor(harbour: Harbour) {
    this.#harbour = harbour
    this.#inner = harbour.journal
  }

  async open(_: Logger, onWait?: (left: readonly JournaledRoom[]) => void): Promise<readonly JournaledRoom[]> {
    const harbour = this.#harbour
    if (harbour.isLocked) {
      onWait?.([])
      await new Promise<void>((resolve) => harbour.waiting.push(resolve))
    }
    harbour.isLocked = true
    return this.#inner.open()
  }

  append(room: string, kind: JournalEntryKind, bytes: Uint8Array): void {
    this.#inner.append(room, kind, bytes)
  }

  isWritten(room: string): boolean {
    return this.#inner.isWritten(room)
  }

  whenWritten(room: string, done: (error?: unknown) => void): void {
    this.#inner.whenWritten(room, done)
  }

  get isAwaited(): boolean {
    return this.#harbour.waiting.length > 0
  }

  hashOf(token: Uint8Array): Uint8Array {
    return this.#inner.hashOf(token)
  }

  async close(): Promise<void> {
    await this.#inner.close()
    this.#harbour.unlock()
  }
}

/** A server and its process. */
export interface Ship {
  readonly server: Server
  readonly process: ServerProcess
  /** Resolves when it serves. */
  readonly running: Promise<void>
}

/** A client, and the links that it has opened. */
export interface Guest {
  readonly connection: Connection<typeof bank>
  readonly links: readonly SimulatedLink[]
  /** The longest time between two versions since the last call. */
  takeGapMs(): number
}

/** One port, at which one server listens at a time, and one journal that they take over from each other. In virtual time. */
export class Harbour {
  readonly clock = new VirtualClock()
  readonly journal = new MemoryJournal()
  isLocked = false
  readonly waiting: (() => void)[] = []
  /** Warnings and errors of servers. */
  readonly problems: string[] = []
  #door: { readonly door: Door; readonly process: ServerProcess } | undefined
  #seed = 0

  unlock(): void {
    this.isLocked = false
    this.waiting.shift()?.()
  }

  /** Begins a server, which waits for the one before. */
  launch(): Ship {
    const process = new ServerProcess(this.clock)
    const note = (_: object, message: string): void => void this.problems.push(message)
    const logger: Logger = { debug() {}, info() {}, warn: note, error: note }
    const server = new Server({
      ...{ clock: process, wallClock: process, logger, random: createSeededRandom(++this.#seed) },
    })
    server.define('bank', bank, { save: { journal: new LockedJournal(this) }, divergence: false })
    const running = server.run({ port: false, listeners: [this.#listener(process)] })
    running.catch(() => {})
    return { server, process, running }
  }

  /** Ends a process as kill -9 does. */
  crash({ process }: Ship): void {
    this.#end(process)
    this.unlock()
  }

  /** A process that waited is gone. */
  sink({ process }: Ship): void {
    this.#end(process)
    this.waiting.length = 0
  }

  /** @param slowMs how long an attempt to open a transport takes, by the number of the attempt */
  async enter(slowMs: (attempt: number) => number = () => 10): Promise<Guest> {
    const links: SimulatedLink[] = []
    let attempts = 0
    const openTransport = async (): Promise<SimulatedLink['ends'][1]> => {
      await new Promise<void>((resolve) => this.clock.schedule(slowMs(++attempts), resolve))
      const open = this.#door
      if (open === undefined) throw new Error('nothing listens there')
      const link = new SimulatedLink(this.clock, createSeededRandom(++this.#seed), lan)
      links.push(link)
      open.process.links.add(link)
      open.door.accept(link.ends[0] as AcceptedTransport, { url: '/bank/1', headers: {} })
      return link.ends[1]
    }
    const connecting = connect(
      { path: '/bank/1', openTransport },
      { game: bank, clock: this.clock, random: createSeededRandom(++this.#seed), logger: false },
    )
    const connection = await this.complete(connecting)
    connection.registerEventHandler('paid', () => {})
    let gapMs = 0
    let lastMs = this.clock.now()
    connection.subscribe(() => {
      gapMs = Math.max(gapMs, this.clock.now() - lastMs)
      lastMs = this.clock.now()
    })
    const takeGapMs = (): number => {
      const found = gapMs
      gapMs = 0
      return found
    }
    return { connection, links, takeGapMs }
  }

  /** Moves time. */
  async step(ms: number): Promise<void> {
    const untilMs = this.clock.now() + ms
    do {
      this.clock.advance(Math.min(5, untilMs - this.clock.now()))
      await new Promise<void>((resolve) => setImmediate(resolve))
    } while (this.clock.now() < untilMs)
  }

  /** Moves time until a promise is settled. */
  async complete<T>(promise: Promise<T>): Promise<T> {
    let isSettled = false
    const note = (): void => {
      isSettled = true
    }
    promise.then(note, note)
    for (let ms = 0; ms < 20_000 && !isSettled; ms++) await this.step(1)
    if (!isSettled) throw new Error('it takes too long')
    return promise
  }

  #end(process: ServerProcess): void {
    process.hasEnded = true
    if (this.#door?.process === process) this.#door = undefined
    for (const link of process.links) link.cut()
  }

  #listener(process: ServerProcess): Listener {
    const leavePort = (): void => {
      if (this.#door?.process === process) this.#door = undefined
    }
    return {
      listen: async (door) => {
        if (this.#door !== undefined) throw Object.assign(new Error('the port is in use'), { code: 'port_in_use' })
        this.#door = { door, process }
        return { url: 'virtual://harbour' }
      },
      leavePort,
      close: async () => leavePort(),
    }
  }
}
