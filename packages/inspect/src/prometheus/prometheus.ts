import { createHash, timingSafeEqual } from 'node:crypto'
import { faultOfOptions, type OptionRow } from '@tygase/gamestate/internal'
import type { HttpApp } from '@tygase/http'
import { collectDefaultMetrics, type Metric, Registry } from 'prom-client'
import { InspectError, type metricsErrorCodes } from '../errors.js'
import { isOfThisMachine } from '../inspector/origin.js'
import { type MetricSource, metricRows, sourceOf, tickLateMetric } from '../metrics/metric-table.js'
import type { Metrics } from '../metrics/metrics.js'
import { lateBoundsMs } from '../metrics/tick-lateness.js'

/** Shorter ones can be guessed. */
const leastTokenLength = 16

/** Options of `createPrometheus`. */
export interface PrometheusOptions {
  /**
   * Who sends it as `Authorization: Bearer TOKEN` may read the metrics; 16 characters or more. Without it only this machine may, and
   * not through a proxy.
   */
  token?: string | undefined
  /** Path of the route. Default `/metrics`. */
  path?: string
  /** Takes the metrics beside your own. Default: a registry that has those of Node besides, such as `process_cpu_seconds_total`. */
  registry?: Registry
}

/** The metrics of a server for Prometheus. */
export interface Prometheus {
  /** Of prom-client: it takes metrics of your own too. */
  readonly registry: Registry
  /** The answer of `/metrics`. */
  text(): Promise<string>
  /** For `createHttp({ routes: prometheus.routes })`. */
  readonly routes: (app: HttpApp) => void
}

/**
 * Offers metrics to Prometheus. They are collected while it scrapes; between two scrapes this costs
 * nothing, but for the looks of prom-client at event loop and garbage collector.
 * @throws InspectError `invalid_argument` for an option that is unknown or wrong
 */
export function createPrometheus(metrics: Metrics, options: PrometheusOptions = {}): Prometheus {
  const { token, path = '/metrics', registry = registryOfNode() } = checked(options)
  register(metrics, registry)
  const mayRead = token === undefined ? undefined : bearerCheck(token)
  const text = (): Promise<string> => registry.metrics()
  const routes = (app: HttpApp): void => {
    app.get(path, async (c) => {
      if (
        mayRead === undefined &&
        !isOfThisMachine({ header: (name) => c.req.header(name), client: c.env.clientAddress })
      ) {
        return refusal(403, 'metrics_not_local', 'without a token, metrics are for requests from this machine')
      }
      if (mayRead?.(c.req.header('authorization')) === false) {
        return refusal(401, 'metrics_token_wrong', 'the token for metrics is missing or wrong')
      }
      const headers = { 'content-type': registry.contentType, 'cache-control': 'no-store' }
      return new Response(await text(), { headers })
    })
  }
  return { registry, text, routes }
}

function registryOfNode(): Registry {
  const registry = new Registry()
  // it looks at the event loop this often, in ms, also between two scrapes
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: 50 })
  return registry
}

/** Adds a collector for each metric. Those of one scrape have the same source. */
function register(metrics: Metrics, registry: Registry): void {
  let source: MetricSource | undefined
  const current = (): MetricSource => {
    if (source === undefined) {
      source = sourceOf(metrics)
      // a registry asks all its metrics in one turn
      queueMicrotask(() => {
        source = undefined
      })
    }
    return source
  }
  for (const { name, kind, help, values } of metricRows) {
    add(registry, {
      name,
      help,
      type: kind,
      aggregator: 'sum',
      get: async () => ({ name, help, type: kind, aggregator: 'sum', values: values(current()) }),
    })
  }
  const { name, help } = tickLateMetric
  add(registry, {
    ...{ name, help, type: 'histogram', aggregator: 'sum' },
    get: async () => ({ name, help, type: 'histogram', aggregator: 'sum', values: lateValues(metrics) }),
  })
}

/** A metric that a registry asks for its values; the classes of prom-client would keep a copy of them. */
interface AskedMetric {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly aggregator: string
  get(): Promise<object>
}

function add(registry: Registry, metric: AskedMetric): void {
  // reason: a registry calls nothing but `get` of a metric, and its type asks for one of its own classes
  registry.registerMetric(metric as unknown as Metric)
}

/** Each bucket has the ticks of all smaller ones too. */
function lateValues({ lateness }: Metrics): object[] {
  const { name } = tickLateMetric
  let total = 0
  const buckets = lateness.counts.map((count, place) => {
    total += count
    const bound = lateBoundsMs[place]
    return { metricName: `${name}_bucket`, labels: { le: bound === undefined ? '+Inf' : bound / 1000 }, value: total }
  })
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels: {}, value: lateness.sumMs / 1000 },
    { metricName: `${name}_count`, labels: {}, value: total },
  ]
}

/** @returns a function that takes equally long for every header */
function bearerCheck(token: string): (header: string | undefined) => boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  const expected = hash(`Bearer ${token}`)
  return (header = '') => timingSafeEqual(hash(header.replace(/^bearer +/i, 'Bearer ')), expected)
}

function refusal(status: number, code: (typeof metricsErrorCodes)[number], message: string): Response {
  const headers = { 'cache-control': 'no-store', ...(status === 401 && { 'www-authenticate': 'Bearer' }) }
  return Response.json({ code, message }, { status, headers })
}

const other = (name: keyof PrometheusOptions, meaning: string) =>
  ({ name, default: undefined, unit: '', min: 0, meaning }) satisfies OptionRow

/** The options of `createPrometheus`. */
export const prometheusOptionRows: readonly OptionRow[] = [
  other('token', 'Needed as `Authorization: Bearer TOKEN`. Default: only requests from this machine are answered.'),
  other('path', 'Path of the route. Default `/metrics`.'),
  other('registry', 'Registry of prom-client that takes the metrics. Default: one with those of Node besides.'),
]

function checked(options: PrometheusOptions): PrometheusOptions {
  const fault = faultOfOptions('createPrometheus', prometheusOptionRows, options)
  if (fault !== undefined) throw new InspectError('invalid_argument', fault)
  const { token, path } = options
  if (token !== undefined && !(typeof token === 'string' && token.length >= leastTokenLength)) {
    // the token itself is in no message
    throw new InspectError('invalid_argument', `token is a text of ${leastTokenLength} characters or more`)
  }
  if (path !== undefined && !/^(?:\/[\w.~-]+)+$/.test(path)) {
    throw new InspectError(
      'invalid_argument',
      `path is letters, digits, "-", "_", "." and "~" after a "/", not ${path}`,
    )
  }
  return options
}
