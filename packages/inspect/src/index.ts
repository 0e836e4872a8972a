export { InspectError, type InspectErrorCode } from './errors.js'
export { createInspector } from './inspector/create-inspector.js'
export type {
  Inspector,
  InspectorAuth,
  InspectorOptions,
  LoginRequest,
} from './inspector/inspector-options.js'
export { createMetrics, type Metrics } from './metrics/metrics.js'
export type { MetricsReading } from './metrics/metrics-reading.js'
