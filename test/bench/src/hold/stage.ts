import type { Client, Server } from '@tygase/server'
import { AttackerSession } from './attacker-session.js'
import { holdGame, prepareRoom, roomOptions } from './game.js'
import { type Member, PacketSource, type Preparation, preparationOf } from './generator/packets.js'
import type { Library } from './library.js'

const tickMs = 50
/** The code of a WebSocket that has broken off. */
const closedAbnormally = 1006
const helloKind = 'message/hello'

/** A clock that stands still until it is moved. */
export interface StageClock {
  now(): number
  schedule(delayMs: number, callback: () => void): () => void
  advance(ms: number): void
  /** Called for each packet that the server reads, in bytes: a clock may let time pass for it. */
  read?(bytes: number): void
}

/** A server's end of a transport in memory, which may be one that knows no order. Packets wait while it is paused. */
export class StageTransport {
  readonly reliable: boolean
  readonly bufferedBytes = 0
  closeCode: number | undefined
  closeReason = ''
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #receive: (packet: Uint8Array) => void
  readonly #onRead: ((bytes: number) => void) | undefined
  readonly #waiting: Uint8Array[] = []
  /** At first packets wait, for a server that takes the transport. */
  #isPaused = true
  /** Bytes that the server has read. */
  bytesRead = 0
  bytesWritten = 0

  /** @param onRead called when the server reads a packet */
  constructor(receive: (packet: Uint8Array) => void, onRead?: (bytes: number) => void, reliable = true) {
    this.reliable = reliable
    this.#receive = receive
    this.#onRead = onRead
  }

  /** Packets that have come and were not read. */
  get waiting(): number {
    return this.#waiting.length
  }

  /** A packet comes from the client. */
  come(packet: Uint8Array): void {
    this.#waiting.push(packet)
    this.#read()
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
    this.#read()
  }

  send(packet: Uint8Array): void {
    this.bytesWritten += packet.length
    if (this.closeCode === undefined) this.#receive(packet.slice())
  }

  close(code: number, reason: string): void {
    if (this.closeCode !== undefined) return
    this.closeCode = code
    this.closeReason = reason
    this.#waiting.length = 0
    this.onClose?.(code, reason)
  }

  #read(): void {
    while (!this.#isPaused && this.closeCode === undefined && this.#waiting.length > 0) {
      const packet = this.#waiting.shift()!
      this.bytesRead += packet.length
      this.#onRead?.(packet.length)
      this.onBytes?.(packet)
    }
  }
}

/** An attacker that has joined, with the transport that the server has. */
export interface StageAttacker {
  readonly transport: StageTransport
  readonly session: AttackerSession
  /** Lets the session answer until now. */
  flush(): void
  /** False: it neither reads nor answers any more. */
  isAnswering: boolean
}

/** A server that an attacker comes to. */
interface StageServer extends Pick<Server, 'acceptTransport' | 'run' | 'shutdown'> {
  readonly rooms: ReadonlyMap<string, { readonly clients: ReadonlyMap<string, Client> }>
}

/** Material of forged hellos besides that of each session: paths that lead somewhere, and those of rooms that are not there. */
const paths = ['/hold/1', '/hold/2', '/hold/new', '/hold', '/rooms', '/rooms/all', '/nowhere/1']

/** A server in virtual time, in this process, with clients in memory. */
export class Stage {
  readonly server: StageServer
  /** Of the room that is attacked. */
  readonly #path: string
  readonly clock: StageClock
  readonly #library: Library
  readonly #random: () => number
  readonly #attackers: StageAttacker[] = []
  readonly #strangers: StageTransport[] = []

  /**
   * @param work takes the time of a costly rule
   * @param server one with rooms, as `openRooms` makes it; by default it has one room
   */
  constructor(library: Library, clock: StageClock, random: () => number, work: () => void, server?: StageServer) {
    this.#library = library
    this.clock = clock
    this.#random = random
    this.#path = server === undefined ? '/' : paths[0]!
    this.server = server ?? openOne(library, clock, random, work)
    this.server.run({ port: false }).catch((error: unknown) => {
      throw error
    })
  }

  /**
   * Lets an attacker in, and lets it prepare.
   * @param isLossy over a transport that may lose packets
   * @param path of its room: by default the one that is attacked
   */
  admit(preparation: Preparation, isLossy = false, path = this.#path): StageAttacker {
    const inbox: Uint8Array[] = []
    const transport = new StageTransport(
      (packet) => inbox.push(packet),
      (bytes) => this.clock.read?.(bytes),
      !isLossy,
    )
    const now = () => this.clock.now()
    const session = new AttackerSession(
      this.#library,
      { path, isLossy, ...(path !== '/' && { texts: paths }) },
      this.#random,
      (packet) => transport.come(packet),
      now(),
    )
    const flush = (): void => {
      for (const packet of inbox.splice(0)) session.receive(packet, now())
      session.flush(now())
    }
    const attacker = { transport, session, flush, isAnswering: true }
    this.server.acceptTransport(transport)
    transport.resume()
    this.#attackers.push(attacker)
    this.play(2)
    session.prepare(preparation, now())
    this.play(4)
    return attacker
  }

  /**
   * Packets of a member come all at once; each hello over a transport of its own.
   * @returns true if the server has closed the attacker's transport
   */
  attack(member: Member, attacker: StageAttacker, packets: readonly Uint8Array[]): boolean {
    const { transport, session } = attacker
    attacker.isAnswering = preparationOf(member).isAnswering
    if (member.kind.name !== helloKind) {
      if (attacker.isAnswering) session.knowForged(this.clock.now())
      for (const packet of packets) transport.come(packet.slice())
      return transport.closeCode !== undefined
    }
    for (const packet of packets) {
      const own = new StageTransport(
        () => {},
        (bytes) => this.clock.read?.(bytes),
      )
      this.#strangers.push(own)
      this.server.acceptTransport(own)
      own.come(packet.slice())
      own.resume()
    }
    return false
  }

  /** Ends the session of an attacker for good, and the transports that hellos have opened. */
  dismiss(attacker: StageAttacker): void {
    this.#attackers.splice(this.#attackers.indexOf(attacker), 1)
    const { clientId } = attacker.session.session
    for (const stranger of this.#strangers.splice(0)) stranger.close(closedAbnormally, '')
    // first: what waits in it is read by nobody, and is no work
    attacker.transport.close(closedAbnormally, '')
    for (const { clients } of this.server.rooms.values()) clients.get(clientId ?? '')?.disconnect()
    this.clock.advance(tickMs)
  }

  /** Ticks, after each of which all clients answer. */
  play(ticks: number): void {
    const answer = (): void => {
      for (const { isAnswering, flush } of this.#attackers) if (isAnswering) flush()
    }
    for (let tick = 0; tick < ticks; tick++) {
      answer()
      this.clock.advance(tickMs)
    }
    answer()
  }
}

function openOne(library: Library, clock: StageClock, random: () => number, work: () => void): StageServer {
  const game = holdGame(library, work)
  const server = new library.server.Server({ ...roomOptions, game, clock, random, logger: false })
  prepareRoom(server.room)
  return server
}

/** A server with three rooms and their list, in which clients make further rooms. */
export async function openRooms(
  library: Library,
  clock: StageClock,
  random: () => number,
  work: () => void,
): Promise<StageServer> {
  const server = new library.server.Server({ clock, random, logger: false })
  server.defineRoomList()
  server.define('hold', holdGame(library, work), roomOptions)
  for (const id of ['1', '2', '3']) {
    const room = await server.createRoom('hold', { id })
    if (id === '1') prepareRoom(room)
  }
  return server
}

/** What a member has cost a server. */
export interface Cost {
  /** Bytes of its packets, handshake and preparation left out. */
  readonly bytes: number
  readonly packets: number
  /** Processor time of the server for them and for the ticks after them, beyond that of quiet ticks. */
  readonly microseconds: number
  /** Memory that is still taken when the ticks are over. */
  readonly heapBytes: number
  /** True if the server has ended the session. */
  readonly isClosed: boolean
}

/** Bytes that are enough to measure by. */
const wantedBytes = 32 * 1024
const mostPackets = 400
const quietTicks = 3

export interface Measuring {
  readonly makeClock: () => StageClock
  readonly random: () => number
  /** Processor time so far, in microseconds. */
  readonly nowMicroseconds: () => number
  /** Memory in use after a collection; undefined to leave memory out. */
  readonly heapBytes: (() => number) | undefined
}

/** Members are played against one server for so long. */
const membersPerStage = 40

/** Plays members against a server in virtual time, and measures what each costs. */
export class MemberScale {
  readonly #library: Library
  readonly #measuring: Measuring
  #stage: Stage | undefined
  #played = 0

  constructor(library: Library, measuring: Measuring) {
    this.#library = library
    this.#measuring = measuring
  }

  /** @returns undefined if its genes make no message */
  measure(member: Member): Cost | undefined {
    const { nowMicroseconds, heapBytes } = this.#measuring
    const stage = this.#readyStage()
    const attacker = stage.admit(preparationOf(member))
    try {
      const packets = this.#packetsOf(member, attacker.session)
      if (packets === undefined) return undefined
      const quietStart = nowMicroseconds()
      stage.play(quietTicks)
      const quiet = nowMicroseconds() - quietStart
      const heapBefore = heapBytes?.() ?? 0
      const start = nowMicroseconds()
      const isClosed = stage.attack(member, attacker, packets)
      stage.play(quietTicks)
      const microseconds = Math.max(0, nowMicroseconds() - start - quiet)
      const heap = Math.max(0, (heapBytes?.() ?? 0) - heapBefore)
      const bytes = packets.reduce((sum, { length }) => sum + length, 0)
      return { bytes: Math.max(1, bytes), packets: packets.length, microseconds, heapBytes: heap, isClosed }
    } finally {
      stage.dismiss(attacker)
    }
  }

  #readyStage(): Stage {
    if (this.#stage === undefined || this.#played++ >= membersPerStage) {
      this.#stage?.server.shutdown({ endSessions: true, drainMs: 0 }).catch(() => {})
      this.#stage = new Stage(this.#library, this.#measuring.makeClock(), this.#measuring.random, () => {})
      this.#played = 0
    }
    return this.#stage
  }

  #packetsOf(member: Member, session: AttackerSession): Uint8Array[] | undefined {
    const source = new PacketSource(this.#library, member, session.world, session.exampleOf(member))
    const packets: Uint8Array[] = []
    for (let bytes = 0; packets.length < mostPackets && bytes < wantedBytes; ) {
      const packet = source.next()
      if (packet === undefined) return undefined
      packets.push(packet)
      bytes += packet.length
    }
    return packets
  }
}
