import type { Meter, Observable } from '@opentelemetry/api'
import { type MetricRow, metricRows, sourceOf } from '../metrics/metric-table.js'
import type { Metrics } from '../metrics/metrics.js'

/**
 * Offers metrics to OpenTelemetry: an instrument for each, with the names and labels that Prometheus has, read when the SDK of your
 * program collects. How late ticks were is in three gauges, since an observable histogram does not exist.
 * @param meter of `metrics.getMeter('tygase')` of `@opentelemetry/api`
 * @returns a function that ends it
 */
export function observeMetrics(metrics: Metrics, meter: Meter): () => void {
  const rows = [...metricRows, lateRow]
  const instruments = new Map<Observable, MetricRow>()
  for (const row of rows) {
    const { name, kind, unit, help: description } = row
    const settings = { unit, description }
    const instrument =
      kind === 'counter' ? meter.createObservableCounter(name, settings) : meter.createObservableGauge(name, settings)
    instruments.set(instrument, row)
  }
  const all = [...instruments.keys()]
  const observe: Parameters<Meter['addBatchObservableCallback']>[0] = (result) => {
    const source = sourceOf(metrics)
    for (const [instrument, row] of instruments) {
      for (const { labels, value } of row.values(source)) result.observe(instrument, value, labels)
    }
  }
  meter.addBatchObservableCallback(observe, all)
  return () => meter.removeBatchObservableCallback(observe, all)
}

const lateRow: MetricRow = {
  ...{ name: 'tygase_tick_late_seconds', kind: 'gauge', unit: 's', help: 'How late ticks were in the last second.' },
  values: ({ now: { ticks } }) => [
    { labels: { quantile: '0.5' }, value: ticks.lateMs.p50 / 1000 },
    { labels: { quantile: '0.99' }, value: ticks.lateMs.p99 / 1000 },
    { labels: { quantile: '1' }, value: ticks.lateMs.max / 1000 },
  ],
}
