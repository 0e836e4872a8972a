import type { Clock, Logger } from '@tygase/gamestate'
import { copyBytes, isThenable, watch } from '@tygase/gamestate/internal'
import {
  type ClientLimits,
  ClientSession,
  type ClientSessionOptions,
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
import { followMove, seatAt } from '#runtime'
import type { LinkSimulation } from './link/simulate-link.js'
import type { TellSeat } from './rejoin.js'
import { type TransportSource, transportSourceOf } from './transport-source.js'

export interface SessionLinkOptions {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly limits: Partial<ClientLimits>
  readonly reconnect: boolean
  readonly flushIntervalMs: number
  readonly timeoutMs: number
  readonly credentials: Uint8Array
  /** A simulated network. */
  readonly link?: LinkSimulation | undefined
  /** Whether a page that is loaded again is the same client. */
  readonly rejoin?: boolean
}

/** A plain object. */
export interface SessionLinkListener {
  onEvent(event: IncomingEvent): void
  onState(version: number, base: number | undefined, payload: Uint8Array): void
  onStatus(status: SessionStatus, info: CloseInfo | undefined): void
  onArrival(sequence: number, eighths: number): void
  /** An attempt to reach the server has opened a transport, or has failed. @param error why: a text if the transport closed before the welcome */
  onAttempt(error?: unknown): void
}

/** A packet that waits. */
type Waiting = [transport: Transport, bytes: Uint8Array]

/** How long `close` waits for the transport to close. */
const closeWaitMs = 1000
/** A timer that is this late was held back: browsers do that for up to a minute in pages in the background. */
const lateMs = 20

/**
 * Keeps a client's session going: opens transports for it one after the other, runs its timers, and decides when to flush.
 *
 * Invariant: at any time at most one of these exists: a transport, an attempt to open one, a timer for the next attempt. The source
 * may have a transport ready beside them.
 */
export class SessionLink {
  readonly session: ClientSession
  /** Set by `start`, and by what opens a transport ahead. */
  source!: TransportSource
  /** What each hello has. The path changes if the client goes on elsewhere. */
  readonly own: ClientSessionOptions
  readonly #options: SessionLinkOptions
  /** Hears who the page is at this address; undefined for code that is not a page's. */
  #seat: Promise<TellSeat | undefined> | undefined
  readonly #clock: Clock
  readonly #logger: Logger
  readonly #listener: SessionLinkListener
  readonly #backoff: Backoff
  readonly #flushes: FlushSchedule
  #transport: Transport | undefined
  #attempt: AbortController | undefined
  #cancelAttempt: (() => void) | undefined
  #cancelTimer: (() => void) | undefined
  /** Packets that have come since `waitFor`. Undefined while no part of the page is missing. */
  #waiting: Waiting[] | undefined
  #timerAtMs = never
  /** Why the transport was lost, in the words of the transport: it knows more than the session. */
  #lossInfo: CloseInfo | undefined

  /** From the last hello to its welcome; undefined before the first welcome. */
  handshakeMs: number | undefined
  #openMs: number | undefined

  constructor(options: SessionLinkOptions, listener: SessionLinkListener) {
    const { clock, random, logger, limits, flushIntervalMs, timeoutMs, credentials } = options
    this.#clock = clock
    this.#logger = logger
    this.#listener = listener
    this.#backoff = new Backoff(random)
    this.#flushes = new FlushSchedule(clock, flushIntervalMs, () => this.#flush())
    this.#options = options
    const own = { ...listener, onStatus: (status: SessionStatus, info?: CloseInfo) => this.#onStatus(status, info) }
    // the first answer may take all of the time; a resume whose answer is lost is better tried again soon
    this.own = { path: '', credentials, random, firstHandshakeTimeoutMs: timeoutMs, limits, listener: own }
    this.session = new ClientSession(this.own, clock.now())
  }

  /** Opens the first transport. To be called once, before all else. */
  start(source: TransportSource): void {
    this.#seat = this.#options.rejoin ? seatAt(source.url, this.#clock, this.own) : undefined
    this.goTo(source)
  }

  /** Goes on at another address, which is that of the client from now on. */
  moveTo(source: TransportSource): void {
    this.#tellSeat('closed')
    this.start(source)
  }

  /** Opens a transport by that source, in the place of the one that there is. */
  goTo(source: TransportSource): void {
    this.#attempt?.abort()
    this.#cancelAttempt?.()
    this.#drop('transport_lost')
    this.#suspend()
    this.source = source
    this.own.path = source.path
    this.#open()
  }

  #tellSeat(status: SessionStatus): void {
    const { secret, closeInfo } = this.session
    void this.#seat?.then((tell) => tell?.(status, secret, closeInfo))
  }

  /** Whether messages arrive in order. */
  get isReliable(): boolean {
    return this.#transport?.reliable ?? false
  }

  /**
   * @param withinMs the longest that the event may wait for the flush interval; 0: until the code that runs has
   * returned. Default: the whole interval
   * @returns the event's sequence. Throws as `Session.send` does.
   */
  send(name: string, payload: Uint8Array, options: SendOptions, withinMs?: number): number {
    const sequence = this.session.send(name, payload, options, this.#clock.now())
    this.#flushes.request(withinMs)
    return sequence
  }

  /** Sends the outcome of a server's event. Throws as `Session.settle` does. */
  reply(sequence: number, outcome: Outcome): void {
    this.session.reply(sequence, outcome)
    this.#flushes.request()
  }

  /**
   * To be called in `onState`: the state cannot be read before a part of the page is loaded. All that follows it waits, in its
   * order. If the part cannot be loaded, the connection closes.
   * @param takeState takes the state then. It is not called if the session has ended meanwhile
   */
  waitFor(part: Promise<void>, takeState: () => void): void {
    const waiting: Waiting[] = []
    this.#waiting = waiting
    this.session.holdBack()
    const goOn = (): void => {
      this.#waiting = undefined
      if (this.session.status === 'closed') return
      this.#work(takeState)
      // the state, or one of the next, may wait for another part
      for (const [transport, bytes] of waiting) this.#take(transport, bytes)
    }
    part.then(goOn, (error) => void this.close('internal_error', `a part of the page cannot be loaded: ${error}`))
  }

  /** Ends the session and sends that at once. @returns when the transport has closed, or after `closeWaitMs` */
  close(code: CloseCode, reason: string): Promise<void> {
    const transport = this.#transport
    const closed = new Promise<void>((resolve) => {
      if (transport === undefined) return resolve()
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
      this.#listener.onAttempt(error)
      this.#openLater()
    }
    let opened: Transport | PromiseLike<Transport>
    try {
      opened = this.source.open(attempt.signal)
    } catch (error) {
      return fail(error)
    }
    if (!isThenable(opened) && this.#seat === undefined) return this.#attach(opened)
    Promise.all([opened, this.#seat]).then(([transport]) => {
      if (this.#attempt !== attempt) this.#close(transport, 'disconnected')
      else this.#attach(transport)
    }, fail)
  }

  #take(transport: Transport, bytes: Uint8Array): void {
    if (this.#transport !== transport) return
    // copied: the bytes belong to the transport again
    if (this.#waiting !== undefined) return void this.#waiting.push([transport, copyBytes(bytes)])
    this.#work(() => this.session.receive(bytes, this.#clock.now()))
    // in a page in the background the browser holds timers back, but not messages: a message runs the timer that is due
    const now = this.#clock.now()
    if (now >= this.#timerAtMs + lateMs) this.#runTimer()
    if (this.session.mayFlush(now)) this.#flushes.request()
  }

  #openLater(): void {
    if (this.session.status === 'closed') return
    this.#cancelAttempt = this.#clock.schedule(this.source.usual ? 0 : this.#backoff.nextMs(), () => {
      this.#cancelAttempt = undefined
      this.#open()
    })
    this.#setTimer()
  }

  #attach(transport: Transport): void {
    this.#attempt = undefined
    this.#transport = transport
    transport.onBytes = (bytes) => this.#take(transport, bytes)
    transport.onClose = (code, reason) => {
      if (this.#transport !== transport) return
      this.#lossInfo = { code: closeCodeOf(code), reason, byPeer: true }
      this.#transport = undefined
      if (this.session.status === 'connecting') this.#listener.onAttempt(reason)
      this.#suspend()
      this.#lossInfo = undefined
      this.#afterLoss()
    }
    this.#listener.onAttempt()
    this.#openMs = this.#clock.now()
    this.#work(() => this.session.attach(transport, this.#clock.now()))
    this.#flushes.now()
  }

  /** Goes on after the transport is lost. */
  #afterLoss(): void {
    const { status } = this.session
    if (status === 'connecting') this.#openLater()
    if (status !== 'suspended') return
    if (this.#options.reconnect) this.#openLater()
    else this.#work(() => this.session.close('transport_lost', '', this.#clock.now()))
  }

  #onStatus(status: SessionStatus, info: CloseInfo | undefined): void {
    if (status === 'connected') {
      this.#backoff.reset()
      this.handshakeMs = this.#clock.now() - this.#openMs!
    }
    this.#tellSeat(status)
    if ((status === 'suspended' || status === 'connecting') && this.#transport !== undefined) {
      // the session gave the transport up: nothing came over it for too long, or the server refused for now
      this.#drop(info?.code ?? 'idle')
      this.#clock.schedule(0, () =>
        info?.code === 'moved' ? followMove(this, info.reason, this.#options, transportSourceOf) : this.#afterLoss(),
      )
    }
    this.#listener.onStatus(status, this.#lossInfo ?? info)
  }

  /** Sends the last packet of a session that has ended, and lets go of everything. */
  #settleTransport(): void {
    const { status, closeInfo } = this.session
    if (status !== 'disconnecting' && status !== 'closed') return
    this.#flush()
    this.#attempt?.abort()
    this.#attempt = undefined
    this.#cancelAttempt?.()
    this.#flushes.stop()
    this.#drop(closeInfo?.code ?? 'disconnected', closeInfo?.reason)
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
      // the session finds out which bytes have arrived when it resumes over another transport
      if (this.#transport === transport) {
        this.#drop('transport_lost')
        this.#suspend()
        this.#afterLoss()
      }
    }
    this.#setTimer()
    return hasSent
  }

  #suspend(): void {
    this.#work(() => this.session.suspend(this.#clock.now()))
  }

  /** Gives up the transport that there is. */
  #drop(code: CloseCode, reason?: string): void {
    const transport = this.#transport
    this.#transport = undefined
    if (transport !== undefined) this.#close(transport, code, reason)
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
    const cancel = this.#cancelTimer
    this.#timerAtMs = deadlineMs
    if (deadlineMs !== never) {
      this.#cancelTimer = this.#clock.schedule(Math.max(0, deadlineMs - this.#clock.now()), this.#runTimer)
    }
    // afterwards, so that a clock that many share does not let go of its one timer between the two
    cancel?.()
  }

  readonly #runTimer = (): void => {
    this.#cancelTimer?.()
    this.#timerAtMs = never
    this.#work(() => this.session.advance(this.#clock.now()))
    this.#flush()
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
   * @param withinMs the longest that it may wait; 0: until the code that runs has returned to the runtime. Default: the interval
   */
  request(withinMs = this.#intervalMs): void {
    const nowMs = this.#clock.now()
    const soonMs = Math.min(nowMs + withinMs, Math.max(nowMs, this.#lastFlushMs + this.#intervalMs))
    if (this.#cancel !== undefined) {
      // a timer that is held back must not hold back this request as well
      if (nowMs - this.#dueMs >= lateMs) this.now()
      if (this.#cancel === undefined || this.#dueMs <= soonMs) return
      this.stop()
    }
    this.#dueMs = soonMs
    const flush = (): void => {
      if (this.#cancel === cancel) this.now()
    }
    const cancel = this.#clock.schedule(soonMs - nowMs, flush)
    this.#cancel = cancel
    // a timer takes a millisecond in a page
    if (!withinMs) void Promise.resolve().then(flush)
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
/** A server that was replaced or killed is mostly back within a second, in which there are eight attempts. */
const growth = 1.25
const lastRetryMs = 5000

/** Growing delays between attempts to connect, drawn at random so that the clients of a server that restarts spread out. */
export class Backoff {
  readonly #random: () => number
  #attempts = 0

  constructor(random: () => number) {
    this.#random = random
  }

  /** @returns ms until the next attempt: drawn from 0 up to 100 ms, and up to a quarter more each time, at most 5 s */
  nextMs(): number {
    return Math.min(firstRetryMs * growth ** this.#attempts++, lastRetryMs) * this.#random()
  }

  /** To be called after a success: the delays begin anew. */
  reset(): void {
    this.#attempts = 0
  }
}
