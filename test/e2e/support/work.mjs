// What the tests of tasks do in threads.

/** @param {{ n: number, by: string }} data */
export function sumTo({ n, by }) {
  let sum = 0
  for (let i = 1; i <= n; i++) sum += i
  return { sum, by }
}

/**
 * Takes the thread for itself until it is told to stop.
 * @param {{ flags: Int32Array }} data at index 0 it says that it has begun, at 1 it is told to stop
 */
export function spin({ flags }) {
  Atomics.store(flags, 0, 1)
  while (Atomics.load(flags, 1) === 0);
  return 'stopped'
}
