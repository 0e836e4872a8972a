import { applyDelta, GameStateStore } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import {
  ClientSession,
  type CloseInfo,
  type IncomingEvent,
  type Outcome,
  type SessionStatus,
  type Transport,
} from '@tygase/protocol'
import { createSeededRandom, type VirtualClock } from '@tygase/testkit/internal'

const flushMs = 10

/** A client made of a bare session, in virtual time: says hello at once, keeps a replica, acks every event. */
export class VirtualClient<State extends object = object> {
  readonly session: ClientSession
  readonly events: { name: string; data: unknown; atVersion: number | undefined }[] = []
  /** The client's own events whose rules have sent the `events`, place by place. */
  readonly origins: IncomingEvent['origin'][] = []
  readonly statuses: [SessionStatus, CloseInfo | undefined][] = []
  /** The versions that came, with the base of each. */
  readonly states: { version: number; base: number | undefined }[] = []
  /** Undefined: never. */
  answer: (name: string, data: unknown) => Outcome | undefined = () => ({ kind: 'done' })
  store: GameStateStore<State> | undefined
  closedWith: number | undefined
  #transport: Transport | undefined
  readonly #clock: VirtualClock

  constructor(
    clock: VirtualClock,
    transport: Transport,
    seed = 1,
    path = '/',
    credentials: Uint8Array = new Uint8Array(0),
    rejoin?: ClientSession['secret'],
  ) {
    this.#clock = clock
    this.session = new ClientSession(
      {
        path,
        credentials,
        rejoin,
        random: createSeededRandom(seed),
        listener: {
          onEvent: ({ sequence, name, payload, origin }) => {
            const data = decodeValue(payload)
            this.events.push({ name, data, atVersion: this.store?.version })
            this.origins.push(origin)
            const outcome = this.answer(name, data)
            if (outcome) this.session.reply(sequence, outcome)
          },
          onState: (version, base, payload) => this.#takeState(version, base, payload),
          onStatus: (status, info) => this.statuses.push([status, info]),
        },
      },
      clock.now(),
    )
    this.attach(transport)
    this.#loop()
  }

  attach(transport: Transport): void {
    this.#transport = transport
    transport.onBytes = (bytes) => this.session.receive(bytes, this.#clock.now())
    transport.onClose = (code) => {
      this.closedWith = code
      this.session.suspend(this.#clock.now())
    }
    this.session.attach(transport, this.#clock.now())
    this.flush()
  }

  send(name: string, data?: unknown, retries = 0): Promise<unknown> {
    const answer = new Promise((resolve, reject) => {
      const onAck = (payload: Uint8Array | undefined): void => resolve(payload && decodeValue(payload))
      this.session.send(name, encodeValue(data), { retries, onAck, onFail: reject }, this.#clock.now())
    })
    // whoever does not look at the answer does not mind that it fails
    answer.catch(() => {})
    this.flush()
    return answer
  }

  /** Sends bytes as they are. */
  sendRaw(bytes: Uint8Array): void {
    this.#transport?.send(bytes)
  }

  /** The events that are the game's own. */
  get heard(): unknown[] {
    return this.events.filter(({ name }) => !name.startsWith('$')).map(({ data }) => data)
  }

  flush(): void {
    const now = this.#clock.now()
    for (let packet = this.session.flush(now); packet; packet = this.session.flush(now)) this.#transport?.send(packet)
  }

  #loop(): void {
    this.#clock.schedule(flushMs, () => {
      this.session.advance(this.#clock.now())
      this.flush()
      if (this.session.status !== 'closed') this.#loop()
    })
  }

  #takeState(version: number, base: number | undefined, payload: Uint8Array): void {
    this.states.push({ version, base })
    if (this.store === undefined) {
      const state = applyDelta<State>(undefined, payload) as State
      this.store = new GameStateStore(state, { firstVersion: version })
    } else if (version > this.store.version) {
      const from = base === undefined ? undefined : this.store.at(base)
      if (base === undefined || from !== undefined) this.store.commit(applyDelta<State>(from, payload), version)
    }
    this.session.stateHeld(this.store.version)
  }
}
