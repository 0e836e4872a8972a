import { findDifference } from './compare.js'
import { median } from './median.js'
import type { Scene, Script } from './scene.js'
import { referenceState, type Started, startServer } from './start.js'
import type { ClientSide, ServerSide, System } from './systems/system.js'

export interface Round {
  ticks: number
  changes: number
  bytes: number
  /** Medians over the ticks of the round. */
  serverMs: number
  clientMs: number
  /** Means over the ticks of the round, with the collections of garbage that fell into them. */
  serverMeanMs: number
  clientMeanMs: number
}

export interface Ending {
  snapshotBytes: number
  /** Where states are not the same that should be; undefined where all is well. */
  difference: string | undefined
}

/** One system playing one scene: a server and a client that joined it. */
export class Match {
  readonly #scene: Scene
  readonly #system: System
  readonly #script: Script<never>
  readonly #server: ServerSide
  readonly #client: ClientSide
  #ticks = 0

  constructor(scene: Scene, system: System, { server, script }: Started = startServer(scene, system)) {
    this.#scene = scene
    this.#system = system
    this.#script = script
    this.#server = server
    this.#client = system.join(scene, this.#server.snapshot())
  }

  playRound(count: number): Round {
    const ticks = Array.from({ length: count }, () => this.#script.next())
    this.#ticks += count
    const round = { ticks: count, changes: 0, bytes: 0, serverMs: 0, clientMs: 0, serverMeanMs: 0, clientMeanMs: 0 }
    const serverTimesMs: number[] = []
    const clientTimesMs: number[] = []
    for (const tick of ticks) {
      const startMs = performance.now()
      const bytes = this.#server.step(tick)
      const sentMs = performance.now()
      if (bytes.length > 0) this.#client.receive(bytes)
      const endMs = performance.now()
      serverTimesMs.push(sentMs - startMs)
      clientTimesMs.push(bytes.length > 0 ? endMs - sentMs : 0)
      round.changes += tick.changes
      round.bytes += bytes.length
    }
    round.serverMs = median(serverTimesMs)
    round.clientMs = median(clientTimesMs)
    round.serverMeanMs = mean(serverTimesMs)
    round.clientMeanMs = mean(clientTimesMs)
    return round
  }

  /** The server's side alone, measured as a whole: for ticks that are too short for the clock. */
  playBatch(count: number): { msPerTick: number; bytes: number } {
    const ticks = Array.from({ length: count }, () => this.#script.next())
    this.#ticks += count
    let bytes = 0
    const startMs = performance.now()
    for (const tick of ticks) bytes += this.#server.step(tick).length
    return { msPerTick: (performance.now() - startMs) / count, bytes }
  }

  /** Takes a snapshot and compares server, client and one that joins now with what the script makes of plain objects. */
  finish(): Ending {
    const snapshot = this.#server.snapshot()
    const snapshotBytes = snapshot.length
    const states: Record<string, unknown> = {
      server: this.#server.state(),
      client: this.#client.state(),
      joined: this.#system.join(this.#scene, snapshot).state(),
    }
    const expected = referenceState(this.#scene, this.#ticks)
    for (const [side, state] of Object.entries(states)) {
      const difference = findDifference(expected, state, this.#scene.precision)
      if (difference !== undefined) return { snapshotBytes, difference: `${side}: ${difference}` }
    }
    const difference = findDifference(states.server, states.client, this.#scene.precision)
    return { snapshotBytes, difference }
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
