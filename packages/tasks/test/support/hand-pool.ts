import type { TaskPool } from '../../src/task-pool.js'

/** A task that a test finishes by hand. */
interface HandTask {
  readonly name: string
  readonly data: unknown
  readonly signal: AbortSignal
  give(result: unknown): Promise<void>
  throw(error: unknown): Promise<void>
}

/** Runs no tasks, but hands them to the test. */
export function handPool() {
  const begun: HandTask[] = []
  let isClosed = false
  const pool: TaskPool = {
    run: (name, data, signal) =>
      new Promise((resolve, reject) => {
        const settled = async (): Promise<void> => {
          // what is told of it, is told in the microtasks that follow
          for (let i = 0; i < 8; i++) await Promise.resolve()
        }
        begun.push({
          name,
          data,
          signal,
          give: (result) => {
            resolve(result)
            return settled()
          },
          throw: (error) => {
            reject(error)
            return settled()
          },
        })
      }),
    close: async () => {
      isClosed = true
    },
  }
  return { pool, begun, isClosed: () => isClosed }
}
