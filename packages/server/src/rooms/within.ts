import type { Clock } from '@tygase/gamestate'

/** What `within` gives for a promise that has not settled in time. */
export const tooLate = Symbol('too late')

/** @returns what a promise resolves to, or `tooLate` when that takes longer; rejects as it does */
export function within<Value>(
  clock: Clock,
  timeoutMs: number,
  promise: Promise<Value>,
): Promise<Value | typeof tooLate> {
  return new Promise((resolve, reject) => {
    const cancel = clock.schedule(timeoutMs, () => resolve(tooLate))
    promise.then(resolve, reject).finally(cancel)
  })
}
