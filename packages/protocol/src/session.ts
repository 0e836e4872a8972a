import { ByteWriter } from '@tygase/gamestate/bytes'
import { ClientHandshake, createHello, equalsSecret, handshakeTimeoutOf } from './client-handshake.js'
import { type CloseCode, closeCodes } from './close-codes.js'
import { ownInfo, peerInfo } from './close-info.js'
import { ProtocolError } from './errors.js'
import { Exchange } from './exchange.js'
import { limitsOf, type SessionLimits } from './limits.js'
import type { Hello } from './messages/hello-message.js'
import { type Message, messagesOf, type Role, writeMessage } from './messages/messages.js'
import { readPacket, refuseHandshake } from './packet.js'
import { ServerHandshake } from './server-handshake.js'
import type {
  ClientSessionOptions,
  CloseInfo,
  Outcome,
  SendOptions,
  ServerSessionOptions,
  SessionListener,
  SessionStats,
  SessionStatus,
} from './session-types.js'

/** How long a CLOSE waits for a flush before the session is closed without. */
const closeFlushMs = 1000

/**
 * One side of a session: a state machine that takes packets and the caller's wishes and gives packets and calls. It holds
 * no transport and no clock; every `now` is in milliseconds of one clock that never goes back.
 *
 * After `receive`, `send`, `settle`, `advance` and whatever else may have left something to say, `flush` gives the next
 * packet. A peer's mistake closes the session with its code; a caller's mistake throws.
 *
 * Invariants: `#transport` is set while packets may come and go; `#handshake` is set exactly while a client waits for the
 * answer to its hello; time counts for events while the status is `connected`.
 */
export class Session {
  readonly #listener: SessionListener
  /** At a client what its hellos say. */
  readonly #client: ClientSessionOptions | undefined
  readonly #role: Role
  readonly #limits: SessionLimits
  readonly #startMs: number
  readonly #exchange: Exchange
  readonly #writer = new ByteWriter()
  readonly #counts = { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0 }
  #clientId: string | undefined
  #token = new Uint8Array(0)
  #welcome: Uint8Array | undefined
  #graceMs: number
  #status: SessionStatus = 'connecting'
  #closeInfo: CloseInfo | undefined
  #transport: { readonly reliable: boolean } | undefined
  #handshake: ClientHandshake | undefined
  #answer: ServerHandshake | undefined
  #isFlushDue = false
  #graceAt = Number.POSITIVE_INFINITY
  #closeAt = Number.POSITIVE_INFINITY

  /** A session of a server. `attach` follows, with the hello that it answers. */
  static server(options: ServerSessionOptions, now: number): Session {
    const session = new Session('server', options, undefined, now)
    session.#clientId = options.clientId
    session.#token = options.token.slice()
    session.#welcome = options.welcome
    session.#exchange.setNames(options.names)
    return session
  }

  /** A session of a client. `attach` follows as soon as there is a transport. */
  static client(options: ClientSessionOptions, now: number): Session {
    return new Session('client', options, options, now)
  }

  private constructor(
    role: Role,
    options: { limits?: Partial<SessionLimits>; listener: SessionListener },
    client: ClientSessionOptions | undefined,
    now: number,
  ) {
    this.#role = role
    this.#listener = options.listener
    this.#client = client
    this.#limits = limitsOf(role, options.limits)
    this.#graceMs = this.#limits.graceMs
    this.#startMs = now
    const owner = { role, listener: options.listener, limits: this.#limits, isLive: () => this.#isLive }
    this.#exchange = new Exchange(owner, now)
  }

  /** Public: other clients may know it. At a client undefined until it is connected for the first time. */
  get clientId(): string | undefined {
    return this.#clientId
  }

  get status(): SessionStatus {
    return this.#status
  }

  /** Why the session ends or ended; undefined while it lives. */
  get closeInfo(): CloseInfo | undefined {
    return this.#closeInfo
  }

  /** The event names that travel as a number. At a client empty until it is connected for the first time. */
  get names(): readonly string[] {
    return this.#exchange.names
  }

  /** What the server's layer above put into the welcome. At a client undefined until it is connected. */
  get welcome(): Uint8Array | undefined {
    return this.#welcome
  }

  /** Server: the version that the next delta may start from; undefined when only a snapshot will do. */
  get stateBase(): number | undefined {
    return this.#exchange.state.base
  }

  /** Smoothed round-trip time. This and the two below are undefined until measured, some round trips after connecting. */
  get rttMs(): number | undefined {
    return this.#exchange.roundTrip.rttMs
  }

  /** How much round-trip times differ from the smoothed one, smoothed. */
  get jitterMs(): number | undefined {
    return this.#exchange.roundTrip.jitterMs
  }

  /** What to add to this side's `now` to get the peer's. */
  get clockOffsetMs(): number | undefined {
    return this.#exchange.roundTrip.clockOffsetMs
  }

  get stats(): Readonly<SessionStats> {
    return { ...this.#counts, ...this.#exchange.counts }
  }

  /** Whether somebody who wants to resume knows the secret. Takes equally long for every answer. */
  matchesToken(token: Uint8Array): boolean {
    return equalsSecret(this.#token, token)
  }

  /**
   * A transport is there, the first one or one to go on with. A client queues its hello. A server has read and checked the
   * hello, token included, and queues the welcome. An older transport is let go of; its owner closes it.
   * Throws `session_closed` after the end, `invalid_argument` for a server without a hello.
   */
  attach(transport: { reliable: boolean }, now: number, hello?: Hello): void {
    if (!this.#isLive) throw new ProtocolError('session_closed', 'the session has ended')
    if (this.#role === 'server' && !hello) throw new ProtocolError('invalid_argument', 'a server needs a hello')
    this.#transport = { reliable: transport.reliable }
    this.#isFlushDue = false
    this.#exchange.attach(transport.reliable, hello?.heldVersion, now)
    if (hello) this.#acceptHello(hello, now)
    else if (this.#client) this.#ask(this.#client, transport.reliable, now)
  }

  /** The transport is gone. A connected session is suspended and waits for another one. */
  suspend(now: number): void {
    this.#drop('transport_lost', now)
  }

  /** A packet has come. Never throws for what is in it: a violation closes the session with its code. */
  receive(packet: Uint8Array, now: number): void {
    if (!this.#transport || !this.#isLive) return
    this.#counts.packetsIn++
    this.#counts.bytesIn += packet.length
    this.#exchange.timers.received(now)
    const peer = this.#role === 'server' ? 'client' : 'server'
    const messages = this.#guard(now, () => readPacket(packet, peer, this.#limits))
    if (messages === undefined) return
    const isAnswer = this.#handshake !== undefined
    if (this.#handshake && !this.#takeAnswer(this.#handshake, messages, now)) return
    const checked = this.#guard(now, () => {
      if (!isAnswer) this.#checkHandshakeIsOver(messages)
      return this.#exchange.check(messages)
    })
    if (checked === undefined) return
    this.#exchange.act(checked, now)
    const [closing] = messagesOf(messages, 'close')
    if (closing && this.#isLive) this.#end('closed', peerInfo(closing), now)
  }

  /**
   * @returns the packet to send now, or undefined for nothing. Call it again for more when there is more than one packet
   * may hold. The bytes are the caller's.
   */
  flush(now: number): Uint8Array | undefined {
    if (!this.#transport) return undefined
    const writer = this.#writer
    writer.reset()
    this.#isFlushDue = false
    let hasTime = false
    if (this.#status === 'disconnecting') this.#writeEnd(now)
    else if (this.#handshake) {
      const hello = this.#handshake.take(now)
      if (hello) writeMessage(writer, hello)
    } else {
      const welcome = this.#answer?.take()
      if (welcome) writeMessage(writer, welcome)
      hasTime = this.#exchange.write(writer, now)
    }
    if (writer.length === 0) return undefined
    const packet = writer.finish()
    this.#exchange.timers.sent(now, hasTime)
    this.#counts.packetsOut++
    this.#counts.bytesOut += packet.length
    return packet
  }

  /** Lets time pass. `flush` afterwards. */
  advance(now: number): void {
    if (this.#status === 'disconnecting' && now >= this.#closeAt) this.#end('closed', this.#closeInfo!, now)
    if (this.#status === 'suspended' && now >= this.#graceAt) this.#end('closed', ownInfo('grace_over'), now)
    if (!this.#transport || !this.#isLive) return
    if (this.#handshake) {
      if (now >= this.#handshake.timeoutAt) return this.#giveUpHandshake(ownInfo('handshake_timeout'), now)
    } else if (now >= this.#exchange.timers.idleAt) return this.#drop('idle', now)
    else this.#exchange.advance(now)
    this.#isFlushDue ||= now >= this.#flushAt
  }

  /** When `advance` has to be called at the latest; Infinity for never. */
  nextDeadline(): number {
    if (this.#status === 'closed') return Number.POSITIVE_INFINITY
    if (this.#status === 'disconnecting') return this.#closeAt
    const graceAt = this.#status === 'suspended' ? this.#graceAt : Number.POSITIVE_INFINITY
    if (!this.#transport) return graceAt
    // what waits for a flush has been seen: naming it again would keep a caller busy whose transport is full
    const flushAt = this.#isFlushDue ? Number.POSITIVE_INFINITY : this.#flushAt
    if (this.#handshake) return Math.min(graceAt, this.#handshake.timeoutAt, flushAt)
    return Math.min(this.#exchange.timers.idleAt, this.#exchange.dueAt, flushAt)
  }

  /**
   * Queues an event. `payload` must not be changed afterwards.
   * @returns its sequence. Throws `session_closed`, `not_connected` (a client before its first welcome), `event_too_large`,
   * `queue_full`, `invalid_argument`; neither `onAck` nor `onFail` is called then.
   */
  send(name: string, payload: Uint8Array, options: SendOptions, now: number): number {
    if (!this.#isLive) throw new ProtocolError('session_closed', 'the session has ended')
    if (this.#clientId === undefined) throw new ProtocolError('not_connected', 'the session has not begun yet')
    return this.#exchange.send(name, payload, options, now)
  }

  /**
   * Says how the handler of an event ended; once for each `onEvent`. Does nothing after the end of the session.
   * Throws `invalid_argument` for an event that does not wait for it, `event_too_large` for an outcome above
   * `maxEventBytes` (the event waits on).
   */
  settle(sequence: number, outcome: Outcome): void {
    if (this.#status === 'closed') return
    this.#exchange.settle(sequence, outcome)
  }

  /** Ends the session from this side: what waits fails with `session_closed`, and the next `flush` tells the peer. */
  close(code: CloseCode, reason: string, now: number): void {
    if (!this.#isLive) return
    const info = ownInfo(code, reason)
    const canTell = this.#transport !== undefined && this.#handshake?.hasSent !== false
    this.#closeAt = now + closeFlushMs
    this.#end(canTell ? 'disconnecting' : 'closed', info, now)
  }

  /** Server: a STATE message for `version` has gone to the transport. */
  stateSent(version: number): void {
    this.#exchange.state.sent(version)
  }

  /**
   * Client: the replica is at `version` now, or cannot take deltas any more (undefined, which asks for a snapshot). Hands
   * out the events that waited for it.
   */
  stateHeld(version: number | undefined): void {
    this.#exchange.state.hold(version)
    this.#exchange.deliver()
  }

  get #isLive(): boolean {
    return this.#status !== 'disconnecting' && this.#status !== 'closed'
  }

  get #flushAt(): number {
    return this.#handshake ? this.#handshake.resendAt : this.#exchange.flushAt
  }

  /** Runs what only the peer can make fail. @returns undefined when it did: the session is closed then */
  #guard<T>(now: number, check: () => T): T | undefined {
    try {
      return check()
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error
      this.close(error.code in closeCodes ? (error.code as CloseCode) : 'malformed', error.message, now)
      return undefined
    }
  }

  /** Client: the session begins, or goes on, when the welcome comes. */
  #ask(client: ClientSessionOptions, isReliable: boolean, now: number): void {
    this.#drop('replaced', now)
    this.#transport = { reliable: isReliable }
    const hello = createHello(client, {
      resume: this.#clientId === undefined ? undefined : { clientId: this.#clientId, token: this.#token },
      heldVersion: this.#exchange.state.held,
      receivedThrough: this.#exchange.receivedThrough,
      startMs: this.#startMs,
    })
    this.#handshake = new ClientHandshake(hello, isReliable, now + handshakeTimeoutOf(hello, client, this.#limits))
  }

  /** Server: the session begins, or goes on. */
  #acceptHello(hello: Hello, now: number): void {
    const resumed = this.#answer !== undefined
    this.#answer = new ServerHandshake(hello, {
      resumed,
      clientId: this.#clientId!,
      token: this.#token,
      startMs: this.#startMs,
      terms: this.#limits,
      receivedThrough: this.#exchange.receivedThrough,
      names: this.names,
      payload: this.#welcome!,
    })
    this.#begin(hello.startMs, resumed ? hello.receivedThrough : undefined, now)
  }

  /** Client: what comes before the answer to the hello is not for this session yet. @returns whether to read on */
  #takeAnswer(handshake: ClientHandshake, messages: Message[], now: number): boolean {
    const [welcome] = messagesOf(messages, 'welcome')
    const [ending] = [...messagesOf(messages, 'refuse'), ...messagesOf(messages, 'close')]
    if (ending && !welcome) this.#giveUpHandshake(peerInfo(ending), now)
    if (!welcome || !handshake.isAnsweredBy(welcome.attempt)) return false
    if (handshake.wantsResume && !(welcome.resumed && welcome.clientId === this.#clientId)) {
      this.close('resume_failed', '', now)
      return false
    }
    this.#handshake = undefined
    this.#clientId = welcome.clientId
    this.#token = welcome.token.slice()
    this.#welcome = welcome.payload
    this.#graceMs = welcome.terms.graceMs
    this.#exchange.setNames(welcome.names)
    this.#exchange.adopt(welcome.terms)
    this.#begin(welcome.startMs, welcome.resumed ? welcome.receivedThrough : undefined, now)
    return this.#isLive
  }

  #begin(peerStartMs: number, receivedThrough: number | undefined, now: number): void {
    if (!this.#guard(now, () => this.#exchange.checkReceived(receivedThrough ?? 0))) return
    this.#graceAt = Number.POSITIVE_INFINITY
    this.#setStatus('connected')
    // a callback of the status may have ended the session
    if (this.#isLive) this.#exchange.begin(peerStartMs, receivedThrough, now)
  }

  /** What belongs to a handshake that is over may come once more, but not over a reliable transport. */
  #checkHandshakeIsOver(messages: Message[]): void {
    if (this.#transport?.reliable) refuseHandshake(messages)
    for (const { hello } of messagesOf(messages, 'hello')) this.#answer?.repeat(hello)
  }

  #giveUpHandshake(info: CloseInfo, now: number): void {
    if (!this.#handshake?.mayTryAgain(info.code)) return this.#end('closed', info, now)
    this.#transport = undefined
    this.#handshake = undefined
    this.#listener.onStatus?.('suspended', info)
  }

  /** The transport is gone, whoever noticed. */
  #drop(code: CloseCode, now: number): void {
    this.#transport = undefined
    this.#handshake = undefined
    if (this.#status === 'disconnecting') this.#end('closed', this.#closeInfo!, now)
    if (this.#status !== 'connected') return
    this.#exchange.stop(now)
    this.#graceAt = now + this.#graceMs
    this.#setStatus('suspended', ownInfo(code))
  }

  #writeEnd(now: number): void {
    const { code, reason } = this.#closeInfo!
    if (!this.#handshake && !this.#answer?.isDue) this.#exchange.writeAck(this.#writer, now)
    writeMessage(this.#writer, { kind: 'close', code, reason })
    this.#end('closed', this.#closeInfo!, now)
  }

  #end(status: 'disconnecting' | 'closed', info: CloseInfo, now: number): void {
    this.#closeInfo = info
    if (status === 'closed') this.#transport = undefined
    this.#exchange.stop(now)
    this.#setStatus(status, info)
    this.#exchange.end(info.reason)
  }

  #setStatus(status: SessionStatus, info?: CloseInfo): void {
    if (this.#status === status) return
    this.#status = status
    this.#listener.onStatus?.(status, info)
  }
}
