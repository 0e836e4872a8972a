import { applyDelta, GameStateStore } from '@tygase/gamestate'
import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { ClientSession, type CloseInfo, closeCodeOf, type SessionStatus } from '@tygase/protocol/internal'
import { createSeededRandom } from '@tygase/testkit/internal'
import { onTestFinished } from 'vitest'
import { type ClientOptions, WebSocket } from 'ws'

const flushMs = 20
let seed = 1

/**
 * A client made of a bare session over a WebSocket. It joins and keeps a replica as it should, and sends any other bytes that a
 * test wants.
 */
export class LooseClient {
  readonly socket: WebSocket
  readonly session: ClientSession
  /** Every packet that came, first to last. */
  readonly packetsIn: Uint8Array[] = []
  /** Every packet that its session has sent. */
  readonly packetsOut: Uint8Array[] = []
  /** Resolves with the code that the server closed the WebSocket with; a number if the code is not one of ours. */
  readonly closed: Promise<string>
  store: GameStateStore<object> | undefined
  #closedWith: CloseInfo | undefined

  /** @returns once it has joined, or has been refused */
  static async join(url: string, options: ClientOptions = {}, path = '/'): Promise<LooseClient> {
    const client = new LooseClient(url, options, path)
    await client.settled
    return client
  }

  readonly settled: Promise<void>

  constructor(url: string, options: ClientOptions = {}, path = '/') {
    let settle = (): void => {}
    this.settled = new Promise((resolve) => {
      settle = resolve
    })
    const listener = {
      onEvent: ({ name, sequence }: { name: string; sequence: number }) => {
        this.session.reply(sequence, { kind: 'done' })
        if (name === '$joined') settle()
      },
      onState: (version: number, base: number | undefined, payload: Uint8Array) => this.#take(version, base, payload),
      onStatus: (status: SessionStatus) => void (status === 'closed' && settle()),
    }
    // a server that slows it on a busy machine must not make its events fail
    const limits = { ackTimeoutMs: 30_000 }
    this.session = new ClientSession({ path, random: createSeededRandom(seed++), listener, limits }, this.#now)
    this.socket = new WebSocket(url, { perMessageDeflate: false, ...options })
    onTestFinished(() => this.socket.terminate())
    this.socket.on('error', () => {})
    this.socket.on('open', () => {
      this.session.attach({ reliable: true }, this.#now)
      this.flush()
    })
    this.socket.on('message', (data) => {
      this.packetsIn.push(data as Buffer)
      this.session.receive(data as Buffer, this.#now)
      this.flush()
    })
    const timer = setInterval(() => {
      this.session.advance(this.#now)
      this.flush()
    }, flushMs)
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => {
        clearInterval(timer)
        this.#closedWith = { code: closeCodeOf(code), reason: reason.toString(), byPeer: true }
        this.session.suspend(this.#now)
        settle()
        resolve(code < 4000 ? `${code}` : closeCodeOf(code))
      })
    })
  }

  get status(): SessionStatus {
    return this.session.status
  }

  /** The end of the session, or else of the socket. */
  get closeInfo(): CloseInfo | undefined {
    return this.session.closeInfo ?? this.#closedWith
  }

  get clientId(): string {
    return this.session.clientId ?? ''
  }

  /** Sends an event. @returns the result of the handler; rejects with the refusal or failure */
  request(name: string, data?: unknown): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const onAck = (payload: Uint8Array | undefined): void => resolve(payload && decodeValue(payload))
      this.session.send(name, encodeValue(data), { onAck, onFail: reject }, this.#now)
      this.flush()
    })
  }

  /** Sends an event with any payload. */
  sendPayload(name: string, payload: Uint8Array): void {
    this.session.send(name, payload, {}, this.#now)
    this.flush()
  }

  /** Sends bytes as they are. */
  sendRaw(...packets: Uint8Array[]): void {
    for (const packet of packets) this.socket.send(packet)
  }

  flush(): void {
    if (this.socket.readyState !== this.socket.OPEN) return
    const now = this.#now
    for (let packet = this.session.flush(now); packet; packet = this.session.flush(now)) {
      this.packetsOut.push(packet)
      this.socket.send(packet)
    }
  }

  get #now(): number {
    return performance.now()
  }

  #take(version: number, base: number | undefined, payload: Uint8Array): void {
    const { store } = this
    if (store === undefined || base === undefined) {
      this.store = new GameStateStore(applyDelta<object>(undefined, payload) as object, { firstVersion: version })
    } else store.commit(applyDelta<object>(store.at(base), payload), version)
    this.session.stateHeld(version)
  }
}
