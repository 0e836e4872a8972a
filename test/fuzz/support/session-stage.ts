import {
  ClientSession,
  encodeStateMessage,
  lossyDelivery,
  readHello,
  ServerSession,
  type Session,
  writeRefusal,
} from '@tygase/protocol/internal'
import { Dice } from '../dice.js'
import { StageSide } from './stage-side.js'

export type SideName = 'client' | 'server'

const limits = { graceMs: 20_000, ackTimeoutMs: 300, maxPendingEvents: 64, maxQueuedEvents: 64 }
const token = new Uint8Array(16).fill(7)

/** A client's and a server's session, and the packets between them, which whoever holds the stage may do anything to. */
export class SessionStage {
  readonly client = new StageSide<ClientSession>()
  readonly server = new StageSide<ServerSession>()
  /** Packets that have gone out, the newest 200. */
  readonly seen: Uint8Array[] = []
  /** Packets under way, by who is to get them. */
  readonly #underWay: Record<SideName, Uint8Array[]> = { client: [], server: [] }
  readonly #reliable: boolean
  #nowMs = 0
  #version = 0
  #isUp = false
  #hasHello = false

  constructor(reliable: boolean) {
    this.#reliable = reliable
    const common = { limits }
    const { random } = new Dice(1)
    this.client.session = new ClientSession({ path: '/', random, listener: this.client, ...common }, 0)
    this.server.session = new ServerSession(
      { clientId: 'ada', token, names: ['move'], welcome: new Uint8Array([1]), listener: this.server, ...common },
      0,
    )
  }

  get sides(): readonly StageSide[] {
    return [this.client, this.server]
  }

  /** A new transport; the old one is gone, whoever has noticed. */
  connect(): void {
    if (!isLive(this.client.session)) return
    this.#underWay.client.length = 0
    this.#underWay.server.length = 0
    this.#isUp = true
    this.#hasHello = false
    this.client.session.attach({ reliable: this.#reliable, lossy: lossyDelivery }, this.#nowMs)
    this.flush('client')
    if (!this.#reliable) return
    this.deliver('server')
    this.flush('server')
    this.deliver('client')
  }

  /** The transport goes; only one side notices, or both. */
  cut(whoNotices: readonly SideName[] = ['client', 'server']): void {
    if (!this.#isUp) return
    this.#isUp = false
    this.#underWay.client.length = 0
    this.#underWay.server.length = 0
    for (const name of whoNotices) this[name].session.suspend(this.#nowMs)
  }

  send(name: SideName, retries: number, payloadBytes: number): void {
    this[name].send(retries, payloadBytes, this.#nowMs)
  }

  /** The server sends a version: the next one after its base, or a snapshot. */
  sendState(isDelta: boolean): void {
    const { session } = this.server
    if (!this.#isUp || !this.#hasHello || session.status !== 'connected') return
    const base = isDelta ? session.stateBase : undefined
    this.#version++
    this.#put('client', encodeStateMessage(this.#version, base, new Uint8Array(3)))
    session.stateSent(this.#version)
  }

  settle(choice: number): void {
    this.client.settle(choice)
    this.server.settle(choice)
  }

  close(name: SideName): void {
    this[name].session.close('disconnected', 'bye', this.#nowMs)
  }

  tick(ms: number): void {
    this.#nowMs += ms
    for (const name of ['client', 'server'] as const) {
      this[name].session.advance(this.#nowMs)
      this.flush(name)
    }
  }

  flush(from: SideName): void {
    if (!this.#isUp) return
    const { session } = this[from]
    for (let packet = session.flush(this.#nowMs); packet !== undefined; packet = session.flush(this.#nowMs)) {
      if (from === 'client') this.#put('server', packet)
      // before the hello has come, the server still writes to the transport before, which is gone
      else if (this.#hasHello) this.#put('client', packet)
    }
  }

  /** Hands over packets that wait for this side. */
  deliver(to: SideName, most = Number.POSITIVE_INFINITY): void {
    for (let count = 0; count < most; count++) {
      const packet = this.#underWay[to].shift()
      if (packet === undefined) return
      this.receive(to, packet)
    }
  }

  /** A packet comes in, whoever made it. */
  receive(to: SideName, packet: Uint8Array): void {
    if (to === 'client' || this.#hasHello) return this[to].session.receive(packet, this.#nowMs)
    this.#admit(packet)
  }

  lose(to: SideName): void {
    this.#underWay[to].shift()
  }

  double(to: SideName): void {
    const [packet] = this.#underWay[to]
    if (packet !== undefined) this.#put(to, packet.slice())
  }

  reorder(to: SideName): void {
    const packet = this.#underWay[to].shift()
    if (packet !== undefined) this.#underWay[to].push(packet)
  }

  /** As a server does with a transport's first packet. */
  #admit(packet: Uint8Array): void {
    let hello: ReturnType<typeof readHello>
    try {
      hello = readHello(packet)
    } catch {
      return
    }
    const { session } = this.server
    if (!isLive(session) || (hello.resume !== undefined && !session.matchesToken(hello.resume.token))) {
      return this.#put('client', writeRefusal('resume_failed', ''))
    }
    // this server has one session to give: whoever begins anew is let in once
    if (hello.resume === undefined && session.status !== 'connecting') return
    this.#hasHello = true
    session.attach({ reliable: this.#reliable }, this.#nowMs, hello)
  }

  #put(to: SideName, packet: Uint8Array): void {
    this.#underWay[to].push(packet)
    this.seen.push(packet.slice())
    if (this.seen.length > 200) this.seen.shift()
  }
}

function isLive({ status }: Session): boolean {
  return status !== 'closed' && status !== 'disconnecting'
}
