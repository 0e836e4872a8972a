import type { Transport } from '@tygase/protocol'
import type { RoomServer, ShutdownOptions } from '@tygase/server'
import type { EventWatch } from './event-watch.js'
import type { SimulatedRoomServerOptions } from './part-options.js'
import type { WorldParts } from './simulated-world.js'
import { VirtualProcess } from './virtual-process.js'
import { WatchedRoomServer } from './watched-room-server.js'
import type { PlayedGame, Remainder, World } from './world.js'

/** One life of a simulated process with a server of rooms. */
export class RoomsWorld implements World {
  readonly process: VirtualProcess
  readonly #server: WatchedRoomServer
  readonly #watch: EventWatch

  /** @param define makes the kinds of rooms known */
  constructor(define: (server: RoomServer) => void, options: SimulatedRoomServerOptions, parts: WorldParts) {
    const { clock, random, logger, watch } = parts
    this.#watch = watch
    this.process = new VirtualProcess(clock)
    const own = { clock: this.process, random, logger }
    this.#server = new WatchedRoomServer({ wallClock: this.process, ...options, ...own }, watch)
    define(this.#server)
  }

  get server(): RoomServer {
    return this.#server
  }

  get isDeserted(): boolean {
    const { rooms, stats } = this.server
    // somebody may have come to the door who does not say hello, and has time for that
    return stats.sessions === 0 && this.#server.passingRooms === 0 && (rooms.size > 0 || this.process.timers === 0)
  }

  get lingerMs(): number {
    return this.#server.lingerMs
  }

  hasMet(clientId: string): boolean {
    return this.#server.hasMet(clientId)
  }

  hasSession(clientId: string): boolean {
    return this.#server.hasSession(clientId)
  }

  gameOf(clientId: string): PlayedGame | undefined {
    return this.#server.watchedRoomOf(clientId)
  }

  forget(clientId: string): void {
    this.#server.forget(clientId)
  }

  accept(transport: Transport): void {
    this.server.acceptTransport(transport)
  }

  serve(): Promise<void> {
    return this.server.run({ port: false })
  }

  shutdown(options: ShutdownOptions): Promise<void> {
    return this.server.shutdown(options)
  }

  /** Its process dies: nobody will hear what became of the events that it has sent. */
  crash(): void {
    this.process.crash()
    for (const room of this.server.rooms.values()) {
      for (const clientId of room.clients.keys()) this.#watch.of(clientId).toClient.abandon()
    }
  }

  verify(): void {
    this.#server.verify()
  }

  *remainsWhileServing(): Generator<Remainder> {
    const { rooms, stats } = this.server
    const at = 'the server'
    yield { at, what: 'sessions', count: stats.sessions, most: 0 }
    yield { at, what: 'rooms', count: this.#server.passingRooms, most: 0 }
    // a server of rooms in which nobody is has nothing to do, unless rooms are kept and may run without anybody
    if (rooms.size === 0) yield { at, what: 'timers', count: this.process.timers, most: 0 }
  }

  *remainsAfterwards(): Generator<Remainder> {
    const at = 'the server'
    yield { at, what: 'rooms', count: this.process.hasCrashed ? 0 : this.server.rooms.size, most: 0 }
    yield { at, what: 'timers', count: this.process.timers, most: 0 }
  }
}
