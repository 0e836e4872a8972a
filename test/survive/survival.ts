import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Activity, Shopper } from './shopper.js'

export interface SurvivalOptions {
  /** The bundle of `server-process.ts`. */
  readonly program: string
  /** Of the journal. */
  readonly folder: string
  readonly durable: 'process' | 'disk'
  readonly rooms: number
  /** In all rooms together. */
  readonly clients: number
  readonly activity: Activity
}

/** How a server came back, in ms since the one before it was killed. */
export interface Recovery {
  /** Its program was loaded. */
  readonly loadedMs: number
  /** Its rooms were made again, and it listened. */
  readonly listensMs: number
  /** Play went on, for each client. */
  readonly clientsMs: readonly number[]
}

/** A time in which no process of the server takes longer than this. */
const mostWaitMs = 60_000

/** A server that is killed and replaced, and clients that go on. */
export class Survival {
  readonly rooms: readonly (readonly Shopper[])[]
  readonly #options: SurvivalOptions
  #server: ChildProcess
  readonly #port: number

  static async begin(options: SurvivalOptions): Promise<Survival> {
    const server = start(options, 0)
    const port = await portOf(server)
    const perRoom = Math.ceil(options.clients / options.rooms)
    const rooms: Shopper[][] = []
    for (let room = 0; room < options.rooms; room++) {
      const url = `ws://localhost:${port}/market/${room}`
      // one after the other makes the room, the others join it
      const shoppers = [await Shopper.enter(url, options.activity)]
      shoppers.push(
        ...(await Promise.all(Array.from({ length: perRoom - 1 }, () => Shopper.enter(url, options.activity)))),
      )
      rooms.push(shoppers)
    }
    return new Survival(options, server, port, rooms)
  }

  private constructor(options: SurvivalOptions, server: ChildProcess, port: number, rooms: Shopper[][]) {
    this.#options = options
    this.#server = server
    this.#port = port
    this.rooms = rooms
  }

  get shoppers(): readonly Shopper[] {
    return this.rooms.flat()
  }

  /** Plays until so many more events are acked. */
  async play(events: number): Promise<void> {
    const enough = this.acked + events
    await until(() => this.acked >= enough, 'served')
  }

  /** Kills the server with SIGKILL and begins the next one. @returns times in ms since the kill */
  async kill(): Promise<Recovery> {
    const before = this.shoppers.map(({ backAtMs }) => backAtMs.length)
    const atMs = performance.now()
    this.#server.kill('SIGKILL')
    await once(this.#server, 'exit')
    this.#server = start(this.#options, this.#port)
    await messageOf(this.#server, (message) => message === 'loaded')
    const loadedMs = performance.now() - atMs
    await portOf(this.#server)
    const listensMs = performance.now() - atMs
    await until(() => this.shoppers.every(({ backAtMs }, place) => backAtMs.length > before[place]!), 'back')
    return { loadedMs, listensMs, clientsMs: this.shoppers.map(({ backAtMs }) => backAtMs.at(-1)! - atMs) }
  }

  /** Begins the next server, then ends this one. @returns the longest time between two versions of any client, in ms */
  async deploy(): Promise<number> {
    const next = start(this.#options, this.#port)
    await messageOf(next, (message) => message === 'ready')
    const before = this.shoppers.map(({ backAtMs }) => backAtMs.length)
    for (const shopper of this.shoppers) shopper.longestGapMs = 0
    const last = this.#server
    const ended = once(last, 'exit')
    last.kill('SIGTERM')
    this.#server = next
    await ended
    await until(() => this.shoppers.every(({ backAtMs }, place) => backAtMs.length > before[place]!), 'back')
    return Math.max(...this.shoppers.map(({ longestGapMs }) => longestGapMs))
  }

  /** Ends the play. @returns what went wrong */
  async check(): Promise<string[]> {
    for (const shopper of this.shoppers) shopper.rest()
    const faults: string[] = []
    await until(() => this.shoppers.every(({ isSettled }) => isSettled), 'settled').catch((error: Error) => {
      faults.push(error.message)
    })
    // until the last that was said is heard, and the last version is there
    await sleep(500)
    for (const [room, shoppers] of this.rooms.entries()) {
      for (const shopper of shoppers) {
        faults.push(...shopper.check(shoppers).map((fault) => `${shopper.id} in room ${room}: ${fault}`))
      }
    }
    return faults
  }

  /** Events that were reported as lost so far. */
  get lost(): number {
    return this.shoppers.reduce((sum, { lost }) => sum + lost, 0)
  }

  /** Events that were acked so far. */
  get acked(): number {
    return this.shoppers.reduce((sum, { acked }) => sum + acked, 0)
  }

  /** Bytes of the journal's files. */
  get journalBytes(): number {
    const { folder } = this.#options
    return readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
  }

  async end(): Promise<void> {
    for (const shopper of this.shoppers) shopper.rest()
    this.#server.kill('SIGKILL')
    await Promise.all(this.shoppers.map((shopper) => shopper.close()))
  }
}

function start({ program, folder, durable }: SurvivalOptions, port: number): ChildProcess {
  return fork(program, [folder, String(port), durable], { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}

async function portOf(server: ChildProcess): Promise<number> {
  const message = await messageOf(server, (each) => typeof each === 'object')
  return (message as { port: number }).port
}

function messageOf(server: ChildProcess, isWanted: (message: unknown) => boolean): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null): void => reject(new Error(`a server has ended with ${code}`))
    const onMessage = (message: unknown): void => {
      if (!isWanted(message)) return
      server.off('exit', onExit)
      server.off('message', onMessage)
      resolve(message)
    }
    server.on('message', onMessage)
    server.once('exit', onExit)
  })
}

async function until(isSo: () => boolean, what: string): Promise<void> {
  const beganAtMs = performance.now()
  while (!isSo()) {
    if (performance.now() - beganAtMs > mostWaitMs)
      throw new Error(`not all clients are ${what} within ${mostWaitMs} ms`)
    await sleep(10)
  }
}
