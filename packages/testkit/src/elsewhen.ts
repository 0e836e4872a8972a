/** An hour and a bit: no rule that looks at a real clock sees the same twice. */
const shiftMs = 4_000_019

/**
 * Runs `work` as if it ran at another time: `Date` and `performance.now` are ahead meanwhile. A rule that reads them in two
 * runs within one millisecond would otherwise go unnoticed. For synchronous work.
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
