export { InspectError, type InspectErrorCode } from './errors.js'
export { createMetrics, type Metrics } from './metrics/metrics.js'
export type { MetricsReading } from './metrics/metrics-reading.js'
