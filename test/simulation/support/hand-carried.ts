import {
  ClientSession,
  type IncomingEvent,
  lossyDelivery,
  type Outcome,
  readHello,
  ServerSession,
  type Session,
  type SessionLimits,
  type SessionListener,
} from '@tygase/protocol/internal'

export type SideName = 'client' | 'server'

/** The outcome of one event at its sender. */
export interface Fate {
  acks: number
  /** Codes. */
  fails: string[]
  /** The time of the outcome, in ms. */
  atMs: number
}

/** A session that notes its events and answers them by `answer`. */
class Ear implements SessionListener {
  session!: Session
  readonly heard: string[] = []
  answer: (event: IncomingEvent) => Outcome | undefined = () => ({ kind: 'done' })

  onEvent(event: IncomingEvent): void {
    this.heard.push(event.name)
    const outcome = this.answer(event)
    if (outcome !== undefined) this.session.reply(event.sequence, outcome)
  }
}

/** How many times a packet arrives: 0 is lost. */
export type Carry = (packet: Uint8Array, from: SideName) => number

const stepMs = 10

/** Two sessions over datagrams that a test carries from one to the other by hand, without any delay. */
export class HandCarried {
  readonly client = new Ear()
  readonly server = new Ear()
  /** The packets that each side has sent. */
  readonly sent: Record<SideName, Uint8Array[]> = { client: [], server: [] }
  nowMs = 0
  #isUp = false

  constructor(limits: Partial<SessionLimits> = {}) {
    const token = new Uint8Array(16).fill(7)
    const welcome = new Uint8Array(0)
    this.client.session = new ClientSession({ path: '/', random: () => 0.5, limits, listener: this.client }, 0)
    this.server.session = new ServerSession(
      { clientId: 'ada', token, names: [], welcome, limits, listener: this.server },
      0,
    )
  }

  connect(): void {
    this.#isUp = true
    this.client.session.attach({ reliable: false, lossy: lossyDelivery }, this.nowMs)
    this.server.session.attach({ reliable: false }, this.nowMs, readHello(this.client.session.flush(this.nowMs)!))
    this.pass(500)
  }

  /** The transport breaks, and both sides notice it. */
  cut(): void {
    this.#isUp = false
    this.client.session.suspend(this.nowMs)
    this.server.session.suspend(this.nowMs)
  }

  send(from: SideName, name: string, retries = 0, payload = new Uint8Array(0)): Fate {
    const fate: Fate = { acks: 0, fails: [], atMs: Number.NaN }
    const note = (): void => {
      fate.atMs = this.nowMs
    }
    const onAck = (): void => {
      fate.acks++
      note()
    }
    const onFail = ({ code }: { code: string }): void => {
      fate.fails.push(code)
      note()
    }
    this[from].session.send(name, payload, { retries, onAck, onFail }, this.nowMs)
    return fate
  }

  /** Time passes, and packets travel. */
  pass(ms: number, carry: Carry = () => 1): void {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += stepMs) this.exchange(carry)
  }

  /** Carries the packets that both sides want to send now. */
  exchange(carry: Carry = () => 1): void {
    for (const from of ['client', 'server'] as const) {
      const { session } = this[from]
      session.advance(this.nowMs)
      for (let packet = this.flush(from); packet !== undefined; packet = this.flush(from)) {
        for (let times = carry(packet, from); times > 0; times--) this.deliver(from, packet)
      }
    }
  }

  flush(from: SideName): Uint8Array | undefined {
    const packet = this.#isUp ? this[from].session.flush(this.nowMs) : undefined
    if (packet !== undefined) this.sent[from].push(packet.slice())
    return packet
  }

  deliver(from: SideName, packet: Uint8Array): void {
    this[from === 'client' ? 'server' : 'client'].session.receive(packet.slice(), this.nowMs)
  }
}

/** Whether a packet holds an event with this name, which none of the test's payloads has in it. */
export function holds(packet: Uint8Array, name: string): boolean {
  return Buffer.from(packet).includes(name)
}
