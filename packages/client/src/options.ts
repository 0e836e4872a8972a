import type { AnyGame, Clock, Logger } from '@tygase/gamestate'
import type { JoinDataOf, LoggerOption } from '@tygase/gamestate/internal'
import { atOnce, guardedClock, type OptionRange, type OptionRow, toBriefLogger } from '@tygase/gamestate/internal'
import { type ClientLimits, type ProtocolError, writeCredentials } from '@tygase/protocol/internal'
import { ownClock } from '#runtime'
import { checkOptions, unchecked } from './checks.js'
import { ClientError, invalidArgument } from './errors.js'
import type { LinkSimulation } from './link/simulate-link.js'
import type { Prediction } from './prediction.js'

/**
 * Options of `connect`.
 * @typeParam G the game
 */
export type ConnectOptions<G extends AnyGame = AnyGame> = CommonConnectOptions<G> & (GivenGame<G> | NoGame<G>)

interface GivenGame<G extends AnyGame> {
  /** The game's rules, for `scene`. The server then refuses a client of another `version`. */
  game: G
  /**
   * Runs the rules ahead of the server, so that own events are seen at once: `predict()` of `@tygase/client/predict`. Needs
   * `game`. Default: no prediction.
   */
  predict?: Prediction
}

interface NoGame<G extends AnyGame> {
  game?: G
  /** The key is the message of the compiler. */
  predict?: Prediction & { readonly 'predict needs the option game': never }
}

interface CommonConnectOptions<G extends AnyGame> {
  /** What the game's `joinData` asks for: rules read it as `ctx.client.data`. With the credentials at most 8 KiB. */
  data?: JoinDataOf<G>['input']
  /** Any plain value for the server's `auth`, for example a token. It travels in the first packet and is in no log. */
  credentials?: unknown
  /** The ticket of a reservation: good for one place in its room. */
  ticket?: string
  /** Gives up connecting: `connect` then rejects with the signal's reason. It has no effect once connected. */
  signal?: AbortSignal
  /** How long `connect` tries before it rejects with `connect_timeout`, in ms. Default 10,000: a busy machine takes seconds to load a page. */
  timeoutMs?: number
  /**
   * False: a connection that loses its transport closes with `transport_lost`. Default true: it tries to resume, for as
   * long as the server keeps the session.
   */
  reconnect?: boolean
  /**
   * True, as by default: a page that is loaded again is the same client, in its seat, for as long as the server keeps the session.
   * A tab that is duplicated is a new one. Only for pages from https: or from the same machine, and for a URL.
   */
  rejoin?: boolean
  /** Events that are dispatched in quick succession are sent together, at most once in so many ms. Default 50. */
  flushIntervalMs?: number
  /** How many versions the replica keeps, from 1. More let a client draw further in the past. Default 16. */
  maxVersions?: number
  /**
   * Most memory of the versions of the state, counted in the objects that they take. Older versions go first; if the newest
   * alone takes more, the session closes with `packet_too_large`. Default 512 MiB.
   */
  maxStateBytes?: number
  /** Default: warnings and errors go to the console. `false`: silence. */
  logger?: LoggerOption
  /** Sizes and times of the session. Default: `defaultSessionLimits`. */
  limits?: Partial<ClientLimits>
  /** A bad network for development: `simulateLink(…)` of `@tygase/client/link`. */
  link?: LinkSimulation
  /** Default: real time. */
  clock?: Clock
  /** Gives numbers from 0 to below 1, other ones for each client. Default `Math.random`: nothing secret depends on it. */
  random?: () => number
}

/** Options without a number, a range or a simple default. */
export const otherConnectOptions = [
  'game',
  'predict',
  'data',
  'credentials',
  'ticket',
  'signal',
  'logger',
  'limits',
  'link',
  'clock',
  'random',
] as const

/** Far above the state of any game, and below what a page may take. */
const defaultStateBytes = 512 * 1024 * 1024

/** Defaults and ranges of the options of `connect`. */
const ranges = [
  { name: 'timeoutMs', default: 10_000, unit: 'ms', min: 0 },
  { name: 'flushIntervalMs', default: 50, unit: 'ms', min: 0 },
  { name: 'maxVersions', default: 16, unit: 'versions', min: 1, whole: true },
  { name: 'maxStateBytes', default: defaultStateBytes, unit: 'bytes', min: 0 },
  { name: 'reconnect', default: true, unit: '', min: 0 },
  { name: 'rejoin', default: true, unit: '', min: 0 },
  ...otherConnectOptions.map(unchecked),
] as const satisfies readonly OptionRange[]

export const defaultWaitMs = 1000
const waitRange = { name: 'timeoutMs', default: defaultWaitMs, unit: 'ms', min: 0 } as const

/** The options of `waitUntil` for the reference page. */
export const waitOptionTable: readonly OptionRow[] = /* @__PURE__ */ (() => [
  { ...waitRange, code: 'wait_timeout', meaning: 'How long `waitUntil` waits before it rejects. Infinity: for ever.' },
])()

/** The options of `connect` for the reference page. Bundles leave it out. */
export const connectOptionTable: readonly OptionRow[] = /* @__PURE__ */ (() => {
  const meanings: Readonly<Record<string, string>> = {
    timeoutMs: 'How long `connect` tries before it gives up. Infinity: for ever.',
    flushIntervalMs: 'Events that are dispatched in quick succession are sent together, at most once in this time.',
    maxVersions: 'How many versions the replica keeps. More let a client draw further in the past.',
    maxStateBytes: 'Memory of the versions of the state as objects. Older versions go first.',
    reconnect:
      'Whether a connection that loses its transport tries to resume. If not, it closes with `transport_lost`.',
    rejoin: 'Whether a page that is loaded again is the same client, in its seat.',
  }
  const codes: Readonly<Record<string, string>> = { timeoutMs: 'connect_timeout', maxStateBytes: 'packet_too_large' }
  return ranges.flatMap((range) => {
    const [meaning, code] = [meanings[range.name], codes[range.name]]
    return meaning === undefined ? [] : [{ ...range, meaning, ...(code !== undefined && { code }) }]
  })
})()

/** Options with all defaults filled in. */
export interface ConnectSettings {
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly limits: Partial<ClientLimits>
  readonly signal: AbortSignal | undefined
  /** Replaced by `replaceGame` of the connection. */
  game: AnyGame | undefined
  readonly link: LinkSimulation | undefined
  readonly timeoutMs: number
  readonly reconnect: boolean
  readonly rejoin: boolean
  readonly flushIntervalMs: number
  readonly maxVersions: number
  readonly maxStateBytes: number
  /** The bytes for the hello. */
  readonly credentials: Uint8Array
  readonly predict: Prediction | undefined
  /** The option `data`. */
  readonly data: unknown
}

/** The option `data`: required if the game's `joinData` asks for it. */
export type RequiredData<G extends AnyGame> = undefined extends JoinDataOf<G>['input']
  ? unknown
  : { data: JoinDataOf<G>['input'] }

/** @throws ClientError `invalid_argument` for an unknown option and for a value out of range; GameStateError `invalid_argument` for a wrong logger */
export function checkConnectOptions(options: ConnectOptions): ConnectSettings {
  checkOptions('connect', ranges, options)
  const { random: draw = Math.random, logger, limits = {}, signal, game, credentials, ticket, data, link } = options
  const { predict } = options
  // reason: the ranges have the defaults of the numbers and switches
  const filled = Object.fromEntries(
    ranges.map(({ name, default: value }) => [name, options[name] ?? value]),
  ) as unknown as ConnectSettings
  const log = toBriefLogger(logger, options.clock)
  const clock = guardedClock(options.clock ?? ownClock, log)
  const random = (): number => atOnce('random', draw())
  if (ticket !== undefined && typeof ticket !== 'string') throw invalidArgument('ticket is a string')
  if (predict !== undefined && (typeof predict?.start !== 'function' || game === undefined)) {
    throw invalidArgument('predict is made by predict(), and needs game')
  }
  if (link !== undefined && typeof link?.over !== 'function') throw invalidArgument('link is made by simulateLink()')
  let bytes: Uint8Array
  try {
    bytes = writeCredentials({ credentials, ticket, data, version: game?.version })
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : cause
    throw new ClientError('invalid_argument', `credentials and data are plain values: ${why}`, { cause })
  }
  return { ...filled, clock, random, logger: log, limits, signal, link, credentials: bytes }
}

/** @throws ClientError `invalid_argument` */
export function checkWaitOptions(options: unknown): void {
  checkOptions('waitUntil', [waitRange], options)
}

/**
 * Options of `connection.dispatchEvent`.
 * @typeParam Result what the handler or rule at the server returns
 */
export interface DispatchOptions<Result = unknown> {
  /** How often the event may be sent again while no ack comes, 0 to Infinity. Default 0. */
  retries?: number
  /**
   * True: takes the place of an event of the same name, and with prediction of the same tick, that has not left yet; the
   * `onFail` of that one is called with `event_replaced`. For a mouse or stick that reports faster than the game ticks.
   * Default false.
   */
  replace?: boolean
  /** The event was handled at the server; `result` is the value that the handler or rule returned. */
  onAck?: (result: Result) => unknown
  /** The event was refused, lost or not acked in time. Of this and `onAck` exactly one is called, once. */
  onFail?: (error: ProtocolError) => unknown
}

/** Options of `connection.request`. */
export interface RequestOptions {
  /** How long to wait for the answer, in ms. Default 5,000. */
  timeoutMs?: number
  /** As in `DispatchOptions`. Default Infinity: until the answer is here or the session ends. */
  retries?: number
}

export const dispatchOptionNames = ['retries', 'replace', 'onAck', 'onFail'] as const
export const requestOptionNames = ['timeoutMs', 'retries'] as const
