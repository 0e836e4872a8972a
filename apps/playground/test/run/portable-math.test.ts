import { createRandom } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { portableMath } from '../../src/run/portable-math.js'

type OneNumber = (x: number) => number

/** Where each function is compared with the one of this engine, and by how many parts in 10^15 they may differ. */
const table: readonly (readonly [name: string, from: number, to: number, parts: number])[] = [
  ['sin', -50, 50, 2],
  ['cos', -50, 50, 2],
  ['tan', -1.5, 1.5, 2],
  ['asin', -1, 1, 2],
  ['acos', -1, 1, 2],
  ['atan', -100, 100, 2],
  ['exp', -700, 700, 2],
  ['expm1', -3, 3, 2],
  ['log', 1e-9, 1e9, 2],
  ['log1p', -0.9, 10, 2],
  ['log2', 1e-9, 1e9, 2],
  ['log10', 1e-9, 1e9, 2],
  ['sinh', -30, 30, 5],
  ['cosh', -30, 30, 5],
  ['tanh', -30, 30, 3],
  ['asinh', -1e6, 1e6, 3],
  ['acosh', 1, 1e6, 3],
  ['atanh', -0.99, 0.99, 5],
  ['cbrt', -1e6, 1e6, 2],
]

const special = [
  0,
  -0,
  1,
  -1,
  0.5,
  2,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  1e308,
  -1e-308,
  5e-324,
]

function far(a: number, b: number): number {
  if (Object.is(a, b) || (a === 0 && b === 0)) return 0
  // near a zero of a sine the digits that are left are few: what counts there is the distance
  return Math.abs(a - b) / Math.max(Math.abs(b), 0.1)
}

describe('the portable functions', () => {
  it.each(table)('%s agrees with the engine', (name, from, to, parts) => {
    const [own, engine] = [portableMath, Math].map((math) => (math as unknown as Record<string, OneNumber>)[name]!)
    const random = createRandom(1, name.length)
    let worst = 0
    for (let n = 0; n < 20_000; n++) {
      const x = from + (to - from) * random()
      worst = Math.max(worst, far(own!(x), engine!(x)))
    }
    expect(worst).toBeLessThan(parts * 1e-15)
  })

  it.each(table)('%s does with special numbers what the language says', (name) => {
    const [own, engine] = [portableMath, Math].map((math) => (math as unknown as Record<string, OneNumber>)[name]!)
    // the sine of a number as large as that has no digits that make sense
    const given = special.filter((x) => !/^(sin|cos|tan)$/.test(name) || Math.abs(x) < 1e6 || !Number.isFinite(x))
    for (const x of given)
      expect([x, far(own!(x), engine!(x)) < 1e-14 || Object.is(own!(x), engine!(x))]).toEqual([x, true])
  })

  it.each(['atan2', 'pow', 'hypot'] as const)('%s agrees for all pairs of special numbers and for others', (name) => {
    const random = createRandom(2, name.length)
    const pairs = special.flatMap((a) => special.map((b) => [a, b] as const))
    for (let n = 0; n < 5000; n++) pairs.push([random() * 200 - 100, random() * 20 - 10])
    for (const [a, b] of pairs) {
      const [own, engine] = [portableMath[name](a, b), Math[name](a, b)]
      const isNear = Object.is(own, engine) || Math.abs(own - engine) <= Math.abs(engine) * 2e-13 + 5e-324
      expect([a, b, isNear ? 'near' : own, engine]).toEqual([a, b, 'near', engine])
    }
  })

  it('are exact for whole powers and for the square root of a power', () => {
    for (let n = 0; n < 300; n++) expect(portableMath.pow(2, n)).toBe(2 ** n)
    expect(portableMath.pow(9, 0.5)).toBe(3)
    expect(portableMath.hypot(3, 4)).toBe(5)
  })

  it('have no numbers of chance', () => {
    expect(() => portableMath.random()).toThrow('ctx.random()')
  })

  it('leave what every engine computes alike as it is', () => {
    for (const name of ['floor', 'round', 'sqrt', 'abs', 'max', 'imul', 'fround'] as const) {
      expect(portableMath[name]).toBe(Math[name])
    }
    expect(portableMath.PI).toBe(Math.PI)
  })
})
