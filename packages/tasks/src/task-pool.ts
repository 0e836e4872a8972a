import { fileURLToPath } from 'node:url'
import type { Logger } from '@tygase/gamestate'
import { Piscina } from 'piscina'

/** Runs tasks. */
export interface TaskPool {
  /** @returns the result of the task; rejects if it fails. After an abort both are ignored. */
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
 * Threads that are made when they are needed. The pool must not get more tasks than threads at a time: if a thread ends with an
 * aborted or crashed task, the pool makes no new thread for a task that waits.
 */
export function threadPool({ file, maxThreads, idleTimeoutMs, logger }: TaskPoolOptions): TaskPool {
  // each task names the file: if it cannot be loaded, the task fails, and not a thread without a task
  const filename = file instanceof URL ? fileURLToPath(file) : file
  const pool = new Piscina({ minThreads: 0, maxThreads, idleTimeout: idleTimeoutMs, recordTiming: false })
  pool.on('error', (error: unknown) => logger.error({ err: error }, 'a thread failed'))
  return {
    run: (name, data, signal) => pool.run(data, { filename, name, signal }),
    close: () => pool.destroy(),
  }
}
