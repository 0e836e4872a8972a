import type { LoggerOption } from './logger.js'
import type { OptionRange } from './option-table.js'

/** Options of a machine; `machineOptionRanges` has their defaults and ranges. */
export interface MachineOptions {
  /** Names the streams of `ctx.random()`: the same seed and inputs give the same game. */
  seed?: number
  /** Ticks made in one go when the process is late; whole ticks beyond are dropped and counted. */
  maxCatchUpSteps?: number
  /** Inputs that wait for a tick; an event beyond is refused with `event_queue_full`. */
  maxQueuedEvents?: number
  /** Events of one client that wait for a tick; one beyond is refused with `event_queue_full`. */
  maxQueuedEventsPerClient?: number
  /** An event that is stamped with a later tick than this, in ms from the last one, waits no longer than this. */
  maxAheadMs?: number
  /** Clients get the newest version of every n-th tick: for `ctx.seen`, which shows what they have seen. */
  sendEveryTicks?: number
  /** Share of the time between two ticks in which inputs of one client are begun, above 0, at most 1; one input at least. Clients that take more than 0.02 share 0.35, or this if it is more. */
  clientTimeShare?: number
  /** Gets rules that fail, refusals and dropped ticks. Default: warnings and errors go to the console. */
  logger?: LoggerOption
  /** When the first tick after a `run` is due, on its clock: spreads the machines of one process. Default: one tick later. */
  firstStepAtMs?: (nowMs: number) => number
  /** Asked before each tick of `run`: true leaves it out, and it counts as dropped. For a machine whose ticks have to be written down. */
  isHeldUp?: () => boolean
  /** Measures the time of ticks while its `meter` is set. Default: nothing is measured. */
  metering?: { readonly meter: TickMeter | undefined }
}

/** Measures the time of ticks. It must not throw. */
export interface TickMeter {
  /** The clock makes a tick that was due so long ago. */
  ticked(lateMs: number): void
  /** Rules begin to run. @returns what the process was at before, for `leave` */
  enter(phase: 'update'): MeteredPhase
  /** They have run. */
  leave(before: MeteredPhase): void
}

/** What a process spends its time on. */
export type MeteredPhase = 'handling' | 'update' | 'network'

export const usualCatchUpSteps = 5
export const usualQueuedEvents = 100_000
/** As many as a client has under way by the limits of its session. */
export const usualQueuedEventsPerClient = 4096
export const usualAheadMs = 1000
export const usualClientTimeShare = 0.08

/** Defaults and ranges of the options of a machine. */
export const machineOptionRanges = [
  {
    name: 'seed',
    default: 0,
    unit: 'integer',
    min: Number.MIN_SAFE_INTEGER,
    max: Number.MAX_SAFE_INTEGER,
    whole: true,
  },
  { name: 'maxCatchUpSteps', default: usualCatchUpSteps, unit: 'ticks', min: 1 },
  { name: 'maxQueuedEvents', default: usualQueuedEvents, unit: 'inputs', min: 1, code: 'event_queue_full' },
  {
    name: 'maxQueuedEventsPerClient',
    default: usualQueuedEventsPerClient,
    unit: 'events',
    min: 1,
    code: 'event_queue_full',
  },
  { name: 'maxAheadMs', default: usualAheadMs, unit: 'ms', min: 0, max: 60_000 },
  { name: 'sendEveryTicks', default: 1, unit: 'ticks', min: 1, whole: true },
  { name: 'clientTimeShare', default: usualClientTimeShare, unit: 'share', min: Number.MIN_VALUE, max: 1 },
  { name: 'firstStepAtMs', default: 'one tick later', unit: '', min: 0 },
  { name: 'isHeldUp', default: 'never', unit: '', min: 0 },
  { name: 'metering', default: 'none', unit: '', min: 0 },
  { name: 'logger', default: 'the console', unit: '', min: 0 },
] as const satisfies readonly OptionRange[]

/** Options of one step of a machine. */
export interface StepOptions {
  /** The time that the store keeps with the version. Default: game time in ms. */
  timeMs?: number
  /**
   * False: only joins and leaves run, and no `timeStep`; events wait, and those of clients that leave are dropped. For a paused
   * game. The tick has a number and a version, but game time stands still. Default true.
   */
  timeStep?: boolean
  /**
   * Inputs are begun for so long, in ms from 0 on the clock of `run`, one at least; the rest waits. Clients take turns.
   * Default: all inputs run, as they do while the machine does not run.
   */
  inputMs?: number
  /** True: events that wait for a later tick run in this one, as no tick follows soon. Default false. */
  isLast?: boolean
}

/** Of a game that goes on. */
export interface RestoredTime {
  tick?: number
  seed?: number
}
