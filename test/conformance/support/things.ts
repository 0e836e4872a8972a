import { type Immutable, transact } from '@tygase/gamestate'
import fc from 'fast-check'

type Draw = fc.GeneratorValue

interface Part {
  hp: number
  name: string
}

/** What a small change has a tag for: objects and arrays on both sides of 16 and 24 parts, texts that begin alike. */
export interface Things {
  narrow: Record<string, unknown>
  wide: Record<string, unknown>
  widest: Record<string, unknown>
  short: number[]
  long: number[]
  parts: Part[]
  title: string
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })
const words = fc.constantFrom(
  '',
  'a',
  'ada',
  'the red team',
  'the red hat',
  '\u{1f600}',
  '\u{1f601}',
  'x'.repeat(80),
  '\ud800',
)
const anyWord = (): typeof words => words

function keyed(count: number): Record<string, unknown> {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`k${index}`, index % 2 === 0 ? index : `t${index}`]),
  )
}

function counted(count: number): number[] {
  return Array.from({ length: count }, (_, index) => index * 7)
}

export function begin(): Things {
  return {
    narrow: keyed(9),
    wide: keyed(20),
    widest: keyed(40),
    short: counted(12),
    long: counted(60),
    parts: counted(18).map((hp) => ({ hp, name: `part-${hp}` })),
    title: 'the red team wins',
  }
}

function editKeys(draw: Draw, object: Record<string, unknown>): void {
  for (let count = draw(upTo, 3) + 1; count > 0; count--) {
    const keys = Object.keys(object)
    const key = keys[draw(upTo, Math.max(0, keys.length - 1))]
    if (key === undefined) return
    const chance = draw(upTo, 9)
    if (chance === 0) delete object[key]
    else
      object[key] =
        chance < 5
          ? draw(upTo, 300)
          : typeof object[key] === 'string'
            ? `${object[key]}${draw(anyWord)}`
            : draw(anyWord)
  }
}

/** Takes up to three elements out anywhere, and puts up to three in there. */
function splice<T>(draw: Draw, array: T[], make: () => T): void {
  const at = draw(upTo, array.length)
  array.splice(at, draw(upTo, 3), ...Array.from({ length: draw(upTo, 3) }, make))
}

/** Takes elements away at one end, and puts as many in at the other. */
function slide<T>(array: T[], count: number, toFront: boolean, make: () => T): void {
  for (let left = Math.min(count, array.length); left > 0; left--) {
    if (toFront) {
      array.pop()
      array.unshift(make())
    } else {
      array.shift()
      array.push(make())
    }
  }
}

const edits: ((draw: Draw, draft: Things) => void)[] = [
  (draw, { narrow }) => editKeys(draw, narrow),
  (draw, { wide }) => editKeys(draw, wide),
  (draw, { widest }) => editKeys(draw, widest),
  (draw, { short }) => splice(draw, short, () => draw(upTo, 1000)),
  (draw, { long }) => splice(draw, long, () => draw(upTo, 1000)),
  (draw, { parts }) => splice(draw, parts, () => ({ hp: draw(upTo, 99), name: draw(anyWord) })),
  (draw, { short, long, parts }) => {
    for (let count = draw(upTo, 3) + 1; count > 0; count--) {
      if (short.length > 0) short[draw(upTo, short.length - 1)] = draw(upTo, 1000)
      if (draw(fc.boolean) && long.length > 0) long[draw(upTo, long.length - 1)] = draw(upTo, 1000)
      if (draw(fc.boolean) && parts.length > 0) parts[draw(upTo, parts.length - 1)]!.hp = draw(upTo, 99)
    }
  },
  (draw, { short, long, parts }) => {
    const count = draw(upTo, 3) + 1
    for (const array of [short, long] as number[][]) {
      if (draw(fc.boolean)) slide(array, count, draw(fc.boolean), () => 2000 + draw(upTo, 1000))
    }
    slide(parts, count, draw(fc.boolean), () => ({ hp: 100 + draw(upTo, 99), name: draw(anyWord) }))
  },
  (draw, draft) => {
    draft.title = draft.title.slice(0, draw(upTo, draft.title.length)) + draw(anyWord)
  },
]

/** A version after the base, by one to three small edits. */
export function drawNext(draw: Draw, base: Immutable<Things>): Immutable<Things> {
  return transact(base, (draft: Things) => {
    for (let count = draw(upTo, 2) + 1; count > 0; count--) edits[draw(upTo, edits.length - 1)]!(draw, draft)
  }).state
}
