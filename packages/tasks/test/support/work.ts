/** The tasks of work.mjs, as a game would import their types from its own module. */
export interface Work {
  multiply(data: { a: number; b: number }): number
  later(value: number): Promise<number>
  fail(message: string): never
  crash(data?: undefined): never
  uncopyable(data?: unknown): () => number
  spin(data: { flags: Int32Array }): string
  leaveRejection(data?: undefined): Promise<void>
  thenable(data?: undefined): PromiseLike<void>
  rejectNothing(data?: undefined): Promise<never>
  missing(data?: undefined): void
  notATask(data?: undefined): void
}

export const workFile = new URL('./work.mjs', import.meta.url)

/** Flags for `spin`, and a promise of its having begun. */
export function spinning() {
  const flags = new Int32Array(new SharedArrayBuffer(8))
  const begun = async (): Promise<void> => {
    while (Atomics.load(flags, 0) === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  return { flags, begun, stop: () => void Atomics.store(flags, 1, 1) }
}
