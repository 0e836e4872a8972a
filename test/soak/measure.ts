/** The memory and handles of a server's process after a garbage collection. */
export interface Measure {
  heapBytes: number
  /** Sockets, servers and pipes that are open. */
  handles: number
  timers: number
  sessions: number
}

/** Room for what the runtime does by itself: it compiles, and keeps what it may need again. */
const heapToleranceBytes = 2 * 1024 * 1024

/** @returns what has grown between two measures that should be alike; empty when nothing has */
export function growthBetween(start: Measure, end: Measure): string[] {
  const grown: string[] = []
  if (end.heapBytes > start.heapBytes + heapToleranceBytes) grown.push('heap')
  for (const what of ['handles', 'timers', 'sessions'] as const) if (end[what] > start[what]) grown.push(what)
  return grown
}

export function describeMeasure({ heapBytes, handles, timers, sessions }: Measure): string {
  return `${(heapBytes / 1024 / 1024).toFixed(2)} MB heap, ${handles} handles, ${timers} timers, ${sessions} sessions`
}
