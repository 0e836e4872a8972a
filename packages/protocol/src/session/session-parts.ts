import { atOnce } from '@tygase/gamestate/internal'
import { IncomingEvents } from '../events/incoming-events.js'
import { FloorDebt, OutcomeLog, type OutcomeRepeats } from '../events/outcome-log.js'
import { type OutgoingEvent, OutgoingEvents, type Resends } from '../events/outgoing-events.js'
import type { MakeList } from '../events/sequence-list.js'
import type { ClientLimits } from '../limits.js'
import { ConnectedClock, LinkTimes, never, RoundTrip } from '../timing.js'
import type { CloseInfo } from '../wire/close-codes.js'
import type { AckMessage } from '../wire/event-messages.js'
import type { FloorMessage } from '../wire/messages.js'
import { SessionCounters } from './session-counters.js'
import type { SessionListener, SessionStatus } from './session-types.js'

/** How long a CLOSE waits for a flush. After that the session is closed without one. */
const closeWaitMs = 1000
/** How often a CLOSE goes out if it may get lost. A peer that misses all of them notices the silence. */
const timesIfLossy = 3

/** The CLOSE that a disconnecting session still has to send. */
export interface PendingClose {
  /** Sent before it. */
  readonly packets: Uint8Array[]
  /** When it is too late for it. */
  readonly dueAt: number
  /** How often it still goes out. */
  left: number
}

/** @param packets to send before it */
export function pendingCloseOf(isReliable: boolean, packets: Uint8Array[], now: number): PendingClose {
  return { packets, dueAt: now + closeWaitMs, left: isReliable ? 1 : timesIfLossy }
}

/**
 * The status of a session, from its beginning to its end. Calls `onStatus` at each change. Its methods alone set its
 * fields, except for a session that another process began.
 */
export class Life {
  status: SessionStatus = 'connecting'
  /** Why the session ends or ended; undefined while it lives. */
  closeInfo: CloseInfo | undefined
  /** When the grace time of a suspended session is over; Infinity for any other. */
  graceAt = never
  /** Undefined unless the session is disconnecting. */
  pendingClose: PendingClose | undefined
  readonly #listener: SessionListener

  constructor(listener: SessionListener) {
    this.#listener = listener
  }

  /** True while packets and calls still count. */
  get isLive(): boolean {
    return this.status !== 'disconnecting' && this.status !== 'closed'
  }

  connect(): void {
    this.graceAt = never
    this.#turn('connected')
  }

  suspend(info: CloseInfo, graceAt: number): void {
    this.graceAt = graceAt
    this.#turn('suspended', info)
  }

  /** @param pendingClose to send first; undefined if the peer cannot be reached or has closed itself */
  end(info: CloseInfo, pendingClose?: PendingClose): void {
    this.closeInfo = info
    this.graceAt = never
    this.pendingClose = pendingClose
    this.#turn(pendingClose === undefined ? 'closed' : 'disconnecting', info)
  }

  /** An attempt to begin or to resume has failed; the session waits for another transport. */
  waitOn(info: CloseInfo): void {
    atOnce('onStatus', this.#listener.onStatus?.(this.status, info))
  }

  #turn(status: SessionStatus, info?: CloseInfo): void {
    if (this.status === status) return
    this.status = status
    atOnce('onStatus', this.#listener.onStatus?.(status, info))
  }
}

/** What a session does besides over a transport that is not reliable: see `LossyLink`. */
export interface LossyWork {
  readonly resendTimes: Resends
  readonly repeats: OutcomeRepeats & { again(): void }
  readonly flushAt: number
  readonly mayMissAcks: boolean
  /** A packet has come. Called before its acks are taken. */
  heard(now: number): void
  takeAck(version: number | undefined, nowMs: number): AckMessage | undefined
  takeFloor(
    events: readonly OutgoingEvent[],
    isCrowded: boolean,
    hasTime: boolean,
    now: number,
  ): FloorMessage | undefined
}

/** The parts of one session that both sides have: its three queues of events, its times and counts. */
export class SessionParts {
  readonly life: Life
  readonly listener: SessionListener
  readonly counters: SessionCounters
  readonly outgoing: OutgoingEvents
  readonly incoming: IncomingEvents
  /** Outcomes of the peer's events. */
  readonly outcomes: OutcomeLog
  /** Outcomes that the peer keeps for this side. */
  readonly floorDebt = new FloorDebt()
  readonly roundTrip: RoundTrip
  readonly times: LinkTimes
  /** Timeouts of events run on it. */
  readonly connected = new ConnectedClock()
  /** How long a suspended session waits for another transport. At a client: what its server says. */
  graceMs: number
  /** Set on a transport that may lose packets. */
  lossy: LossyWork | undefined

  constructor(
    readonly limits: ClientLimits,
    { listener, counters = new SessionCounters() }: { listener: SessionListener; counters?: SessionCounters },
    now: number,
    makeList: MakeList,
  ) {
    this.listener = listener
    this.counters = counters
    this.graceMs = limits.graceMs
    this.life = new Life(listener)
    this.outgoing = new OutgoingEvents(limits, makeList)
    this.outcomes = new OutcomeLog(limits.maxPendingBytes, makeList)
    this.incoming = new IncomingEvents(this.outcomes, limits, counters, makeList)
    this.roundTrip = new RoundTrip(now)
    this.times = new LinkTimes(limits)
  }

  /** Another transport. */
  attach(lossy: LossyWork | undefined, now: number): void {
    this.lossy = lossy
    this.times.attach(now, !lossy)
    this.incoming.attach()
    this.outgoing.attach(lossy?.resendTimes)
    this.outcomes.attach(lossy?.repeats)
  }
}
