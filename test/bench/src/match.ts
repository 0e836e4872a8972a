import { findDifference } from './compare.js'
import { median } from './median.js'
import { mapsIn, type Scene, type Script, type Tick } from './scene.js'
import { referenceState, type Started, startServer } from './start.js'
import type { ClientSide, ServerSide, System } from './systems/system.js'

export interface Round {
  ticks: number
  changes: number
  bytes: number
  /** Medians over the ticks of the round. Where several clients follow, they all together are the client. */
  serverMs: number
  clientMs: number
  /** Means over the ticks of the round, with the collections of garbage that fell into them. */
  serverMeanMs: number
  clientMeanMs: number
  /** The same as processor time, with that of the threads that collect and compile. */
  serverCpuMs: number
  clientCpuMs: number
}

export interface Ending {
  snapshotBytes: number
  /** Where states are not the same that should be; undefined where all is well. */
  difference: string | undefined
}

/** Times of one side in a round. */
class Side {
  readonly timesMs: number[] = []
  cpuUs = 0

  /** Runs `work`, which adds to `timesMs`, and counts the processor time. */
  measure(work: () => void): void {
    const before = process.cpuUsage()
    work()
    const { user, system } = process.cpuUsage(before)
    this.cpuUs += user + system
  }
}

/** One system playing one scene: a server and the clients that joined it. */
export class Match {
  readonly #scene: Scene
  readonly #system: System
  readonly #script: Script<never>
  readonly #server: ServerSide
  readonly #clients: readonly ClientSide[]
  readonly #wire = new Wire()
  #ticks = 0

  constructor(scene: Scene, system: System, { server, script }: Started = startServer(scene, system)) {
    this.#scene = scene
    this.#system = system
    this.#script = script
    this.#server = server
    const snapshot = Buffer.from(this.#server.snapshot())
    this.#clients = Array.from({ length: scene.replicas ?? 1 }, () => system.join(scene, snapshot))
  }

  /** Draws what comes next in the script, to be played by `play`. */
  draw(count: number): Tick<never>[] {
    return Array.from({ length: count }, () => this.#script.next())
  }

  playRound(count: number): Round {
    return this.play(this.draw(count))
  }

  /**
   * Plays ticks that were drawn last. The server makes as many as fit on the wire, then the clients follow: so each side pays
   * for the garbage that it makes.
   */
  play(ticks: readonly Tick<never>[]): Round {
    this.#ticks += ticks.length
    const [server, client] = [new Side(), new Side()]
    let changes = 0
    let bytes = 0
    let next = 0
    while (next < ticks.length) {
      server.measure(() => {
        while (next < ticks.length && !this.#wire.isFull) {
          const tick = ticks[next++]!
          const startMs = performance.now()
          const sent = this.#server.step(tick)
          server.timesMs.push(performance.now() - startMs)
          this.#wire.put(sent)
          changes += tick.changes
        }
      })
      const packets = this.#wire.takeAll()
      client.measure(() => {
        for (const packet of packets) {
          bytes += packet.length
          client.timesMs.push(packet.length > 0 ? this.#receive(packet) : 0)
        }
      })
    }
    return {
      ticks: ticks.length,
      changes,
      bytes,
      serverMs: median(server.timesMs),
      clientMs: median(client.timesMs),
      serverMeanMs: mean(server.timesMs),
      clientMeanMs: mean(client.timesMs),
      serverCpuMs: server.cpuUs / 1000 / ticks.length,
      clientCpuMs: client.cpuUs / 1000 / ticks.length,
    }
  }

  /** @returns the time that all clients together take, in ms */
  #receive(packet: Uint8Array): number {
    const startMs = performance.now()
    for (const client of this.#clients) client.receive(packet)
    return performance.now() - startMs
  }

  /** Of a client that would join now. */
  get snapshotBytes(): number {
    return this.#server.snapshot().length
  }

  /** The server's side alone, measured as a whole: for ticks that are too short for the clock. */
  playBatch(count: number): { msPerTick: number; bytes: number } {
    const ticks = this.draw(count)
    this.#ticks += count
    let bytes = 0
    const startMs = performance.now()
    for (const tick of ticks) bytes += this.#server.step(tick).length
    return { msPerTick: (performance.now() - startMs) / count, bytes }
  }

  /** Takes a snapshot and compares server, clients and one that joins now with what the script makes of plain objects. */
  finish(): Ending {
    const snapshot = this.#server.snapshot()
    const snapshotBytes = snapshot.length
    const server = this.#server.state()
    const clients = this.#clients.map((client) => client.state())
    const joined = this.#system.join(this.#scene, snapshot).state()
    const expected = referenceState(this.#scene, this.#ticks)
    const compare = (wanted: unknown, found: unknown) =>
      findDifference(wanted, found, this.#scene.precision, mapsIn(expected, this.#scene))
    const sides: [side: string, state: unknown][] = [
      ['server', server],
      ...clients.map((state): [string, unknown] => ['client', state]),
      ['joined', joined],
    ]
    for (const [side, state] of sides) {
      const difference = compare(expected, state)
      if (difference !== undefined) return { snapshotBytes, difference: `${side}: ${difference}` }
    }
    return { snapshotBytes, difference: compare(server, clients[0]) }
  }
}

/** What the wire holds before the clients get it. */
const wireBytes = 4 * 1024 * 1024

/** Packets between a server, whose bytes are valid until its next tick, and its clients. */
class Wire {
  #buffer = Buffer.allocUnsafe(wireBytes)
  readonly #ends: number[] = []
  #used = 0

  get isFull(): boolean {
    return this.#used >= wireBytes
  }

  put(bytes: Uint8Array): void {
    const end = this.#used + bytes.length
    if (end > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(2 * end)
      larger.set(this.#buffer.subarray(0, this.#used))
      this.#buffer = larger
    }
    this.#buffer.set(bytes, this.#used)
    this.#used = end
    this.#ends.push(end)
  }

  /** @returns the packets in order, valid until the next `put` */
  takeAll(): Uint8Array[] {
    let start = 0
    const packets = this.#ends.map((end) => {
      const packet = this.#buffer.subarray(start, end)
      start = end
      return packet
    })
    this.#ends.length = 0
    this.#used = 0
    return packets
  }
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
