// What the tests of tasks do in threads.

/** @param {{ a: number, b: number }} data */
export const multiply = ({ a, b }) => a * b

/** @param {number} value */
export async function later(value) {
  await new Promise((resolve) => setImmediate(resolve))
  return value
}

/** @param {string} message */
export function fail(message) {
  throw new Error(message)
}

export function crash() {
  process.exit(7)
}

export const uncopyable = () => () => 1

/**
 * Takes the thread for itself until it is told to stop, or for ever.
 * @param {{ flags: Int32Array }} data at index 0 it says that it has begun, at 1 it is told to stop
 */
export function spin({ flags }) {
  Atomics.store(flags, 0, 1)
  while (Atomics.load(flags, 1) === 0);
  return 'stopped'
}

export const notATask = 42

/** Leaves a promise behind that rejects unseen. */
export async function leaveRejection() {
  Promise.reject(new Error('nobody took it'))
  // the thread ends before
  await new Promise(() => {})
}

export const thenable = () => ({
  /**
   * @param {unknown} _done
   * @param {(error: Error) => void} fail
   */
  // biome-ignore lint/suspicious/noThenProperty: reason: a promise of another make is what is tested
  then: (_done, fail) => fail(new Error('a promise of another make')),
})

export const rejectNothing = () => Promise.reject(undefined)
