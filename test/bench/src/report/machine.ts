import { cpus, loadavg } from 'node:os'

/** Where figures were measured. */
export function machine(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node} on ${process.platform}`
}

/** @param loads load averages, the one at the start first */
export function loadText(loads: readonly number[]): string {
  return `load average ${loads[0]!.toFixed(2)} at the start, ${Math.max(...loads).toFixed(2)} at most`
}

/** How many programs have wanted a processor in the last minute, on average. */
export function loadNow(): number {
  return loadavg()[0]!
}
