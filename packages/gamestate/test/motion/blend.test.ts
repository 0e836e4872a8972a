import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defineGame, EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { blendStates, wayBetween } from '../../src/motion/blend.js'
import { runsOf } from '../support/runs.js'

interface Player {
  x: number
  turn: number
  hue: number
  hp: number
}

interface State {
  round: number
  players: EntityMap<Player>
}

const player = (x: number, more: Partial<Player> = {}): Player => ({ x, turn: 0, hue: 0, hp: 3, ...more })

const { motion } = defineGame({
  initialState: (): State => ({ round: 1, players: new EntityMap() }),
  motion: {
    players: {
      fields: { x: 'linear', turn: 'angle', hue: { period: 360 } },
      cut: (from, to) => Math.abs(from.x - to.x) > 100,
    },
  },
})
const blend = motion!.blend

function stateOf(players: Record<string, Player>): Immutable<State> {
  return change(new GameStateStore<State>({ round: 1, players: new EntityMap() }).state, (state) => {
    for (const [id, row] of Object.entries(players)) state.players.set(id, row)
  })
}

function change(from: Immutable<State>, rule: (state: State) => void): Immutable<State> {
  return transact<State, void>(from, rule).state
}

test('numbers that are named move, all else is that of the earlier version', () => {
  const from = stateOf({ a: player(0, { turn: 3, hue: 350, hp: 3 }), b: player(5) })
  const to = change(from, (state) => {
    state.round = 2
    Object.assign(state.players.edit('a'), { x: 10, turn: -3, hue: 10, hp: 2 })
  })
  const between = blend(from, to, 0.25)
  expect(between.round).toBe(1)
  expect(between.players.get('a')).toEqual({
    ...{ x: 2.5, hue: 355, hp: 3 },
    turn: expect.closeTo(3 + (2 * Math.PI - 6) / 4, 9),
  })
  expect(between.players.get('b')).toBe(from.players.get('b'))
  expect(blend(from, to, 0.75).players.get('a')?.hue).toBe(5)
  expect([between, between.players, between.players.get('a')].every(Object.isFrozen)).toBe(true)
})

test('a row of the later version comes with it, and one of the earlier stays until then', () => {
  const from = stateOf({ a: player(0), b: player(1) })
  const to = change(from, (state) => {
    state.players.delete('b')
    state.players.edit('a').x = 8
    state.players.set('c', player(4))
  })
  expect([...blend(from, to, 0.5).players].map(([id, { x }]) => [id, x])).toEqual([
    ['a', 4],
    ['b', 1],
  ])
  expect(blend(from, to, 1)).toBe(to)
  expect(blend(from, to, 0)).toBe(from)
})

test('a row that was deleted and set again in another slot is the same row', () => {
  const from = stateOf({ a: player(0), b: player(1) })
  const to = change(from, (state) => {
    state.players.delete('a')
    state.players.set('c', player(9))
    state.players.set('a', player(10))
  })
  const between = blend(from, to, 0.5)
  expect(between.players.get('a')?.x).toBe(5)
  expect(between.players.has('c')).toBe(false)
})

test('nothing lies between the two sides of a cut', () => {
  const from = stateOf({ a: player(0), b: player(0) })
  const to = change(from, (state) => {
    state.players.edit('a').x = 101
    state.players.edit('b').x = 99
  })
  const between = blend(from, to, 0.5)
  expect(between.players.get('a')).toBe(from.players.get('a'))
  expect(between.players.get('b')?.x).toBe(49.5)
})

test('a version in which nothing moves is not copied', () => {
  const from = stateOf({ a: player(0), b: player(5) })
  const to = change(from, (state) => {
    state.round = 7
    state.players.edit('a').hp = 1
  })
  expect(blend(from, to, 0.5)).toBe(from)
})

test('plain data moves too: lists, records and single rows', () => {
  const game = defineGame({
    initialState: () => ({
      trail: [{ x: 0 }, { x: 1 }],
      doors: { left: { x: 0 }, right: { x: 1 } } as Record<string, { x: number }>,
      ball: { x: 0, name: 'red' } as { x: number; name: string } | null,
    }),
    motion: {
      trail: { fields: { x: 'linear' } },
      doors: { fields: { x: 'linear' } },
      ball: { fields: { x: 'linear' } },
    },
  })
  const from = game.initialState()
  const to = {
    trail: [{ x: 10 }, { x: 1 }, { x: 2 }],
    doors: { left: { x: 10 } } as Record<string, { x: number }>,
    ball: { x: 10, name: 'blue' },
  }
  const between = game.motion!.blend(from, to, 0.5)
  expect(between).toEqual({
    trail: [{ x: 5 }, { x: 1 }],
    doors: { left: { x: 5 }, right: { x: 1 } },
    ball: { x: 5, name: 'red' },
  })
  expect(between.trail[1]).toBe(from.trail[1])
  expect(game.motion!.blend({ ...from, ball: null }, to, 0.5).ball).toBeNull()
  expect(game.motion!.blend(from, { ...to, ball: null }, 0.5).ball).toBe(from.ball)
})

test.each([
  [Number.NaN, 5],
  [5, Number.NaN],
  [5, Number.POSITIVE_INFINITY],
  [-1e308, 1e308],
])('a number that is on no way stays: from %d to %d', (a, b) => {
  const from = stateOf({ a: player(a) })
  const to = stateOf({ a: player(b) })
  expect(blendStates([{ ...motion!.parts[0]!, cut: undefined }], from, to, 0.5).players.get('a')?.x).toBe(a)
})

describe('laws of random versions', () => {
  const number = fc.double({ min: -400, max: 400, noNaN: true })
  const row = fc.record({ x: number, turn: number, hue: number, hp: fc.constantFrom(1, 2) })
  const rows = fc.dictionary(fc.constantFrom(...'abcdefgh'), row)
  const edits = fc.array(fc.tuple(fc.integer({ min: 0, max: 99 }), row), { maxLength: 6 })

  test('0 is the one, 1 the other; between them each number is on the shorter way, and a cut is never crossed', () => {
    fc.assert(
      fc.property(rows, rows, fc.double({ min: 0, max: 1, noNaN: true }), (before, after, alpha) => {
        const from = stateOf(before)
        const to = change(from, (state) => {
          for (const id of [...state.players.keys()]) if (!(id in after)) state.players.delete(id)
          for (const [id, next] of Object.entries(after)) state.players.set(id, next)
        })
        expect(blend(from, to, 0)).toBe(from)
        expect(blend(from, to, 1)).toBe(to)
        const between = blend(from, to, alpha)
        if (alpha < 1) expect([...between.players.keys()]).toEqual([...from.players.keys()])
        for (const [id, drawn] of between.players) {
          const a = from.players.get(id)
          const b = to.players.get(id)
          if (alpha === 1 || a === undefined || b === undefined) continue
          if (Math.abs(a.x - b.x) > 100) {
            expect(drawn).toBe(a)
            continue
          }
          expect(drawn.hp).toBe(a.hp)
          expect(drawn.x).toBeCloseTo(a.x + (b.x - a.x) * alpha, 6)
          for (const [field, period] of [['turn', 2 * Math.PI] as const, ['hue', 360] as const]) {
            const whole = Math.abs(wayBetween(a[field], b[field], period))
            expect(whole).toBeLessThanOrEqual(period / 2 + 1e-9)
            expect(Math.abs(wayBetween(a[field], drawn[field], period))).toBeCloseTo(whole * alpha, 6)
            const isIn = (value: number): boolean => value >= 0 && value < period
            if (isIn(a[field]) && isIn(b[field])) expect(isIn(drawn[field])).toBe(true)
          }
        }
      }),
      { numRuns: runsOf(300) },
    )
  })

  test('rows and pages that do not move are those of the earlier version', () => {
    const from = stateOf(Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`p${i}`, player(i)])))
    const table = (state: Immutable<State>) => (state.players as unknown as EntityMap<Player>).table
    fc.assert(
      fc.property(edits, fc.double({ min: 0.01, max: 0.99, noNaN: true }), (changes, alpha) => {
        const to = change(from, (state) => {
          for (const [place, next] of changes) Object.assign(state.players.edit(`p${place}`), next)
        })
        const between = blend(from, to, alpha)
        const isMoved = (id: string): boolean => {
          const [a, b] = [from.players.get(id)!, to.players.get(id)!]
          return Math.abs(a.x - b.x) <= 100 && (a.x !== b.x || a.turn !== b.turn || a.hue !== b.hue)
        }
        let pages = 0
        table(between).pages.forEach((page, place) => {
          if (page !== table(from).pages[place]) pages++
        })
        const moved = new Set(changes.filter(([place]) => isMoved(`p${place}`)).map(([place]) => place >> 5))
        expect(pages).toBeLessThanOrEqual(moved.size)
        for (const [id, drawn] of between.players) if (!isMoved(id)) expect(drawn).toBe(from.players.get(id))
      }),
      { numRuns: runsOf(300) },
    )
  })
})
