import { encodeDelta, GameStateStore } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import {
  closeCodes,
  encodeStateMessage,
  type Hello,
  joinedEvent,
  type Outcome,
  readHello,
  ServerSession,
  type SessionLimits,
  type Transport,
  writeRefusal,
} from '@tygase/protocol/internal'
import { createSeededRandom, type LinkConditions, SimulatedLink, type VirtualClock } from '@tygase/testkit/internal'

export const quickLink: LinkConditions = {
  latencyMs: 10,
  jitterMs: 0,
  loss: 0,
  duplicate: 0,
  reorder: 0,
  reliable: true,
}

export interface Board {
  count: number
  words: string[]
}

/** A server made of a bare session, in virtual time: it takes one client at a time and sends it the versions of a store every 50 ms. */
export class VirtualServer {
  readonly store = new GameStateStore<Board>({ count: 0, words: [] }, { maxVersions: 1000 })
  readonly events: { name: string; data: unknown; atMs: number }[] = []
  readonly clock: VirtualClock
  session: ServerSession | undefined
  link: SimulatedLink | undefined
  conditions = quickLink
  /** Transports that were opened to it. */
  dials = 0
  isUp = true
  /** Set: hellos are refused with it. */
  refusal: 'server_full' | 'refused' | undefined
  refusalReason = 'no room'
  /** The last one that came. */
  hello: Hello | undefined
  /** The welcome, and `$game` events. */
  info: Record<string, unknown> = {
    host: 'me',
    running: true,
    tickRate: 20,
    sendEveryTicks: 1,
    tick: 0,
    atMs: 1000,
    room: { kind: 'game', id: '1', maxClients: null, metadata: {} },
  }
  /** False: the join of a client does not run. */
  joins = true
  answer: (name: string, data: unknown) => Outcome | undefined = () => ({ kind: 'done' })
  /** Set: is sent in the place of a delta, once. */
  spoiledDelta: Uint8Array | undefined
  limits: Partial<SessionLimits> = {}
  #transport: Transport | undefined

  constructor(clock: VirtualClock) {
    this.clock = clock
    const turn = (): void => {
      this.session?.advance(clock.now())
      this.write()
      clock.schedule(50, turn)
    }
    clock.schedule(50, turn)
  }

  /** What a client is given to open transports. */
  readonly open = (): Transport => {
    this.dials++
    if (!this.isUp) throw new Error('nothing listens there')
    const link = new SimulatedLink(this.clock, createSeededRandom(this.dials), this.conditions)
    const transport = link.ends[1]
    this.link = link
    transport.onBytes = (bytes) => this.#greet(transport, bytes)
    return link.ends[0]
  }

  commit(count: number, ...words: string[]): void {
    const { state, version } = this.store
    this.store.commit({ count, words: [...state.words, ...words] }, version + 1)
  }

  send(name: string, data: unknown): void {
    const minVersion = this.store.version
    this.session?.send(name, encodeValue(data), { retries: Number.POSITIVE_INFINITY, minVersion }, this.clock.now())
  }

  close(code: 'kicked' | 'shutdown' | 'refused', reason: string): void {
    this.session?.close(code, reason, this.clock.now())
    this.#flush()
    this.#transport?.close(closeCodes[code].number, reason)
  }

  write(): void {
    const { session, store } = this
    if (session?.status !== 'connected') return
    const base = session.stateBase
    if (base !== store.version) {
      const delta = encodeDelta(base === undefined ? undefined : store.at(base), store.state)
      this.#transport?.send(encodeStateMessage(store.version, base, this.spoiledDelta ?? delta))
      this.spoiledDelta = undefined
      session.stateSent(store.version)
    }
    this.#flush()
  }

  #greet(transport: Transport, bytes: Uint8Array): void {
    if (this.refusal) {
      transport.send(writeRefusal(this.refusal, this.refusalReason))
      return transport.close(closeCodes[this.refusal].number, this.refusalReason)
    }
    const hello = readHello(bytes)
    this.hello = hello
    const now = this.clock.now()
    if (hello.resume === undefined) this.session = this.#newSession(now)
    const session = this.session
    if (session === undefined) return
    this.#transport = transport
    transport.onBytes = (packet) => session.receive(packet, this.clock.now())
    transport.onClose = () => session.suspend(this.clock.now())
    session.attach(transport, now, hello)
    if (hello.resume === undefined && this.joins) this.send(joinedEvent, undefined)
    this.#flush()
    this.write()
  }

  #newSession(now: number): ServerSession {
    const session: ServerSession = new ServerSession(
      {
        clientId: 'me',
        token: new Uint8Array(16),
        names: ['ping'],
        welcome: encodeValue(this.info),
        limits: this.limits,
        listener: {
          onEvent: ({ sequence, name, payload }) => {
            const data = decodeValue(payload)
            this.events.push({ name, data, atMs: this.clock.now() })
            const outcome = this.answer(name, data)
            if (outcome) session.reply(sequence, outcome)
          },
        },
      },
      now,
    )
    return session
  }

  #flush(): void {
    const now = this.clock.now()
    for (let packet = this.session?.flush(now); packet; packet = this.session?.flush(now)) this.#transport?.send(packet)
  }
}
