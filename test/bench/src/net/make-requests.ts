import { percentile } from './percentile.js'
import type { TripFigures } from './questions.js'

/**
 * Calls again and again until the time is over.
 * @param atOnce calls under way at any time
 * @throws Error when an answer is not what was sent
 */
export async function makeRequests(
  call: (value: number) => Promise<unknown>,
  atOnce: number,
  seconds: number,
): Promise<TripFigures> {
  const tripsMs: number[] = []
  const startMs = performance.now()
  const endMs = startMs + seconds * 1000
  const callOn = async (caller: number): Promise<void> => {
    for (let value = caller; performance.now() < endMs; value += atOnce) {
      const sentMs = performance.now()
      const answer = await call(value)
      if (answer !== value) throw new Error(`A request with ${value} was answered with ${String(answer)}.`)
      tripsMs.push(performance.now() - sentMs)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, (_, caller) => callOn(caller)))
  return {
    perSecond: tripsMs.length / ((performance.now() - startMs) / 1000),
    p50Ms: percentile(tripsMs, 0.5),
    p99Ms: percentile(tripsMs, 0.99),
  }
}
