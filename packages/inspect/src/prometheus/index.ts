export { createPrometheus, type Prometheus, type PrometheusOptions } from './prometheus.js'
