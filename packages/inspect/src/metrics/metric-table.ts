import type { CounterName } from '@tygase/protocol/internal'
import { counterMeanings } from '@tygase/protocol/internal'
import type { Metrics, MetricsNow } from './metrics.js'
import type { ProfileReading } from './metrics-reading.js'

/** A number with its labels. */
interface MetricValue {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A metric as monitoring systems get it. Labels have few values, whatever happens: no room, no client. */
export interface MetricRow {
  readonly name: string
  /** `counter`: it only grows. */
  readonly kind: 'counter' | 'gauge'
  /** `s`, `By`, `1`: as OpenTelemetry names them. */
  readonly unit: string
  readonly help: string
  values(source: MetricSource): readonly MetricValue[]
}

/** What the values come from. */
export interface MetricSource {
  readonly now: MetricsNow
  /** Time by phase since the metrics were made. */
  readonly phaseSeconds: ProfileReading
}

/** All that is needed for one collection. */
export function sourceOf(metrics: Metrics): MetricSource {
  return { now: metrics.now(), phaseSeconds: metrics.phaseSeconds }
}

/** Name, labels and unit of a counter of the server; each one has a place. */
type CounterPlace = readonly [name: string, labels?: Readonly<Record<string, string>>, unit?: string]

const eventsTotal = 'tygase_events_total'
const direction = (way: 'in' | 'out') => ({ direction: way })
const outcome = (what: string) => ({ outcome: what })

/** Where each counter of the server goes. */
const counterPlaces: Readonly<Record<CounterName, CounterPlace>> = {
  packetsIn: ['tygase_packets_total', direction('in')],
  packetsOut: ['tygase_packets_total', direction('out')],
  bytesIn: ['tygase_bytes_total', direction('in'), 'By'],
  bytesOut: ['tygase_bytes_total', direction('out'), 'By'],
  eventsIn: [eventsTotal, outcome('received')],
  eventsOut: [eventsTotal, outcome('sent')],
  eventsResent: [eventsTotal, outcome('resent')],
  eventsAcked: [eventsTotal, outcome('acked')],
  eventsFailed: [eventsTotal, outcome('timed_out')],
  eventsDuplicate: [eventsTotal, outcome('duplicate')],
  eventsLost: [eventsTotal, outcome('lost')],
  eventsUnknown: [eventsTotal, outcome('unknown')],
  lateEvents: [eventsTotal, outcome('late')],
  rewindsCut: ['tygase_rewinds_cut_total'],
  packetsDropped: ['tygase_packets_dropped_total'],
  readPauses: ['tygase_read_pauses_total'],
  statesEncoded: ['tygase_states_total', { step: 'encoded' }],
  statesSent: ['tygase_states_total', { step: 'sent' }],
  stateBytes: ['tygase_state_bytes_total', {}, 'By'],
  writesSkipped: ['tygase_skipped_writes_total'],
  snapshotsAsked: ['tygase_snapshots_asked_total'],
  replicasDiverged: ['tygase_replicas_diverged_total'],
  refusedTransports: ['tygase_refused_transports_total'],
  blocked: ['tygase_blocked_total'],
  refusedOrigins: ['tygase_refused_origins_total'],
  journalFailures: ['tygase_journal_failures_total'],
}

/** Help of counters that share a name. */
const sharedHelp: Readonly<Record<string, string>> = {
  tygase_packets_total: 'Packets of sessions.',
  tygase_bytes_total: 'Bytes of packets, without heads of the transport.',
  [eventsTotal]: 'Events, by what became of them.',
  tygase_states_total: 'Snapshots and deltas. One is encoded for each version and base, and sent to many clients.',
}

const one = (value: number): readonly MetricValue[] => [{ labels: {}, value }]

/** A value for each key of an object. */
const byKey = (label: string, numbers: Readonly<Record<string, number>>): MetricValue[] =>
  Object.entries(numbers).map(([key, value]) => ({ labels: { [label]: key }, value }))

const counter = (name: string, unit: string, help: string, values: MetricRow['values']): MetricRow => ({
  ...{ name, kind: 'counter', unit, help, values },
})

const gauge = (name: string, unit: string, help: string, values: MetricRow['values']): MetricRow => ({
  ...{ name, kind: 'gauge', unit, help, values },
})

/** One row for each name: those of counters that share it are its values. */
function counterRows(): MetricRow[] {
  // reason: the keys are those of the type
  const places = Object.entries(counterPlaces) as [CounterName, CounterPlace][]
  const names = [...new Set(places.map(([, [name]]) => name))]
  return names.map((name) => {
    const parts = places.filter(([, place]) => place[0] === name)
    const [[first, [, , unit = '1']]] = parts as [(typeof parts)[number]]
    return counter(name, unit, sharedHelp[name] ?? counterMeanings[first], ({ now }) =>
      parts.map(([key, [, labels = {}]]) => ({ labels, value: now.counts[key] })),
    )
  })
}

/** All metrics but how late ticks were, which is a histogram. */
export const metricRows: readonly MetricRow[] = [
  counter('tygase_ticks_total', '1', 'Ticks of all rooms.', ({ now }) => one(now.ticks.made)),
  counter('tygase_ticks_dropped_total', '1', 'Ticks left out because the process was too late.', ({ now }) =>
    one(now.ticks.dropped),
  ),
  counter('tygase_phase_seconds_total', 's', 'Time by what it was spent on; the sum is all time.', ({ phaseSeconds }) =>
    byKey('phase', { ...phaseSeconds }),
  ),
  ...counterRows(),
  counter('tygase_refusals_total', '1', 'Refusals of events and of clients, by code.', ({ now }) =>
    byKey('code', now.refusals),
  ),
  gauge('tygase_sessions', '1', 'Sessions by status.', ({ now }) => byKey('status', { ...now.sessions })),
  gauge('tygase_rooms', '1', 'Rooms by kind.', ({ now }) => byKey('kind', now.rooms.byKind)),
  gauge('tygase_events_pending', '1', 'Events to clients without an ack.', ({ now }) => one(now.deliveries.pending)),
  gauge('tygase_events_waiting', '1', 'Events of clients that wait for a tick.', ({ now }) =>
    one(now.queues.waitingEvents),
  ),
  gauge('tygase_handshakes', '1', 'Connections without a hello.', ({ now }) => one(now.queues.handshakes)),
  gauge('tygase_arrivals', '1', 'Clients that wait for auth, for their room or for their turn.', ({ now }) =>
    one(now.queues.arrivals),
  ),
  gauge('tygase_buffered_bytes', 'By', 'Bytes in sockets that have not left.', ({ now }) =>
    one(now.queues.bufferedBytes),
  ),
  gauge('tygase_journal_waiting_bytes', 'By', 'Bytes that wait to be written to a journal.', ({ now }) =>
    one(now.journal.waitingBytes),
  ),
  gauge('tygase_event_loop_delay_seconds', 's', 'How late timers ran in the last second.', ({ now }) => [
    { labels: { quantile: '0.5' }, value: now.loopDelayMs.p50 / 1000 },
    { labels: { quantile: '0.99' }, value: now.loopDelayMs.p99 / 1000 },
    { labels: { quantile: '1' }, value: now.loopDelayMs.max / 1000 },
  ]),
  gauge('tygase_memory_bytes', 'By', 'Memory of the process.', ({ now }) => [
    { labels: { part: 'rss' }, value: now.memory.rssBytes },
    { labels: { part: 'heap_used' }, value: now.memory.heapUsedBytes },
    { labels: { part: 'heap_total' }, value: now.memory.heapTotalBytes },
    { labels: { part: 'external' }, value: now.memory.externalBytes },
  ]),
  gauge('tygase_uptime_seconds', 's', 'Time since the metrics were made.', ({ now }) => one(now.uptimeMs / 1000)),
]

/** How late ticks were: a histogram, in seconds. */
export const tickLateMetric = {
  name: 'tygase_tick_late_seconds',
  help: 'How long after its time a tick began.',
} as const
