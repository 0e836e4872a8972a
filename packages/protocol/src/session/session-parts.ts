import type { Counters } from '../counters.js'
import { IncomingEvents } from '../events/incoming-events.js'
import { FloorDebt, OutcomeLog } from '../events/outcome-log.js'
import { OutgoingEvents } from '../events/outgoing-events.js'
import type { SessionLimits } from '../limits.js'
import { ConnectedClock, LinkTimes } from '../timing/link-times.js'
import { RoundTrip } from '../timing/round-trip.js'
import type { Handshake } from './handshake.js'
import { Life } from './life.js'
import type { SessionListener } from './session-types.js'
import { StateVersions } from './state-versions.js'

/** The parts of one session: its three queues of events, its versions of the state, its times and counts. */
export class SessionParts {
  readonly life: Life
  readonly states = new StateVersions()
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

  constructor(
    readonly handshake: Handshake,
    readonly listener: SessionListener,
    readonly limits: SessionLimits,
    readonly counters: Counters,
    now: number,
  ) {
    this.life = new Life(listener)
    this.outgoing = new OutgoingEvents(limits)
    this.outgoing.encoder.names = handshake.names
    this.outcomes = new OutcomeLog(limits.maxPendingBytes)
    this.incoming = new IncomingEvents(this.outcomes, limits, counters)
    this.roundTrip = new RoundTrip(now)
    this.times = new LinkTimes(limits)
  }

  /** Another transport. @param heldVersion server: the version that the client's hello names */
  attach(isReliable: boolean, heldVersion: number | undefined, now: number): void {
    this.times.attach(now, isReliable)
    this.incoming.attach()
    this.outgoing.attach()
    this.outcomes.attach(isReliable)
    this.states.attach(isReliable, heldVersion)
  }
}
