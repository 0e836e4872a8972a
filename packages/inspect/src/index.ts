export { InspectError, type InspectErrorCode } from './errors.js'
export type { MetricsReading } from './metrics/metrics-reading.js'
