import type { Clock, Logger } from '@tygase/gamestate'
import {
  type CloseCode,
  type CloseInfo,
  closeCodeOf,
  closeCodes,
  createClientSession,
  type IncomingEvent,
  type Outcome,
  type SendOptions,
  type Session,
  type SessionLimits,
  type SessionStatus,
  type Transport,
} from '@tygase/protocol'
import { Backoff } from './backoff.js'
import { FlushSchedule } from './flush-schedule.js'
import type { TransportSource } from './transport-source.js'

export interface SessionLinkOptions {
  clock: Clock
  random: () => number
  logger: Logger
  limits: Partial<SessionLimits>
  reconnect: boolean
  flushIntervalMs: number
  firstHandshakeTimeoutMs: number
  credentials: Uint8Array
}

/** What the link tells the connection. */
export interface SessionLinkListener {
  onEvent(event: IncomingEvent): void
  onState(version: number, base: number | undefined, payload: Uint8Array): void
  onStatus(status: SessionStatus, info: CloseInfo | undefined): void
}

/** How long `close` waits for the transport to have closed. */
const closeWaitMs = 1000

/**
 * Keeps a client's session going: opens transports for it one after the other, runs its timers, and decides when to flush.
 *
 * Invariant: at any time at most one of these is there: a transport, an attempt to open one, a timer for the next attempt.
 */
export class SessionLink {
  readonly session: Session
  readonly #source: TransportSource
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #reconnect: boolean
  readonly #listener: SessionLinkListener
  readonly #backoff: Backoff
  readonly #flushes: FlushSchedule
  #transport: Transport | undefined
  #attempt: AbortController | undefined
  #cancelAttempt: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  #timerAtMs = Number.POSITIVE_INFINITY
  /** Why the transport has gone, as the transport had it: more than the session knows. */
  #lossInfo: CloseInfo | undefined

  constructor(source: TransportSource, options: SessionLinkOptions, listener: SessionLinkListener) {
    const { clock, random, logger, limits, reconnect, flushIntervalMs, firstHandshakeTimeoutMs, credentials } = options
    this.#source = source
    this.#clock = clock
    this.#logger = logger
    this.#reconnect = reconnect
    this.#listener = listener
    this.#backoff = new Backoff(random)
    this.#flushes = new FlushSchedule(clock, flushIntervalMs, () => this.#flush())
    const own = {
      onEvent: (event: IncomingEvent) => listener.onEvent(event),
      onState: (version: number, base: number | undefined, payload: Uint8Array) =>
        listener.onState(version, base, payload),
      onStatus: (status: SessionStatus, info?: CloseInfo) => this.#onStatus(status, info),
    }
    this.session = createClientSession(
      { path: source.path, credentials, random, firstHandshakeTimeoutMs, limits, listener: own },
      clock.now(),
    )
    this.#open()
  }

  /** Whether what is sent arrives in order. */
  get reliable(): boolean {
    return this.#transport?.reliable ?? false
  }

  /** @param urgent does not wait for the flush interval. Throws as `Session.send` does. */
  send(name: string, payload: Uint8Array, options: SendOptions, urgent: boolean): void {
    this.session.send(name, payload, options, this.#clock.now())
    if (urgent) this.#flushes.now()
    else this.#flushes.request()
  }

  settle(sequence: number, outcome: Outcome): void {
    this.session.settle(sequence, outcome)
    this.#flushes.request()
  }

  /** Ends the session, telling the server at once. @returns when the transport has closed, or has taken too long */
  close(code: CloseCode, reason: string): Promise<void> {
    const transport = this.#transport
    const closed =
      transport === undefined
        ? Promise.resolve()
        : new Promise<void>((resolve) => {
            const cancel = this.#clock.schedule(closeWaitMs, resolve)
            transport.onClose = () => {
              cancel()
              resolve()
            }
          })
    this.#work(() => this.session.close(code, reason, this.#clock.now()))
    return closed
  }

  /** Runs what may change the session and does what follows from it. */
  #work(work: () => void): void {
    try {
      work()
    } catch (error) {
      this.#logger.error({ err: error }, 'the session failed')
    }
    this.#settleTransport()
    this.#setTimer()
  }

  #open(): void {
    const attempt = new AbortController()
    this.#attempt = attempt
    const fail = (error: unknown): void => {
      if (this.#attempt !== attempt) return
      this.#attempt = undefined
      this.#logger.debug({ err: error }, 'no transport to the server')
      this.#openLater()
    }
    let opened: Transport | Promise<Transport>
    try {
      opened = this.#source.open(attempt.signal)
    } catch (error) {
      return fail(error)
    }
    if (!(opened instanceof Promise)) return this.#attach(opened)
    opened.then((transport) => {
      if (this.#attempt === attempt) this.#attach(transport)
      else this.#close(transport, 'disconnected', closeCodes.disconnected.reason)
    }, fail)
  }

  #openLater(): void {
    if (this.session.status === 'closed') return
    this.#cancelAttempt = this.#clock.schedule(this.#backoff.nextMs(), () => {
      this.#cancelAttempt = undefined
      this.#open()
    })
    this.#setTimer()
  }

  #attach(transport: Transport): void {
    this.#attempt = undefined
    this.#transport = transport
    transport.onBytes = (bytes) => {
      if (this.#transport !== transport) return
      this.#work(() => this.session.receive(bytes, this.#clock.now()))
      this.#flushes.request()
    }
    transport.onClose = (code, reason) => {
      if (this.#transport !== transport) return
      this.#lossInfo = { code: closeCodeOf(code), reason, byPeer: true }
      this.#transport = undefined
      this.#work(() => this.session.suspend(this.#clock.now()))
      this.#lossInfo = undefined
      this.#afterLoss()
    }
    this.#work(() => this.session.attach(transport, this.#clock.now()))
    this.#flushes.now()
  }

  /** The session lives and has no transport. */
  #afterLoss(): void {
    const { status } = this.session
    if (status === 'connecting') this.#openLater()
    if (status !== 'suspended') return
    if (this.#reconnect) this.#openLater()
    else this.#work(() => this.session.close('transport_lost', '', this.#clock.now()))
  }

  #onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected') this.#backoff.reset()
    if ((status === 'suspended' || status === 'connecting') && this.#transport !== undefined) {
      // the session gave the transport up: nothing came over it for too long, or a refusal that may pass
      const transport = this.#transport
      this.#transport = undefined
      const code = info?.code ?? 'idle'
      this.#close(transport, code, closeCodes[code].reason)
      this.#clock.schedule(0, () => this.#afterLoss())
    }
    this.#listener.onStatus(status, this.#lossInfo ?? info)
  }

  /** A session that has ended says its last word and lets go of everything. */
  #settleTransport(): void {
    const { status, closeInfo } = this.session
    if (status !== 'disconnecting' && status !== 'closed') return
    this.#flush()
    const transport = this.#transport
    this.#transport = undefined
    this.#attempt?.abort()
    this.#attempt = undefined
    this.#cancelAttempt?.()
    this.#flushes.stop()
    const { code, reason } = closeInfo ?? { code: 'disconnected' as const, reason: closeCodes.disconnected.reason }
    if (transport !== undefined) this.#close(transport, code, reason)
  }

  /** @returns whether there was anything to send */
  #flush(): boolean {
    const transport = this.#transport
    if (transport === undefined) return false
    let hasSent = false
    const now = this.#clock.now()
    try {
      for (let packet = this.session.flush(now); packet !== undefined; packet = this.session.flush(now)) {
        transport.send(packet)
        hasSent = true
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'a transport failed')
      this.#lose(transport)
    }
    this.#setTimer()
    return hasSent
  }

  /** What a transport that has failed took of a packet nobody knows: the session finds out when it resumes over another one. */
  #lose(transport: Transport): void {
    if (this.#transport !== transport) return
    this.#transport = undefined
    this.#work(() => this.session.suspend(this.#clock.now()))
    this.#close(transport, 'transport_lost', closeCodes.transport_lost.reason)
    this.#afterLoss()
  }

  #close(transport: Transport, code: CloseCode, reason: string): void {
    try {
      transport.close(closeCodes[code].number, reason)
    } catch (error) {
      this.#logger.warn({ err: error }, 'a transport failed')
    }
  }

  #setTimer(): void {
    const deadlineMs = this.session.nextDeadline()
    if (deadlineMs === this.#timerAtMs) return
    this.#cancelTimer?.()
    this.#cancelTimer = undefined
    this.#timerAtMs = deadlineMs
    if (deadlineMs === Number.POSITIVE_INFINITY) return
    this.#cancelTimer = this.#clock.schedule(Math.max(0, deadlineMs - this.#clock.now()), () => {
      this.#timerAtMs = Number.POSITIVE_INFINITY
      this.#work(() => this.session.advance(this.#clock.now()))
      this.#flush()
    })
  }
}
