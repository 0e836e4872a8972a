import { cpus } from 'node:os'

/** Where figures were measured. */
export function machine(): string {
  const processors = cpus()
  return `${processors.length} × ${processors[0]?.model.trim() ?? 'unknown processor'}, Node ${process.versions.node} on ${process.platform}`
}
