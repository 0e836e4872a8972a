import { fileURLToPath } from 'node:url'
import type { Logger } from '@tygase/gamestate'
import { Piscina } from 'piscina'

/** Where a task is run. */
export interface TaskPool {
  /** @returns a promise of what the task gives; rejects when it fails. Whoever aborts no longer cares for either */
  run(name: string, data: unknown, signal: AbortSignal): Promise<unknown>
  /** Ends all threads. */
  close(): Promise<void>
}

export interface TaskPoolOptions {
  file: URL | string
  maxThreads: number
  idleTimeoutMs: number
  logger: Logger
}

/**
 * Threads that are made when they are needed. It must not be given more tasks at a time than it has threads: it does not make a
 * new thread for one that waits, when the one that it would have had is ended with a task that was aborted or crashed.
 */
export function threadPool({ file, maxThreads, idleTimeoutMs, logger }: TaskPoolOptions): TaskPool {
  // the file goes with each task: one that cannot be loaded is then the fault of the task, and not of a thread without one
  const filename = file instanceof URL ? fileURLToPath(file) : file
  const pool = new Piscina({ minThreads: 0, maxThreads, idleTimeout: idleTimeoutMs, recordTiming: false })
  pool.on('error', (error: unknown) => logger.error({ err: error }, 'a thread failed'))
  return {
    run: (name, data, signal) => pool.run(data, { filename, name, signal }),
    close: () => pool.destroy(),
  }
}
