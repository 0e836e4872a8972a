export { observeMetrics } from './open-telemetry.js'
