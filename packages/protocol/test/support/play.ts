import {
  ClientSession,
  type ClientSessionOptions,
  type CloseInfo,
  type IncomingEvent,
  type Outcome,
  readHello,
  ServerSession,
  type ServerSessionOptions,
  type Session,
  type SessionLimits,
  type SessionListener,
  type SessionStatus,
  type Transport,
} from '@tygase/protocol/internal'
import { createSeededRandom, type LinkConditions, SimulatedLink, VirtualClock } from '@tygase/testkit/internal'

export const perfectLink: LinkConditions = {
  latencyMs: 50,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reliable: true,
}

export const badLink: LinkConditions = {
  latencyMs: 60,
  jitterMs: 40,
  loss: 0.15,
  burstLoss: 0.5,
  duplicate: 0.1,
  reorder: 0.1,
  reliable: false,
}

/** A listener that records its calls and replies to every event as `answer` says; undefined: not now. */
export class Ear implements SessionListener {
  readonly events: IncomingEvent[] = []
  readonly states: [number, number | undefined, string][] = []
  readonly statuses: [SessionStatus, CloseInfo | undefined][] = []
  session: Session | undefined
  answer: (event: IncomingEvent) => Outcome | undefined = () => ({ kind: 'done' })

  onEvent(event: IncomingEvent): void {
    this.events.push(event)
    const outcome = this.answer(event)
    if (outcome) this.session!.reply(event.sequence, outcome)
  }

  onState(version: number, base: number | undefined, payload: Uint8Array): void {
    this.states.push([version, base, String(payload)])
  }

  onStatus(status: SessionStatus, info?: CloseInfo): void {
    this.statuses.push([status, info])
  }

  get names(): string[] {
    return this.events.map(({ name }) => name)
  }
}

export const token = new Uint8Array(16).fill(7)

export function serverOptions(listener: SessionListener, limits?: Partial<SessionLimits>): ServerSessionOptions {
  return {
    clientId: 'ada',
    token,
    names: ['move', 'shout'],
    welcome: new Uint8Array([1, 2, 3]),
    listener,
    ...(limits && { limits }),
  }
}

export function clientOptions(
  listener: SessionListener,
  random: () => number,
  limits?: Partial<SessionLimits>,
): ClientSessionOptions {
  return { path: '/tag', random, listener, ...(limits && { limits }) }
}

/** A server's and a client's session with a simulated link between them, each flushed every 10 ms. */
export class Play {
  readonly clock = new VirtualClock()
  readonly random: () => number
  readonly serverEar = new Ear()
  readonly clientEar = new Ear()
  readonly client: ClientSession
  server: ServerSession
  link: SimulatedLink | undefined
  isFlushing = true

  constructor(
    seed = 1,
    readonly limits: Partial<SessionLimits> = {},
    more: Partial<ServerSessionOptions> = {},
  ) {
    this.random = createSeededRandom(seed)
    this.client = new ClientSession(clientOptions(this.clientEar, this.random, limits), 0)
    this.server = new ServerSession({ ...serverOptions(this.serverEar, limits), ...more }, 0)
    this.clientEar.session = this.client
    this.serverEar.session = this.server
    const tick = () => {
      this.tick()
      this.clock.schedule(10, tick)
    }
    this.clock.schedule(10, tick)
  }

  /** Lays a new line; the server takes the first packet for a hello. */
  connect(conditions: LinkConditions = perfectLink): void {
    this.cut()
    const link = new SimulatedLink(this.clock, this.random, conditions)
    this.link = link
    const [atClient, atServer] = link.ends
    let isAttached = false
    atServer.onBytes = (bytes) => {
      if (!isAttached) {
        isAttached = true
        this.server.attach(atServer, this.clock.now(), readHello(bytes))
      } else this.server.receive(bytes, this.clock.now())
    }
    atClient.onBytes = (bytes) => this.client.receive(bytes, this.clock.now())
    this.client.attach(atClient, this.clock.now())
    this.flush(this.client, atClient)
  }

  cut(): void {
    const { link } = this
    if (!link) return
    this.link = undefined
    for (const end of link.ends) end.onBytes = undefined
    link.cut()
    this.client.suspend(this.clock.now())
    this.server.suspend(this.clock.now())
  }

  /** Connects and lets the handshake happen. */
  meet(conditions: LinkConditions = perfectLink): void {
    this.connect(conditions)
    this.clock.advance(1000)
  }

  tick(): void {
    const now = this.clock.now()
    this.client.advance(now)
    this.server.advance(now)
    if (!this.link || !this.isFlushing) return
    this.flush(this.client, this.link.ends[0])
    this.flush(this.server, this.link.ends[1])
  }

  flush(session: Session, end: Transport): void {
    for (let packet = session.flush(this.clock.now()); packet; packet = session.flush(this.clock.now()))
      end.send(packet)
  }
}

/** What became of one event at its sender. */
export class Fate {
  acks: (Uint8Array | undefined)[] = []
  fails: string[] = []
  refusals: string[] = []

  options(retries: number): Parameters<Session['send']>[2] {
    return {
      retries,
      onAck: (payload) => this.acks.push(payload),
      onFail: (error) => {
        this.fails.push(error.code)
        if (error.refusal) this.refusals.push(error.refusal.code)
      },
    }
  }

  get calls(): number {
    return this.acks.length + this.fails.length
  }
}
