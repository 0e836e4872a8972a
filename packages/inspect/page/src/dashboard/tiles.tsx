import type { MetricsReading } from '../../../src/metrics/metrics-reading.js'
import { bytes, count, ms, percent, plural } from '../parts/format.js'

interface Tile {
  readonly label: string
  readonly value: string
  readonly note: string
  readonly state?: 'warn' | 'bad'
}

/** A lateness that players begin to see, and one that they complain about. */
const lateWarnMs = 10
const lateBadMs = 50
/** Above it there is no room for a bad second. */
const busyWarn = 0.7
const busyBad = 0.9

/** The figures of this second that matter first. */
export function Tiles({ reading }: { reading: MetricsReading }) {
  return (
    <ul class="tiles" aria-label="Now">
      {tilesOf(reading).map(({ label, value, note, state = '' }) => (
        <li key={label} class={state}>
          <span>{label}</span>
          <strong>{value}</strong>
          <small>{note}</small>
        </li>
      ))}
    </ul>
  )
}

function tilesOf({ ticks, profile, sessions, rooms, rates, loopDelayMs, memory, queues }: MetricsReading): Tile[] {
  const busy = 1 - profile.idle
  const kinds = Object.keys(rooms.byKind).length
  return [
    {
      label: 'Busy',
      value: percent(busy),
      note: `rules ${percent(profile.update)}`,
      ...levelOf(busy, busyWarn, busyBad),
    },
    {
      label: 'Ticks',
      value: `${count(ticks.perSecond)}/s`,
      note: ticks.dropped === 0 ? 'none dropped' : `${count(ticks.dropped)} dropped`,
    },
    {
      label: 'Lateness p99',
      value: ms(ticks.lateMs.p99),
      note: `max ${ms(ticks.lateMs.max)}`,
      ...levelOf(ticks.lateMs.p99, lateWarnMs, lateBadMs),
    },
    {
      label: 'Sessions',
      value: count(sessions.connected),
      note: sessions.suspended === 0 ? 'all connected' : `and ${count(sessions.suspended)} suspended`,
    },
    { label: 'Rooms', value: count(rooms.total), note: plural(kinds, 'kind') },
    {
      label: 'Out',
      value: `${bytes(rates.bytesOut)}/s`,
      note: `${count(rates.packetsOut)} packets/s`,
    },
    {
      label: 'In',
      value: `${bytes(rates.bytesIn)}/s`,
      note: `${count(rates.packetsIn)} packets/s`,
    },
    {
      label: 'Waiting',
      value: plural(queues.waitingEvents, 'event'),
      note: `${bytes(queues.bufferedBytes)} in sockets`,
    },
    {
      label: 'Loop delay p99',
      value: ms(loopDelayMs.p99),
      note: `max ${ms(loopDelayMs.max)}`,
      ...levelOf(loopDelayMs.p99, lateWarnMs * 3, lateBadMs * 2),
    },
    { label: 'Memory', value: bytes(memory.rssBytes), note: `heap ${bytes(memory.heapUsedBytes)}` },
  ]
}

function levelOf(value: number, warn: number, bad: number): { state?: 'warn' | 'bad' } {
  if (value >= bad) return { state: 'bad' }
  return value >= warn ? { state: 'warn' } : {}
}
