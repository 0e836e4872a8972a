import type { Clock, Logger } from '@tygase/gamestate'
import { isThenable, watch } from '@tygase/gamestate/internal'
import {
  type ClientLimits,
  ClientSession,
  type CloseCode,
  type CloseInfo,
  closeCodeOf,
  closeNumbers,
  type IncomingEvent,
  longAgo,
  never,
  type Outcome,
  ownReason,
  type SendOptions,
  type SessionStatus,
  type Transport,
} from '@tygase/protocol/internal'
import type { Attempt } from './opening.js'
import type { TransportSource } from './transport-source.js'

export interface SessionLinkOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly limits: Partial<ClientLimits>
  readonly reconnect: boolean
  readonly flushIntervalMs: number
  readonly timeoutMs: number
  readonly credentials: Uint8Array
}

export interface SessionLinkListener {
  onEvent(event: IncomingEvent): void
  onState(version: number, base: number | undefined, payload: Uint8Array): void
  onStatus(status: SessionStatus, info: CloseInfo | undefined): void
  onAttempt(attempt: Attempt): void
}

/** How long `close` waits for the transport to close. */
const closeWaitMs = 1000
/** A timer that is this late was held back: browsers do that for up to a minute in pages in the background. */
const lateMs = 20

/**
 * Keeps a client's session going: opens transports for it one after the other, runs its timers, and decides when to flush.
 *
 * Invariant: at any time at most one of these exists: a transport, an attempt to open one, a timer for the next attempt.
 */
export class SessionLink {
  readonly session: ClientSession
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
  /** Packets that have come since `pause`. Undefined while the session is not paused. */
  #waiting: [transport: Transport, bytes: Uint8Array][] | undefined
  #timerAtMs = never
  /** Why the transport was lost, in the words of the transport: it knows more than the session. */
  #lossInfo: CloseInfo | undefined

  /** From the last hello to its welcome; undefined before the first welcome. */
  handshakeMs: number | undefined
  #openMs: number | undefined

  constructor(source: TransportSource, options: SessionLinkOptions, listener: SessionLinkListener) {
    const { clock, random, logger, limits, reconnect, flushIntervalMs, timeoutMs, credentials } = options
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
    // the first answer may take all of the time; a resume whose answer is lost is better tried again soon
    this.session = new ClientSession(
      { path: source.path, credentials, random, firstHandshakeTimeoutMs: timeoutMs, limits, listener: own },
      clock.now(),
    )
  }

  /** Opens the first transport. */
  start(): void {
    this.#open()
  }

  /** Whether messages arrive in order. */
  get isReliable(): boolean {
    return this.#transport?.reliable ?? false
  }

  /**
   * @param withinMs the longest that the event may wait for the flush interval; 0: not at all. Default: the whole interval
   * @returns the event's sequence. Throws as `Session.send` does.
   */
  send(name: string, payload: Uint8Array, options: SendOptions, withinMs?: number): number {
    const sequence = this.session.send(name, payload, options, this.#clock.now())
    if (withinMs === 0) this.#flushes.now()
    else this.#flushes.request(withinMs)
    return sequence
  }

  /** Sends the outcome of a server's event. Throws as `Session.settle` does. */
  reply(sequence: number, outcome: Outcome): void {
    this.session.reply(sequence, outcome)
    this.#flushes.request()
  }

  /** To be called in `onState`: the state cannot be read yet. All that follows it waits until `resume`, in its order. */
  pause(): void {
    this.#waiting = []
    this.session.holdBack()
  }

  /** @param takeState takes the state that could not be read. It is not called if the session has ended meanwhile */
  resume(takeState: () => void): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    if (this.session.status === 'closed') return
    this.#work(takeState)
    for (const [transport, bytes] of waiting) this.#receive(transport, bytes)
  }

  /** Ends the session and sends that at once. @returns when the transport has closed, or after `closeWaitMs` */
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

  /** Runs work that may change the session, and brings transport and timers in line with it. */
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
      this.#logger.debug({ err: error }, 'an attempt to connect failed')
      this.#listener.onAttempt({ kind: 'failed', error })
      this.#openLater()
    }
    let opened: Transport | PromiseLike<Transport>
    try {
      opened = this.#source.open(attempt.signal)
    } catch (error) {
      return fail(error)
    }
    if (!isThenable(opened)) return this.#attach(opened)
    Promise.resolve(opened).then((transport) => {
      if (this.#attempt === attempt) this.#attach(transport)
      else this.#close(transport, 'disconnected')
    }, fail)
  }

  #receive(transport: Transport, bytes: Uint8Array): void {
    if (this.#transport !== transport) return
    this.#work(() => this.session.receive(bytes, this.#clock.now()))
    this.#runLateTimer()
    this.#flushes.request()
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
      // copied: the bytes belong to the transport again
      if (this.#waiting === undefined) this.#receive(transport, bytes)
      else this.#waiting.push([transport, bytes.slice()])
    }
    transport.onClose = (code, reason) => {
      if (this.#transport !== transport) return
      this.#lossInfo = { code: closeCodeOf(code), reason, byPeer: true }
      this.#transport = undefined
      if (this.session.status === 'connecting') this.#listener.onAttempt({ kind: 'closed', reason })
      this.#work(() => this.session.suspend(this.#clock.now()))
      this.#lossInfo = undefined
      this.#afterLoss()
    }
    this.#listener.onAttempt({ kind: 'open' })
    this.#openMs = this.#clock.now()
    this.#work(() => this.session.attach(transport, this.#clock.now()))
    this.#flushes.now()
  }

  /** Goes on after the transport is lost. */
  #afterLoss(): void {
    const { status } = this.session
    if (status === 'connecting') this.#openLater()
    if (status !== 'suspended') return
    if (this.#reconnect) this.#openLater()
    else this.#work(() => this.session.close('transport_lost', '', this.#clock.now()))
  }

  #onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected') {
      this.#backoff.reset()
      this.handshakeMs = this.#clock.now() - this.#openMs!
    }
    if ((status === 'suspended' || status === 'connecting') && this.#transport !== undefined) {
      // the session gave the transport up: nothing came over it for too long, or the server refused for now
      const transport = this.#transport
      this.#transport = undefined
      const code = info?.code ?? 'idle'
      this.#close(transport, code)
      this.#clock.schedule(0, () => this.#afterLoss())
    }
    this.#listener.onStatus(status, this.#lossInfo ?? info)
  }

  /** Sends the last packet of a session that has ended, and lets go of everything. */
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
    if (transport !== undefined) this.#close(transport, closeInfo?.code ?? 'disconnected', closeInfo?.reason)
  }

  /** @returns whether there was anything to send */
  #flush(): boolean {
    const transport = this.#transport
    if (transport === undefined) return false
    let hasSent = false
    const now = this.#clock.now()
    try {
      for (let packet = this.session.flush(now); packet !== undefined; packet = this.session.flush(now)) {
        watch(this.#logger, 'a transport failed', transport.send(packet))
        hasSent = true
      }
    } catch (error) {
      this.#logger.warn({ err: error }, 'a transport failed')
      this.#lose(transport)
    }
    this.#setTimer()
    return hasSent
  }

  /** A transport has failed. The session finds out which bytes have arrived when it resumes over another transport. */
  #lose(transport: Transport): void {
    if (this.#transport !== transport) return
    this.#transport = undefined
    this.#work(() => this.session.suspend(this.#clock.now()))
    this.#close(transport, 'transport_lost')
    this.#afterLoss()
  }

  #close(transport: Transport, code: CloseCode, reason = ownReason(code)): void {
    try {
      watch(this.#logger, 'a transport failed', transport.close(closeNumbers[code], reason))
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
    if (deadlineMs === never) return
    const delayMs = Math.max(0, deadlineMs - this.#clock.now())
    this.#cancelTimer = this.#clock.schedule(delayMs, () => this.#runTimer())
  }

  #runTimer(): void {
    this.#timerAtMs = never
    this.#work(() => this.session.advance(this.#clock.now()))
    this.#flush()
  }

  /** In a page in the background the browser holds timers back, but not messages: a message runs the timer that is due. */
  #runLateTimer(): void {
    if (this.#clock.now() < this.#timerAtMs + lateMs) return
    this.#cancelTimer?.()
    this.#runTimer()
  }
}

/** Decides when to flush: at once after a quiet time, else at most once per interval. */
export class FlushSchedule {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #flush: () => boolean
  #lastFlushMs = longAgo
  #dueMs = 0
  #cancel: (() => void) | undefined

  /** @param flush returns whether there was anything to send: only then does an interval begin */
  constructor(clock: Clock, intervalMs: number, flush: () => boolean) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#flush = flush
  }

  /**
   * Asks for a flush. All that is requested within one turn of the event loop goes out together.
   * @param withinMs the longest that it may wait. Default: the interval
   */
  request(withinMs = this.#intervalMs): void {
    const nowMs = this.#clock.now()
    const dueMs = Math.max(nowMs, this.#lastFlushMs + this.#intervalMs)
    const soonMs = Math.min(dueMs, nowMs + withinMs)
    if (this.#cancel !== undefined) {
      // a timer that is held back must not hold back this request as well
      if (nowMs - this.#dueMs >= lateMs) this.now()
      if (this.#cancel === undefined || this.#dueMs <= soonMs) return
      this.stop()
    }
    this.#dueMs = soonMs
    this.#cancel = this.#clock.schedule(this.#dueMs - nowMs, () => this.now())
  }

  /** Flushes without waiting. */
  now(): void {
    this.stop()
    if (this.#flush()) this.#lastFlushMs = this.#clock.now()
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }
}

const firstRetryMs = 100
const lastRetryMs = 5000

/** Growing delays between attempts to connect, drawn at random so that the clients of a server that restarts spread out. */
export class Backoff {
  readonly #random: () => number
  #attempts = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** @returns ms until the next attempt: doubling from 100 ms up to 5 s, less up to half of it */
  nextMs(): number {
    const ms = Math.min(firstRetryMs * 2 ** this.#attempts++, lastRetryMs)
    return ms * (1 - this.#random() / 2)
  }

  /** To be called after a success: the delays begin anew. */
  reset(): void {
    this.#attempts = 0
  }
}
