import { findDifference } from '../compare.js'
import { median } from '../median.js'
import { arenaPrecision } from '../scenes/arena.js'
import { makePlain, worldOfRecords } from '../systems/record-rows.js'
import { beginThrong, type Throng, type ThrongSize } from './throng.js'
import type { ViewClient, ViewServer, ViewSystem } from './view-system.js'

export interface ViewRound {
  /** Change, commit, views and encoding for all clients: the median over the ticks of the round. */
  serverMs: number
  /** The same as mean processor time, collections of garbage included. */
  serverCpuMs: number
  /** Mean bytes of a tick for one client. */
  bytesPerView: number
}

/** One system with a server and all its clients. */
export class ViewMatch {
  readonly #size: ThrongSize
  readonly #system: ViewSystem
  readonly #throng: Throng
  readonly #server: ViewServer
  readonly #clients: readonly ViewClient[]
  #ticks = 0

  constructor(size: ThrongSize, system: ViewSystem) {
    this.#size = size
    this.#system = system
    this.#throng = beginThrong(size)
    this.#server = system.serve(this.#throng)
    this.#clients = this.#throng.seen.map((_, client) => system.join(this.#server.snapshot(client)))
  }

  playRound(count: number): ViewRound {
    const ticks = Array.from({ length: count }, () => this.#throng.next())
    this.#ticks += count
    const timesMs: number[] = []
    let bytes = 0
    let cpuUs = 0
    for (const tick of ticks) {
      const before = process.cpuUsage()
      const startMs = performance.now()
      const messages = this.#server.step(tick)
      timesMs.push(performance.now() - startMs)
      const { user, system } = process.cpuUsage(before)
      cpuUs += user + system
      for (const [client, message] of messages.entries()) {
        bytes += message.length
        this.#clients[client]!.receive(message)
      }
    }
    return {
      serverMs: median(timesMs),
      serverCpuMs: cpuUs / 1000 / count,
      bytesPerView: bytes / count / this.#clients.length,
    }
  }

  /**
   * Compares the server, each client and one that joins now in its place with what the script makes of plain objects.
   * @returns where they are not the same that should be; undefined where all is well
   */
  findDifference(): string | undefined {
    const expected = referenceState(this.#size, this.#ticks)
    const inServer = findDifference(expected, this.#server.state(), arenaPrecision)
    if (inServer !== undefined) return `server: ${inServer}`
    for (const [client, seen] of this.#throng.seen.entries()) {
      const rows = Object.fromEntries(Object.entries(expected.rows).filter(([id]) => seen.has(id)))
      const joined = this.#system.join(this.#server.snapshot(client))
      for (const [side, state] of [
        ['client', this.#clients[client]!.state()],
        ['joined', joined.state()],
      ]) {
        const difference = findDifference({ rows }, state, arenaPrecision)
        if (difference !== undefined) return `${side} ${client}: ${difference}`
      }
    }
    return undefined
  }
}

function referenceState(size: ThrongSize, tickCount: number): { rows: Record<string, object> } {
  const script = beginThrong(size)
  const state = script.initialState() as { rows: Record<string, object> }
  const world = worldOfRecords(state)
  for (let tick = 0; tick < tickCount; tick++) script.next().play(world, makePlain)
  return state
}
