import type { OptionRow } from '@tygase/gamestate/internal'
import { type ClientLimits, clientDefaults, leastValues, type SessionLimits } from './limits.js'
import { defaultSessionLimits } from './server-limits.js'

/** A row of the table of limits: `default` is a server's, `clientDefault` a client's if that differs. */
export interface LimitRow extends OptionRow {
  readonly name: keyof SessionLimits
  readonly default: number
  readonly clientDefault?: number | undefined
}

/** The code is that of the error or close beyond the limit. */
type Meaning = Pick<OptionRow, 'unit' | 'code' | 'meaning'>

const meanings: Record<keyof SessionLimits, Meaning> = {
  maxPacketBytes: {
    unit: 'bytes',
    code: 'packet_too_large',
    meaning: 'A received packet above this closes the session.',
  },
  maxEventsPerPacket: {
    unit: 'events',
    code: 'too_many_events',
    meaning: 'More events in one received packet close the session. A lower maxEventsPerSecond counts instead.',
  },
  maxEventBytes: {
    unit: 'bytes',
    code: 'event_too_large',
    meaning: 'Name and payload of one event: send throws, and a received event above it closes the session.',
  },
  maxPayloadDepth: {
    unit: 'levels',
    code: 'value_limit',
    meaning: 'Arrays and objects nested within each other in a payload.',
  },
  maxPayloadElements: {
    unit: 'elements',
    code: 'value_limit',
    meaning:
      'What a payload takes as objects, in elements of 8 bytes. PROTOCOL.md has the weights. If left out: 4 for each byte of maxEventBytes, at least the default.',
  },
  maxPayloadStringBytes: {
    unit: 'bytes',
    code: 'value_limit',
    meaning: 'One text or byte array in a payload. If left out: as maxEventBytes.',
  },
  maxPacketsPerSecond: {
    unit: 'packets/s',
    code: 'rate_limited',
    meaning:
      'Above it a server reads more slowly, or drops packets on a transport that may lose them. Below 1: none may come.',
  },
  maxEventsPerSecond: { unit: 'events/s', code: 'rate_limited', meaning: 'As maxPacketsPerSecond, for events.' },
  maxQueuedEvents: {
    unit: 'events',
    code: 'queue_full',
    meaning: 'Sending side: events that wait to be sent or for their ack. One more makes send throw.',
  },
  maxQueuedBytes: {
    unit: 'bytes',
    code: 'queue_full',
    meaning:
      'Sending side: bytes of those events, with 64 for the bookkeeping of each. More make send throw, unless nothing else waits.',
  },
  maxPendingEvents: {
    unit: 'events',
    code: 'too_many_pending',
    meaning:
      'Receiving side: events that wait for a gap, a version or their handler, and outcomes kept for the peer. One more closes the session; a transport that may lose packets drops it.',
  },
  maxPendingBytes: {
    unit: 'bytes',
    code: 'too_many_pending',
    meaning:
      'Receiving side: bytes of those events and outcomes, with 64 for the bookkeeping of each. An outcome without room becomes the refusal result_dropped.',
  },
  maxHeldBytes: {
    unit: 'bytes',
    code: 'too_many_pending',
    meaning:
      'Server: memory that values of events take while they wait for a handler or a rule, as objects. One more event is refused.',
  },
  handshakeTimeoutMs: {
    unit: 'ms',
    code: 'handshake_timeout',
    meaning: 'How long a client waits for the answer to its hello.',
  },
  ackTimeoutMs: {
    unit: 'ms',
    code: 'event_timeout',
    meaning:
      'An event fails after this time without an ack, once for each time that it may be sent (retries + 1). At a client twice the time of flushIntervalMs and a tick counts if that is longer.',
  },
  keepAliveMs: {
    unit: 'ms',
    meaning: 'A side that has sent nothing for this long sends a TIME message. At most half of idleTimeoutMs counts.',
  },
  idleTimeoutMs: {
    unit: 'ms',
    code: 'idle',
    meaning: 'A transport on which nothing was received for this long counts as gone.',
  },
  graceMs: { unit: 'ms', code: 'grace_over', meaning: 'How long a suspended session waits to be resumed.' },
}

/** All limits of a session that may be set, for the reference page of options. */
export const sessionLimitRows: readonly LimitRow[] = Object.entries(meanings).map(([key, meaning]) => {
  const name = key as keyof SessionLimits // the keys of the table are the limits
  return { name, ...rangeOf(name), ...meaning }
})

/** The numbers of one limit. */
interface LimitRange {
  readonly default: number
  /** Set if the default of a client differs. */
  readonly clientDefault: number | undefined
  readonly min: number
}

/** Defaults and range of a limit. */
function rangeOf(name: keyof SessionLimits): LimitRange {
  const clientDefault = name in clientDefaults ? clientDefaults[name as keyof ClientLimits] : Number.POSITIVE_INFINITY
  const common = defaultSessionLimits[name]
  const min = name in leastValues ? leastValues[name as keyof ClientLimits]! : 0
  return { default: common, clientDefault: clientDefault === common ? undefined : clientDefault, min }
}
