import type { Clock } from '@tygase/gamestate'
import type { LoggerOption, OptionRow } from '@tygase/gamestate/internal'
import type { HttpApp } from '@tygase/http'
import type { MetricsReading } from '../metrics/metrics-reading.js'
import type { Right } from '../shared/http-answers.js'
import type { TokensByRight } from './sessions.js'

/** Who asks with a token. */
export interface LoginRequest {
  /** IP address in normal form; undefined for a request without a network. */
  readonly address: string | undefined
  /** Value of a header of the request, by its name in lower case. */
  header(name: string): string | undefined
}

/**
 * Who may see and do what: a token for each right, at least one of them, or a function that finds the right of a token. It returns
 * undefined for a wrong one, and may be asynchronous.
 */
export type InspectorAuth =
  | TokensByRight
  | ((token: string, request: LoginRequest) => Right | undefined | Promise<Right | undefined>)

/** Options of `createInspector`. */
export interface InspectorOptions {
  /**
   * Who may see and do what. `metrics` shows the dashboard. `inspect` shows all rooms with all their state, secrets included. `act`
   * changes rooms. Default, in development alone: all pages at this machine may do everything, and no other machine is answered.
   */
  auth?: InspectorAuth
  /** What the dashboard shows: `createMetrics(server)`. Default: there is no dashboard. */
  metrics?: { read(): MetricsReading }
  /** Where the page is, behind the path of `run` and `createHttp`. Default `/inspect`. */
  path?: string
  /** Further origins of the page: of a proxy that changes the header `Host`. Default: none. */
  origins?: readonly string[]
  /** How long a login lasts, in ms. Default 12 hours. */
  sessionMs?: number
  /** Gets what people have done with the inspector, at level info. Default: warnings and errors go to the console. */
  logger?: LoggerOption
  /** Default: real time. */
  clock?: Clock
}

/** The inspector of a server. */
export interface Inspector {
  /** Adds the page and its routes: `createHttp({ routes: inspector.routes })`. */
  readonly routes: (app: HttpApp) => void
  /** Ends all sessions and looks. Nothing of it is left in the server. */
  close(): Promise<void>
}

/** A login of the morning lasts for the day. */
export const usualSessionMs = 12 * 60 * 60 * 1000

const other = (name: keyof InspectorOptions, meaning: string) =>
  ({ name, default: undefined, unit: '', min: 0, meaning }) satisfies OptionRow

/** The options of `createInspector`. */
export const inspectorOptionRows: readonly OptionRow[] = [
  other(
    'auth',
    'Tokens by right, or a function. Default, in development alone: all pages at this machine may do everything.',
  ),
  other('metrics', 'What the dashboard shows: `createMetrics(server)`. Default: there is no dashboard.'),
  {
    name: 'path',
    default: '/inspect',
    unit: '',
    min: 0,
    meaning: 'Where the page is, behind the path of `run` and `createHttp`.',
  },
  other('origins', 'Further origins of the page: of a proxy that changes the header `Host`. Default: none.'),
  { name: 'sessionMs', default: usualSessionMs, unit: 'ms', min: 1000, meaning: 'How long a login lasts.' },
  other('logger', 'Gets what people have done, at level info. Default: warnings and errors go to the console.'),
  other('clock', 'Time and timers. Default: real time.'),
]
