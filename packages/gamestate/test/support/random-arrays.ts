import fc from 'fast-check'
import type { Draw } from './random-state.js'

/** What the elements of an array are. */
export interface ElementKind {
  readonly name: string
  readonly element: (draw: Draw) => unknown
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })
const words = fc.constantFrom('', 'a', 'oak', 'elm', 'a long table of oak', 'a long table of elm', 'ü', '\ud800')
const numbers = fc.oneof(fc.double(), fc.constantFrom(0, -0, Number.NaN, Infinity, 0.1, 2 ** 53))
// one function for each, made once: fast-check keeps every function that a draw was given
const anyWord = (): typeof words => words
const anyNumber = (): typeof numbers => numbers
const anyBytes = (): fc.Arbitrary<Uint8Array> => fc.uint8Array({ maxLength: 3 })
const point = (draw: Draw): unknown => ({ x: draw(upTo, 9), y: draw(upTo, 9) })
const thing = (draw: Draw): unknown => ({
  id: draw(upTo, 1_000_000),
  name: draw(anyWord),
  at: point(draw),
  tags: Array.from({ length: draw(upTo, 3) }, () => draw(upTo, 9)),
})

export const elementKinds: readonly ElementKind[] = [
  { name: 'numbers', element: (draw) => draw(upTo, 10_000) },
  { name: 'few different numbers', element: (draw) => draw(upTo, 2) },
  {
    name: 'any numbers',
    element: (draw) => draw(anyNumber),
  },
  { name: 'texts', element: (draw) => draw(anyWord) },
  { name: 'booleans', element: (draw) => draw(fc.boolean) },
  { name: 'points', element: point },
  { name: 'things', element: thing },
  {
    name: 'anything',
    element: (draw) =>
      [
        () => draw(upTo, 3),
        () => draw(anyWord),
        () => draw(fc.boolean),
        () => null,
        () => point(draw),
        () => thing(draw),
        () => [draw(upTo, 3), [point(draw)]],
        () => draw(anyBytes),
      ][draw(upTo, 7)]!(),
  },
]

/** @param length about the usual one; some arrays are longer than what is searched one by one */
export function drawArray(draw: Draw, { element }: ElementKind): unknown[] {
  const length = draw(upTo, 6) === 0 ? draw(upTo, 400) : draw(upTo, 24)
  return Array.from({ length }, () => element(draw))
}

/** An act makes another array from one. Elements that it does not touch stay identical. */
type Act = (draw: Draw, array: readonly unknown[], kind: ElementKind) => unknown[]

const made = (draw: Draw, kind: ElementKind, most: number): unknown[] =>
  Array.from({ length: 1 + draw(upTo, most - 1) }, () => kind.element(draw))

function edited(draw: Draw, element: unknown, kind: ElementKind): unknown {
  if (typeof element !== 'object' || element === null || draw(upTo, 3) === 0) return kind.element(draw)
  if (Array.isArray(element)) return [...element, draw(upTo, 3)]
  return 'x' in element ? { ...element, x: draw(upTo, 99) } : { ...element, name: draw(anyWord) }
}

/** Acts that take no element twice. */
export const acts: Readonly<Record<string, Act>> = {
  push: (draw, array, kind) => [...array, ...made(draw, kind, 3)],
  unshift: (draw, array, kind) => [...made(draw, kind, 3), ...array],
  shift: (draw, array) => array.slice(1 + draw(upTo, 2)),
  pop: (draw, array) => array.slice(0, -1 - draw(upTo, 2)),
  slide: (draw, array, kind) => [...array.slice(1), kind.element(draw)],
  insert: (draw, array, kind) => {
    const at = draw(upTo, array.length)
    return [...array.slice(0, at), ...made(draw, kind, 12), ...array.slice(at)]
  },
  remove: (draw, array) => {
    const at = draw(upTo, array.length)
    return [...array.slice(0, at), ...array.slice(at + 1 + draw(upTo, 11))]
  },
  edit: (draw, array, kind) => {
    const next = [...array]
    for (let count = draw(upTo, 4); count >= 0 && next.length > 0; count--) {
      const at = draw(upTo, next.length - 1)
      next[at] = edited(draw, next[at], kind)
    }
    return next
  },
  rotate: (draw, array) => {
    const by = draw(upTo, array.length)
    return [...array.slice(by), ...array.slice(0, by)]
  },
  move: (draw, array) => {
    const next = [...array]
    const run = next.splice(draw(upTo, next.length), 1 + draw(upTo, 5))
    next.splice(draw(upTo, next.length), 0, ...run)
    return next
  },
  swap: (draw, array) => {
    const next = [...array]
    if (next.length === 0) return next
    const [one, other] = [draw(upTo, next.length - 1), draw(upTo, next.length - 1)]
    ;[next[one], next[other]] = [next[other], next[one]]
    return next
  },
  reverse: (_, array) => [...array].reverse(),
  editAll: (draw, array, kind) => array.map((element) => edited(draw, element, kind)),
  replace: (draw, _array, kind) => drawArray(draw, kind),
  clear: () => [],
}

/** Acts after which elements stand in several places. */
const repeats: readonly Act[] = [
  (draw, array) => {
    const from = draw(upTo, array.length)
    const run = array.slice(from, from + 1 + draw(upTo, 5))
    const at = draw(upTo, array.length)
    return [...array.slice(0, at), ...run, ...array.slice(at)]
  },
  (_, array) => [...array, ...array],
  (draw, array) => (array.length === 0 ? [] : Array(draw(upTo, 40)).fill(array[draw(upTo, array.length - 1)])),
]

/** What one to four acts make of an array. */
export function drawNextArray(draw: Draw, array: readonly unknown[], kind: ElementKind): unknown[] {
  let next = [...array]
  const all = [...Object.values(acts), ...repeats]
  for (let count = draw(upTo, 3); count >= 0; count--) next = all[draw(upTo, all.length - 1)]!(draw, next, kind)
  return next
}
