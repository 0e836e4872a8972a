import { describe, expect, test } from 'vitest'
import { EntityMap, equalStates, GameStateStore, type Immutable } from '../../src/index.js'
import { Transaction } from '../../src/transaction.js'

interface Row {
  x: number
  alive: boolean
  name: string
  /** No rows of other tests have it: pages with the same fields are counted together. */
  kept: number
}

interface State {
  rows: EntityMap<Row, number>
}

const count = 40
const first = (): Immutable<State> =>
  new GameStateStore<State>({
    rows: new EntityMap(Array.from({ length: count }, (_, id) => [id, { x: id, alive: true, name: '', kept: 0 }])),
  }).state

type Rule = (draft: State) => void

function tick(base: Immutable<State>, ...rules: Rule[]): Immutable<State> {
  const transaction = new Transaction<State>(base)
  for (const rule of rules) transaction.run(rule)
  return transaction.finish()
}

const moveAll: Rule = ({ rows }) =>
  rows.editEach((row) => {
    row.x += 0.5
  })

/** A version after so many ticks that only samples of the rows that `editEach` gives are frozen. */
function later(): Immutable<State> {
  let state = first()
  for (let number = 0; number < 400; number++) state = tick(state, moveAll)
  return state
}

/** Runs a tick that keeps the rows of `editEach`. @param after runs while they are kept, as a later rule */
function keepRows(base: Immutable<State>, after: (kept: readonly Row[], draft: State) => void): Immutable<State> {
  const kept: Row[] = []
  return tick(
    base,
    ({ rows }) =>
      rows.editEach((row) => {
        row.x += 0.5
        kept.push(row)
      }),
    (draft) => after(kept, draft),
  )
}

describe('rows that a rule was given by editEach, and has kept', () => {
  test('throw at a late write, in the first ticks in each, then in one of seventeen pages at least', () => {
    keepRows(first(), (kept) => {
      for (const row of kept) expect(() => row.x++).toThrow(TypeError)
    })
    let state = later()
    let thrown = 0
    for (let number = 0; number < 17; number++) {
      state = keepRows(state, (kept) => {
        try {
          kept[0]!.x++
        } catch (error) {
          expect(error).toBeInstanceOf(TypeError)
          thrown++
        }
      })
    }
    expect(thrown).toBe(1)
  })

  test('change no version when they are written after their tick', () => {
    let state = later()
    for (let number = 0; number < 20; number++) {
      const kept: Row[] = []
      const next = tick(state, ({ rows }) =>
        rows.editEach((row) => {
          row.x += 0.5
          row.name = 'n'
          kept.push(row)
        }),
      )
      const before = [...next.rows].map(([, row]) => ({ ...row }))
      for (const row of kept) if (!Object.isFrozen(row)) Object.assign(row, { x: -1, name: 'late', alive: false })
      expect([...next.rows].map(([, row]) => ({ ...row }))).toEqual(before)
      state = next
    }
  })

  test('put nothing into a version that a state cannot hold, when a later rule of the tick writes it', () => {
    let state = later()
    for (let number = 0; number < 20; number++) {
      state = keepRows(state, (kept) => {
        for (const row of kept) {
          // reason: a rule in plain JavaScript may do all of this
          const wrong: object = { x: 'text', alive: {}, name: () => 1 }
          if (!Object.isFrozen(row)) Object.assign(row, wrong)
        }
      })
      for (const [, row] of state.rows) {
        expect([typeof row.x, typeof row.alive, typeof row.name]).toEqual(['number', 'boolean', 'string'])
        expect(Object.isFrozen(row)).toBe(true)
      }
    }
  })

  test('are frozen before a later rule of the tick reads them, but not those that it edits itself', () => {
    let state = later()
    for (let number = 0; number < 20; number++) {
      state = tick(state, moveAll, ({ rows }) => {
        const own = rows.edit(1)
        const read = rows.get(2)! as Row
        expect(() => read.x++).toThrow(TypeError)
        own.x = 100 + number
      })
      expect(state.rows.get(1)!.x).toBe(100 + number)
    }
  })

  test('do not stay unfrozen when a rule after them fails', () => {
    let state = later()
    for (let number = 0; number < 20; number++) {
      const transaction = new Transaction<State>(state)
      transaction.run(moveAll)
      const fail: Rule = ({ rows }) => {
        rows.get(3)
        rows.edit(1).x = -1
        rows.editEach((row) => {
          row.x = -2
        })
        throw new Error('stop')
      }
      expect(() => transaction.run(fail)).toThrow('stop')
      transaction.run(({ rows }) => {
        for (const [, row] of rows) expect(Object.isFrozen(row)).toBe(true)
      })
      const next = transaction.finish()
      expect(equalStates(next, tick(state, moveAll))).toBe(true)
      state = next
    }
  })
})
