import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyDelta, encodeDelta, equalStates, GameStateStore, transact } from '../../src/index.js'
import { copyValue } from '../../src/values/kinds.js'
import { runsOf } from '../support/runs.js'

/** More than the 256 parts of a leaf. */
const length = 300

type Cell = { v: number; at?: number[] }

interface State {
  numbers: number[]
  cells: Cell[]
  byName: Record<string, number>
  cellsByName: Record<string, Cell>
}

const names = Array.from({ length }, (_, index) => `n${index}`)
const initial = (): State => ({
  numbers: names.map((_, index) => index),
  cells: names.map((_, index) => ({ v: index })),
  byName: Object.fromEntries(names.map((name, index) => [name, index])),
  cellsByName: Object.fromEntries(names.map((name, index) => [name, { v: index }])),
})

type Step = (state: State) => unknown

const at = fc.nat({ max: length - 20 })
const element = fc.oneof(fc.integer(), fc.constantFrom(Number.NaN, -0, 0, 1))

/** Steps on the array of numbers and on the one of objects. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) =>
        (s.numbers[i] = v),
  ),
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) =>
        (s.cells[i]!.v = v),
  ),
  fc.tuple(at, at).map(
    ([i, j]): Step =>
      (s) =>
        (s.cells[i] = s.cells[j]!),
  ),
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) =>
        (s.cells[i] = { v, at: [v] }),
  ),
  element.map(
    (v): Step =>
      (s) =>
        s.numbers.push(v, v),
  ),
  element.map(
    (v): Step =>
      (s) =>
        s.cells.push({ v }),
  ),
  fc.constant<Step>((s) => [s.numbers.pop(), s.cells.pop()]),
  fc.constant<Step>((s) => s.cells.push(s.cells.shift()!)),
  element.map(
    (v): Step =>
      (s) =>
        s.numbers.unshift(v),
  ),
  fc.tuple(at, fc.nat({ max: 3 }), element).map(
    ([i, n, v]): Step =>
      (s) =>
        s.numbers.splice(i, n, v),
  ),
  fc.tuple(at, fc.nat({ max: 3 })).map(
    ([i, n]): Step =>
      (s) =>
        s.cells.splice(-i - 1, n),
  ),
  fc.nat({ max: 5 }).map(
    (n): Step =>
      (s) =>
        (s.numbers.length -= Math.min(n, s.numbers.length)),
  ),
  fc.constant<Step>((s) => s.numbers.reverse()),
  fc.constant<Step>((s) => s.cells.sort((a, b) => b.v - a.v)),
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) =>
        (s.byName[names[i]!] = v),
  ),
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) =>
        Object.assign(s.cellsByName[names[i]!] ?? s.cells[0]!, { v }),
  ),
  at.map(
    (i): Step =>
      (s) =>
        delete s.byName[names[i]!],
  ),
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) => {
        delete s.cellsByName[names[i]!]
        s.cellsByName[names[i]!] = { v }
      },
  ),
  element.map(
    (v): Step =>
      (s) =>
        (s.byName[`new ${v}`] = v),
  ),
  fc.tuple(at, element).map(
    ([i, v]): Step =>
      (s) =>
        (s.numbers[i] = s.numbers.indexOf(v) + s.numbers.slice(i).length),
  ),
  fc.constant<Step>((s) => {
    let sum = 0
    for (const number of s.numbers) sum += Number.isNaN(number) ? 1 : number % 7
    s.numbers[0] = sum
  }),
)

describe('a long array and a large object', () => {
  test('are changed by a rule as the plain ones would be, and share with the version before what has not changed', () => {
    fc.assert(
      fc.property(fc.array(fc.array(steps, { maxLength: 6 }), { minLength: 1, maxLength: 4 }), (rules) => {
        let state = new GameStateStore(initial()).state
        for (const rule of rules) {
          const model = copyValue(state) as State
          for (const step of rule) step(model)
          const next = transact<State, void>(state, (draft) => {
            for (const step of rule) step(draft)
          }).state
          const expected = new GameStateStore(model).state
          expect(equalStates(next, expected)).toBe(true)
          expect(next === state).toBe(equalStates(state, expected))
          const own = applyDelta<State>(state, encodeDelta(state, next))
          expect(equalStates(own, next)).toBe(true)
          state = next
        }
      }),
      { numRuns: runsOf(300) },
    )
  })

  const base = new GameStateStore(initial()).state
  const next = (rule: (state: State) => unknown) => transact<State, void>(base, (draft) => void rule(draft)).state

  test('with one element changed keeps all others, and itself if it is changed back', () => {
    const state = next((s) => {
      s.cells[7]!.v = -1
      s.cellsByName.n7!.v = -1
      s.numbers[5] = 9
      s.numbers[5] = 5
    })
    expect(state.cells.filter((cell, index) => cell !== base.cells[index])).toEqual([{ v: -1 }])
    expect(names.filter((name) => state.cellsByName[name] !== base.cellsByName[name])).toEqual(['n7'])
    expect(state.numbers).toBe(base.numbers)
    expect(Object.isFrozen(state.cells)).toBe(true)
  })

  test.each<[string, (state: State) => unknown, string]>([
    ['an element', (s) => (s.numbers[7] = (() => 1) as never), 'numbers.7: a state cannot hold a function'],
    ['a part of an element', (s) => ((s.cells[7] as { v: unknown }).v = () => 1), 'cells.7.v: a state cannot hold'],
    ['a hole', (s) => (s.numbers[400] = 1), 'numbers.300: a state cannot hold undefined'],
    ['a longer length', (s) => (s.numbers.length = 400), 'numbers.300: a state cannot hold undefined'],
    ['a key of an object', (s) => (s.byName.n7 = (() => 1) as never), 'byName.n7: a state cannot hold a function'],
    [
      'a named key of an array',
      (s) => Object.assign(s.numbers, { name: 1 }),
      'numbers: an array of a state cannot hold the key name',
    ],
  ])('refuses %s with its path', (_, rule, message) => {
    expect(() => next(rule)).toThrow(message)
  })

  test('that a rule has kept is over', () => {
    const kept: State[] = []
    next((s) => kept.push({ ...s }))
    expect(() => kept[0]!.numbers[0]).toThrow('a draft was used after its rule had returned')
    expect(() => kept[0]!.byName.n1).toThrow('a draft was used after its rule had returned')
  })
})
