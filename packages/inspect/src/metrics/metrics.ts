import type { Counts } from '@tygase/protocol/internal'
import type { Server } from '@tygase/server'
import { type Metering, meteringOf, type RoomCore } from '@tygase/server/internal'
import { InspectError } from '../errors.js'
import type { MetricsReading, ProfileReading, Quantiles } from './metrics-reading.js'
import { ownProcess, type ProcessProbe } from './process-probe.js'
import { everyMs, SeriesRings } from './series.js'
import { type PhaseTimes, ServerMeter } from './server-meter.js'

/** A server with its place for metrics. */
export type MeteredServer = Pick<Server, 'counters' | 'rooms' | typeof meteringOf>

/** A reading without its rings, which takes less time. */
export type MetricsNow = Omit<MetricsReading, 'series'>

/** What follows from the last full second. */
type Second = Pick<MetricsNow, 'profile' | 'rates' | 'loopDelayMs'> & {
  readonly ticksPerSecond: number
  readonly lateMs: Quantiles
}

/** What a point is made of: the next one has what came since. */
interface Look {
  readonly atMs: number
  readonly probeMs: number
  readonly idleMs: number
  readonly counts: Counts
  readonly ticks: number
  readonly dropped: number
}

/** What the rooms have at the moment. */
interface RoomsNow {
  readonly byKind: Record<string, number>
  readonly suspended: number
  readonly waitingEvents: number
  readonly pending: number
  readonly bufferedBytes: number
}

const zeros: Quantiles = { p50: 0, p99: 0, max: 0 }
const noSecond: Second = {
  profile: { handling: 0, update: 0, network: 0, idle: 1 },
  rates: { packetsIn: 0, packetsOut: 0, bytesIn: 0, bytesOut: 0, eventsIn: 0, eventsOut: 0 },
  loopDelayMs: zeros,
  ticksPerSecond: 0,
  lateMs: zeros,
}

/**
 * The metrics of a server: what it did and does, without a page or a network. Counts come from the counters of the server, so that
 * they agree with those of its clients. Once a second, while the server runs, a point is added to each ring.
 */
export class Metrics {
  readonly #server: MeteredServer
  readonly #metering: Metering
  readonly #probe: ProcessProbe
  readonly #meter: ServerMeter
  readonly #madeAtMs: number
  readonly #rings: SeriesRings
  /** Time by phase since the metrics were made, until the last point. */
  readonly #phaseMs: PhaseTimes = { handling: 0, update: 0, network: 0, idle: 0 }
  #second = noSecond
  #cancelSample: (() => void) | undefined
  /** What the last point has seen. */
  #last: Look
  #isClosed = false

  /** Use `createMetrics`. */
  constructor(server: MeteredServer, probe: ProcessProbe) {
    const metering = server[meteringOf]
    const nowMs = metering.server.clock.now()
    this.#server = server
    this.#metering = metering
    this.#probe = probe
    this.#madeAtMs = nowMs
    this.#rings = new SeriesRings(nowMs)
    this.#meter = new OwnedMeter(this, probe, (isRunning) => this.#turn(isRunning))
    this.#last = this.#look()
    metering.meter = this.#meter
    if (metering.isRunning) this.#turn(true)
  }

  /** What the server did until now, with the rings of the last 300 seconds. */
  read(): MetricsReading {
    return { ...this.now(), series: this.#rings.read() }
  }

  /** What the server did until now, without the rings. */
  now(): MetricsNow {
    const { clock, table, handshakes, arrivals, journals } = this.#metering.server
    const counts = this.#server.counters.snapshot()
    const { byKind, suspended, waitingEvents, pending, bufferedBytes } = this.#count()
    const { ticks, droppedTicks, refusals } = this.#meter
    const { ticksPerSecond, lateMs, ...second } = this.#second
    const atMs = clock.now()
    return {
      atMs,
      uptimeMs: atMs - this.#madeAtMs,
      counts,
      ticks: { made: ticks, dropped: droppedTicks, perSecond: ticksPerSecond, lateMs },
      ...second,
      sessions: { connected: table.sessions - suspended, suspended },
      rooms: { total: this.#server.rooms.size, byKind },
      queues: { waitingEvents, handshakes: handshakes.size, arrivals: arrivals.size, bufferedBytes },
      packets: { assembled: counts.packetsOut, received: counts.packetsIn },
      deliveries: {
        sent: counts.eventsOut,
        acked: counts.eventsAcked,
        timedOut: counts.eventsFailed,
        pending,
      },
      refusals: Object.fromEntries(refusals),
      encode: { made: counts.statesEncoded, sent: counts.statesSent },
      journal: {
        waitingBytes: journals().reduce((sum, journal) => sum + (journal.waitingBytes ?? 0), 0),
        failures: counts.journalFailures,
      },
      memory: this.#probe.memory(),
    }
  }

  /** Time by phase since the metrics were made, in seconds, until the last full second. */
  get phaseSeconds(): ProfileReading {
    const { handling, update, network, idle } = this.#phaseMs
    return { handling: handling / 1000, update: update / 1000, network: network / 1000, idle: idle / 1000 }
  }

  /** How late ticks were since the metrics were made: ticks by bucket, and their sum. */
  get lateness(): { readonly counts: readonly number[]; readonly sumMs: number } {
    return this.#meter.lateness
  }

  /** Ends the measuring. `read` goes on with what is there. */
  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#stop()
    this.#metering.meter = undefined
  }

  #turn(isRunning: boolean): void {
    if (this.#isClosed) return
    this.#stop()
    if (!isRunning) return
    this.#probe.open()
    this.#last = this.#look()
    this.#meter.takeTimes(0, 0)
    this.#rings.clear(this.#last.atMs)
    this.#sampleLater()
  }

  #stop(): void {
    this.#cancelSample?.()
    this.#cancelSample = undefined
    this.#probe.close()
  }

  #sampleLater(): void {
    const { clock } = this.#metering.server
    const dueMs = this.#last.atMs + everyMs
    this.#cancelSample = clock.schedule(Math.max(0, dueMs - clock.now()), () => {
      // a timer may fire a fraction early
      if (clock.now() >= dueMs) this.#sample()
      this.#sampleLater()
    })
  }

  #look(): Look {
    const { ticks, droppedTicks: dropped } = this.#meter
    const counts = this.#server.counters.snapshot()
    const [probeMs, idleMs] = [this.#probe.nowMs(), this.#probe.idleMs()]
    return { atMs: this.#metering.server.clock.now(), probeMs, idleMs, counts, ticks, dropped }
  }

  /** A second has passed, or several. */
  #sample(): void {
    const last = this.#last
    const now = this.#look()
    const seconds = Math.floor((now.atMs - last.atMs) / everyMs)
    // points stay a second apart, however late a timer is
    this.#last = { ...now, atMs: last.atMs + seconds * everyMs }
    const passedMs = now.probeMs - last.probeMs
    const times = this.#meter.takeTimes(passedMs, now.idleMs - last.idleMs)
    for (const phase of ['handling', 'update', 'network', 'idle'] as const) this.#phaseMs[phase] += times[phase]
    const perSecond = (name: keyof Counts): number => (now.counts[name] - last.counts[name]) / seconds
    const second: Second = {
      profile: passedMs > 0 ? sharesOf(times, passedMs) : noSecond.profile,
      rates: {
        packetsIn: perSecond('packetsIn'),
        packetsOut: perSecond('packetsOut'),
        bytesIn: perSecond('bytesIn'),
        bytesOut: perSecond('bytesOut'),
        eventsIn: perSecond('eventsIn'),
        eventsOut: perSecond('eventsOut'),
      },
      loopDelayMs: this.#probe.takeLoopDelay(),
      ticksPerSecond: (now.ticks - last.ticks) / seconds,
      lateMs: this.#meter.lateness.take(),
    }
    this.#second = second
    const { suspended, pending } = this.#count()
    const connected = this.#metering.server.table.sessions - suspended
    const { rssBytes, heapUsedBytes } = this.#probe.memory()
    const { packetsIn, packetsOut, bytesIn, bytesOut } = second.rates
    const point = {
      ticksPerSecond: second.ticksPerSecond,
      ticksDropped: (now.dropped - last.dropped) / seconds,
      lateP50Ms: second.lateMs.p50,
      lateP99Ms: second.lateMs.p99,
      lateMaxMs: second.lateMs.max,
      ...second.profile,
      ...{ packetsIn, packetsOut, bytesIn, bytesOut },
      acked: perSecond('eventsAcked'),
      timedOut: perSecond('eventsFailed'),
      ...{ pending, connected, suspended, rooms: this.#server.rooms.size },
      loopDelayP50Ms: second.loopDelayMs.p50,
      loopDelayP99Ms: second.loopDelayMs.p99,
      ...{ rssBytes, heapUsedBytes },
    }
    this.#rings.push(point, seconds)
  }

  /** Looks at each room and each session: once a second, and for a reading. */
  #count(): RoomsNow {
    const byKind: Record<string, number> = {}
    let suspended = 0
    let waitingEvents = 0
    let pending = 0
    let bufferedBytes = 0
    // reason: the rooms of a server are made by it
    const rooms = this.#server.rooms as unknown as ReadonlyMap<string, RoomCore>
    for (const { kind, links, machine } of rooms.values()) {
      byKind[kind] = (byKind[kind] ?? 0) + 1
      suspended += links.suspended.size
      waitingEvents += machine.queuedInputs
      for (const link of links.all.values()) {
        pending += link.pendingEvents
        bufferedBytes += link.bufferedBytes
      }
    }
    return { byKind, suspended, waitingEvents, pending, bufferedBytes }
  }
}

/** The meter of metrics: by it a server has one. */
class OwnedMeter extends ServerMeter {
  readonly owner: Metrics

  constructor(owner: Metrics, probe: ProcessProbe, onTurn: (isRunning: boolean) => void) {
    super(probe, onTurn)
    this.owner = owner
  }
}

/**
 * Measures a server from now on: `metrics.read()` says what it did and does. A server has one: further calls give the same metrics,
 * until they are closed.
 * @throws InspectError `invalid_argument` for no `Server`
 */
export function createMetrics(server: MeteredServer): Metrics {
  const metering = server?.[meteringOf]
  if (metering === undefined) throw new InspectError('invalid_argument', 'createMetrics takes a Server')
  return metering.meter instanceof OwnedMeter ? metering.meter.owner : new Metrics(server, ownProcess())
}

function sharesOf({ handling, update, network, idle }: PhaseTimes, ms: number): ProfileReading {
  return { handling: handling / ms, update: update / ms, network: network / ms, idle: idle / ms }
}
