/** A little more than an hour: a rule that reads a real clock gets another value. */
const shiftMs = 4_000_019

/**
 * Runs synchronous `work` with `Date` and `performance.now` set ahead. Without it, a rule that reads a real clock would go
 * unnoticed if it runs twice within one millisecond.
 */
export function elsewhen<T>(work: () => T): T {
  const RealDate = globalThis.Date
  const realNow = performance.now
  const ShiftedDate = new Proxy(RealDate, {
    construct: (target, args, newTarget) =>
      Reflect.construct(target, args.length === 0 ? [RealDate.now() + shiftMs] : args, newTarget) as object,
    apply: () => new RealDate(RealDate.now() + shiftMs).toString(),
    get: (target, key) => (key === 'now' ? () => RealDate.now() + shiftMs : Reflect.get(target, key)),
  })
  globalThis.Date = ShiftedDate
  performance.now = () => realNow.call(performance) + shiftMs
  try {
    return work()
  } finally {
    globalThis.Date = RealDate
    performance.now = realNow
  }
}
