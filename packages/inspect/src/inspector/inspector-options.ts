import type { Clock } from '@tygase/gamestate'
import { faultOfOptions, type LoggerOption, type OptionRow } from '@tygase/gamestate/internal'
import type { HttpApp } from '@tygase/http'
import { isDevelopment } from '@tygase/server/internal'
import { InspectError } from '../errors.js'
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

const usualSessionMs = 12 * 60 * 60 * 1000

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

/** The options with their defaults. */
export type SettledInspectorOptions = InspectorOptions &
  Required<Pick<InspectorOptions, 'path' | 'sessionMs'>> & { readonly origins: readonly string[] }

/** @throws InspectError `invalid_argument` naming the option; `auth_missing` in production */
export function settleInspectorOptions(options: InspectorOptions = {}): SettledInspectorOptions {
  const fault = faultOfOptions('createInspector', inspectorOptionRows, options)
  if (fault !== undefined) throw new InspectError('invalid_argument', fault)
  const { path = '/inspect', sessionMs = usualSessionMs, origins = [] } = options
  if (typeof path !== 'string' || !/^(?:\/[\w-]+)+$/.test(path)) {
    throw new InspectError('invalid_argument', `path is letters, digits, "-" and "_" after a "/", not ${String(path)}`)
  }
  for (const origin of origins) {
    if (!URL.canParse(origin) || new URL(origin).origin !== origin)
      throw new InspectError('invalid_argument', `not an origin like https://game.example: '${String(origin)}'`)
  }
  const { auth, metrics } = options
  if (metrics !== undefined && typeof metrics.read !== 'function')
    throw new InspectError('invalid_argument', 'metrics are made by createMetrics')
  if (auth === undefined && !isDevelopment()) {
    throw new InspectError('auth_missing', 'the inspector shows all secrets of all rooms: it needs auth in production')
  }
  if (auth !== undefined && typeof auth !== 'function' && (typeof auth !== 'object' || auth === null))
    throw new InspectError('invalid_argument', 'auth is an object with a token for each right, or a function')
  return { ...options, path, sessionMs, origins }
}
