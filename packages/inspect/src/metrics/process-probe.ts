import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import type { MemoryReading, Quantiles } from './metrics-reading.js'

/** What metrics ask the process. Tests give their own. */
export interface ProcessProbe {
  /** Real time in ms, which moves while code runs. */
  nowMs(): number
  /** Time that the event loop has waited since the process began, in ms. */
  idleMs(): number
  /** How late timers were since the last call. */
  takeLoopDelay(): Quantiles
  memory(): MemoryReading
  /** Begins to watch the event loop. */
  open(): void
  close(): void
}

/** How often the event loop is looked at. Each look wakes the process; a delay that is longer than this is found in any case. */
const resolutionMs = 100

/** The process that this code runs in. */
export function ownProcess(): ProcessProbe {
  const delay = monitorEventLoopDelay({ resolution: resolutionMs })
  /** The histogram has whole intervals between two looks, in ns. */
  const late = (ns: number): number => (Number.isFinite(ns) ? Math.max(0, ns / 1e6 - resolutionMs) : 0)
  return {
    nowMs: () => performance.now(),
    idleMs: () => performance.eventLoopUtilization().idle,
    takeLoopDelay() {
      if (delay.count === 0) return { p50: 0, p99: 0, max: 0 }
      const quantiles = { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) }
      delay.reset()
      return quantiles
    },
    memory() {
      const { rss, heapUsed, heapTotal, external } = process.memoryUsage()
      return { rssBytes: rss, heapUsedBytes: heapUsed, heapTotalBytes: heapTotal, externalBytes: external }
    },
    open: () => void delay.enable(),
    close: () => void delay.disable(),
  }
}
