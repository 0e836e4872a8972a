/** Methods of arrays that look at, or move, up to all items. */
const walkingMethods = [
  'concat',
  'filter',
  'flat',
  'flatMap',
  'forEach',
  'indexOf',
  'map',
  'reduce',
  'shift',
  'slice',
  'some',
  'sort',
  'splice',
  'unshift',
] as const

interface Steps {
  next(...args: unknown[]): unknown
}

/** @returns how many items of maps, sets and arrays `work` has looked at in loops and in methods of arrays */
export function countSteps(work: () => void): number {
  let steps = 0
  const restore: (() => void)[] = []
  for (const list of [new Map().entries(), new Set().values(), [][Symbol.iterator]()]) {
    const prototype = Object.getPrototypeOf(list) as Steps
    const { next } = prototype
    prototype.next = function (...args) {
      steps++
      return next.apply(this, args)
    }
    restore.push(() => {
      prototype.next = next
    })
  }
  // reason: each method is put back as it was
  const methods = Array.prototype as unknown as Record<string, (...args: unknown[]) => unknown>
  for (const name of walkingMethods) {
    const method = methods[name]!
    methods[name] = function (this: unknown[], ...args) {
      steps += this.length
      return method.apply(this, args)
    }
    restore.push(() => {
      methods[name] = method
    })
  }
  try {
    // not those of the loops above
    steps = 0
    work()
    return steps
  } finally {
    for (const each of restore) each()
  }
}
