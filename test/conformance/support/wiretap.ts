import { ClientSession, readHello, ServerSession, type Transport } from '@tygase/protocol'
import { createSeededRandom, type LinkConditions, SimulatedLink, VirtualClock } from '@tygase/testkit/internal'
import type { Side } from '../decoder/index.js'
import { Talker } from './talker.js'

/** A packet as it was written. */
export interface Captured {
  readonly from: Side
  /** Which transport of the play it went over, from 0. */
  readonly line: number
  readonly atMs: number
  readonly bytes: Uint8Array
  /** The version that the writer held then, if it is the client. */
  readonly held: number | undefined
  /** The version that the writer wrote last, with this packet if there is one in it, if it is the server. */
  readonly version: number
  /** The first sequence of the writer whose outcome it did not know then. */
  readonly unresolved: number
}

/** A packet as it came. */
export interface Arrival {
  readonly packet: Captured
  readonly atMs: number
}

const beganAtMs = 1000
const stepMs = 10

export const names = ['move', 'shout']
export const token = new Uint8Array(16).fill(7)
export const credentials = new Uint8Array([42])
export const welcome = new Uint8Array([1, 2, 3])

/** A client's and a server's session that talk over simulated links, with all their packets written down. */
export class Wiretap {
  readonly clock = new VirtualClock(beganAtMs)
  readonly captured: Captured[] = []
  readonly arrivals: Arrival[] = []
  readonly reliable: boolean[] = []
  readonly client: Talker
  server: Talker | undefined
  serverBeganAtMs = Number.NaN
  readonly #random: () => number
  #link: SimulatedLink | undefined

  constructor(seed: number) {
    this.#random = createSeededRandom(seed)
    this.client = new Talker('client', this.#random)
    this.client.session = new ClientSession(
      { path: '/tag', credentials, random: this.#random, listener: this.client },
      beganAtMs,
    )
  }

  get clientBeganAtMs(): number {
    return beganAtMs
  }

  /** Lays a new line in place of the one there was, and lets the client say hello. */
  connect(conditions: LinkConditions): void {
    this.#cut()
    const line = this.reliable.push(conditions.reliable) - 1
    const link = new SimulatedLink(this.clock, this.#random, conditions)
    this.#link = link
    const [atClient, atServer] = link.ends
    let isAttached = false
    this.#listen(atServer, 'client', line, (bytes) => {
      if (isAttached) this.server!.session.receive(bytes, this.clock.now())
      else this.#attachServer(atServer, bytes)
      isAttached = true
    })
    this.#listen(atClient, 'server', line, (bytes) => this.client.session.receive(bytes, this.clock.now()))
    this.client.session.attach(atClient, this.clock.now())
  }

  /** Lets one side end the session, and the other hear of it. */
  close(side: Side, reason: string): void {
    const { session } = side === 'client' ? this.client : this.server!
    session.close(side === 'client' ? 'disconnected' : 'kicked', reason, this.clock.now())
    this.run(500, 0)
  }

  /** Lets both sides act, talk and listen for a while. */
  run(forMs: number, chatter: number): void {
    for (const end = this.clock.now() + forMs; this.clock.now() < end; this.clock.advance(stepMs)) {
      const now = this.clock.now()
      for (const talker of [this.client, this.server]) {
        if (!talker) continue
        talker.session.advance(now)
        talker.act(now, chatter)
      }
      this.#flush(this.client, 0)
      if (this.server) this.#flush(this.server, 1)
    }
  }

  #attachServer(end: Transport, hello: Uint8Array): void {
    if (!this.server) {
      this.serverBeganAtMs = this.clock.now()
      this.server = new Talker('server', this.#random)
      this.server.session = new ServerSession(
        { clientId: 'ada', token, names, welcome, listener: this.server },
        this.serverBeganAtMs,
      )
    }
    this.server.session.attach(end, this.clock.now(), readHello(hello))
  }

  #listen(end: Transport, from: Side, line: number, receive: (bytes: Uint8Array) => void): void {
    end.onBytes = (bytes) => {
      const packet = this.captured.find((one) => one.from === from && one.line === line && same(one.bytes, bytes))
      this.arrivals.push({ packet: packet!, atMs: this.clock.now() })
      receive(bytes)
    }
  }

  #flush(talker: Talker, end: 0 | 1): void {
    if (!this.#link) return
    for (let packet = talker.flush(this.clock.now()); packet; packet = talker.flush(this.clock.now())) {
      this.captured.push({
        from: talker.side,
        line: this.reliable.length - 1,
        atMs: this.clock.now(),
        bytes: packet,
        held: talker.held,
        version: talker.version,
        unresolved: talker.unresolved,
      })
      this.#link.ends[end].send(packet)
    }
  }

  #cut(): void {
    if (!this.#link) return
    for (const end of this.#link.ends) end.onBytes = undefined
    this.#link.cut()
    this.#link = undefined
    this.client.session.suspend(this.clock.now())
    this.server?.session.suspend(this.clock.now())
  }
}

function same(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index])
}
