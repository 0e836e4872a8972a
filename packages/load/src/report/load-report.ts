import { type Fault, type Slice, summaryOf, type TimesSummary } from '../crew/slice.js'
import { countOf, type LoadEnd, type LoadRun, type LoadSecond } from '../load-run.js'

/** What was asked for. */
export interface LoadSettings {
  /** Of the server, without a user and a password. */
  readonly address: string
  /** Path of the room at the address; undefined: none was given. */
  readonly room: string | undefined
  /** Path of the script; undefined: players joined and stayed. */
  readonly play: string | undefined
  /** Players in all. */
  readonly clients: number
  /** Length of the run after the ramp. */
  readonly seconds: number
  /** Joins per second. */
  readonly ramp: number
  /** Of the random numbers that scripts draw. */
  readonly seed: number
}

/** The machine that has played. */
export interface LoadMachine {
  /** How many it has. */
  readonly processors: number
  /** Name of the processor. */
  readonly model: string
  /** Version of Node. */
  readonly node: string
  /** Name of the system, as `process.platform`. */
  readonly platform: string
  /** Load averages of a minute: at the begin and at the end. */
  readonly load: readonly [number, number]
}

/** Something that went wrong, with its code. */
export interface LoadFault extends Fault {
  /** The code of the error. */
  readonly code: string
}

/** The result of a load test, as `--json` writes it. Times are in ms; null stands for a figure that nothing was measured for. */
export interface LoadReport {
  /** What was asked for. */
  readonly settings: LoadSettings
  /** Where the players ran. */
  readonly machine: LoadMachine
  /** Why the run has ended. */
  readonly end: LoadEnd
  /** How players got in, over the whole run. */
  readonly joins: {
    /** Players that have begun to connect. */
    readonly tried: number
    /** Players that have got in. */
    readonly joined: number
    /** Joins that succeeded in a second of the ramp, on average. */
    readonly perSecond: number | null
    readonly ms: TimesSummary | null
    /** Joins that did not succeed, by code. */
    readonly failed: readonly LoadFault[]
  }
  /** After the ramp. */
  readonly game: {
    /** Length of this part of the run. */
    readonly seconds: number
    /** Players that were connected at the end. */
    readonly clients: number
    /** As the game declares it. */
    readonly tickRate: number | null
    /** As the numbers of the versions say it. */
    readonly ticksPerSecond: number | null
    /** For each player. */
    readonly versionsPerSecond: number | null
    /** How much later than the best one of its player a version came. */
    readonly latenessMs: TimesSummary | null
    /** From sending an event to its ack. */
    readonly ackMs: TimesSummary | null
    /** Of all players. */
    readonly acksPerSecond: number | null
    /** Round trips of the sessions themselves, without rules. */
    readonly roundTripMs: TimesSummary | null
    /** For each player; packets without the frames of the transport. */
    readonly bytesInPerSecond: number | null
    readonly bytesOutPerSecond: number | null
  }
  /** Refused and failed events, and faults of the script, over the whole run. */
  readonly faults: readonly LoadFault[]
  /** Transports and sessions that were lost, over the whole run. */
  readonly losses: readonly LoadFault[]
  /** How the program itself did. */
  readonly generator: {
    /** Threads that players were spread over. */
    readonly threads: number
    /** How late its timers were, after the ramp. */
    readonly lagMs: TimesSummary | null
    /** Share of the time in which its busiest thread had work: the median second after the ramp. */
    readonly utilization: number | null
    /** Why the load generator, and not the server, was the limit; null if it was not. */
    readonly limit: string | null
  }
  /** The run, second by second. */
  readonly seconds: readonly LoadReportSecond[]
}

/** One second of all players. */
export interface LoadReportSecond {
  /** Since the begin of the run. */
  readonly atSeconds: number
  /** True after the ramp. */
  readonly isSteady: boolean
  /** Players that were connected at its end. */
  readonly clients: number
  /** Joins that succeeded in it. */
  readonly joined: number
  /** As of the whole run. */
  readonly latenessMs: TimesSummary | null
  /** As of the whole run. */
  readonly ackMs: TimesSummary | null
  /** Bytes that a player received, on average. */
  readonly bytesInPerClient: number | null
  /** Bytes that a player sent, on average. */
  readonly bytesOutPerClient: number | null
  /** Refused and failed events, and faults of the script. */
  readonly faults: number
  /** How late the timers of the program were. */
  readonly lagP99Ms: number | null
}

/** The generator is the limit beyond this. Its lag is compared with the length of a tick. */
const mostLagOfTick = 0.25
const mostUtilization = 0.9

export function reportOf(run: LoadRun, end: LoadEnd, settings: LoadSettings, machine: LoadMachine): LoadReport {
  const { whole, steady, seconds, steadySeconds, threads } = run
  const steadyOnes = seconds.filter(({ isSteady }) => isSteady)
  // of the mean number of players: some may have left
  const clientSeconds = steadyOnes.reduce((sum, { slice }) => sum + slice.connected, 0)
  const perClient = (sum: number): number | null => ratio(sum, clientSeconds)
  const rampSeconds = seconds.findIndex(({ slice }) => slice.joins.count > 0) < 0 ? 0 : secondsOfJoins(seconds)
  const tickRate = whole.tickRate ?? null
  const utilization = median(steadyOnes.map(({ slice }) => slice.utilization))
  return {
    settings,
    machine,
    end,
    joins: {
      tried: whole.tried,
      joined: whole.joins.count,
      perSecond: ratio(whole.joins.count, rampSeconds),
      ms: summaryOf(whole.joins) ?? null,
      failed: faultsOf(whole.failedJoins),
    },
    game: {
      seconds: steadySeconds,
      clients: seconds.at(-1)?.slice.connected ?? 0,
      tickRate,
      ticksPerSecond: ratio(steady.ticks * 1000, steady.ticksInMs),
      versionsPerSecond: perClient(steady.versions),
      latenessMs: summaryOf(steady.lateness) ?? null,
      ackMs: summaryOf(steady.acks) ?? null,
      acksPerSecond: ratio(steady.acks.count, steadySeconds),
      roundTripMs: summaryOf(steady.roundTrips) ?? null,
      bytesInPerSecond: perClient(steady.bytesIn),
      bytesOutPerSecond: perClient(steady.bytesOut),
    },
    faults: faultsOf(whole.faults),
    losses: faultsOf(whole.losses),
    generator: {
      threads,
      lagMs: summaryOf(steady.lag) ?? null,
      utilization,
      limit: limitOf(steady, utilization, tickRate),
    },
    seconds: seconds.map(secondOf),
  }
}

function limitOf(steady: Slice, utilization: number | null, tickRate: number | null): string | null {
  if (utilization !== null && utilization > mostUtilization) {
    return `its busiest thread had work for ${Math.round(utilization * 100)} % of the time`
  }
  const lagMs = summaryOf(steady.lag)?.p99 ?? 0
  const mostMs = tickRate === null ? Number.POSITIVE_INFINITY : (mostLagOfTick * 1000) / tickRate
  if (lagMs > mostMs) return `its own timers were ${lagMs.toFixed(1)} ms late in 1 of 100 cases`
  return null
}

function secondOf({ atSeconds, slice, isSteady }: LoadSecond): LoadReportSecond {
  return {
    atSeconds,
    isSteady,
    clients: slice.connected,
    joined: slice.joins.count,
    latenessMs: summaryOf(slice.lateness) ?? null,
    ackMs: summaryOf(slice.acks) ?? null,
    bytesInPerClient: ratio(slice.bytesIn, slice.connected),
    bytesOutPerClient: ratio(slice.bytesOut, slice.connected),
    faults: countOf(slice.faults) + countOf(slice.failedJoins) + countOf(slice.losses),
    lagP99Ms: summaryOf(slice.lag)?.p99 ?? null,
  }
}

/** From the first second with a join to the last one. */
function secondsOfJoins(seconds: readonly LoadSecond[]): number {
  const withJoins = seconds.filter(({ slice }) => slice.joins.count > 0)
  return withJoins.at(-1)!.atSeconds - withJoins[0]!.atSeconds + 1
}

/** The most frequent first. */
function faultsOf(faults: ReadonlyMap<string, Fault>): LoadFault[] {
  return [...faults].map(([code, fault]) => ({ code, ...fault })).sort((a, b) => b.count - a.count)
}

function ratio(sum: number, count: number): number | null {
  return count > 0 ? sum / count : null
}

function median(values: readonly number[]): number | null {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? null
}
