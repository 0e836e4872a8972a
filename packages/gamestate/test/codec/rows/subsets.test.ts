import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type Immutable, transact } from '../../../src/index.js'
import { runsOf } from '../../support/runs.js'

interface Row {
  [field: string]: unknown
  x: number
}
interface State {
  m: EntityMap<Row, number>
}
type View = (state: Immutable<State>) => Immutable<State>

const options = { precision: { m: { x: 0.01, y: 0.01, '*': undefined } } } as never

/** Rows of three kinds: what moves, what carries things, and what has a name; the fields of the last two change now and then. */
function rowOf(id: number, seed: number): Row {
  const base = { x: seed / 7, y: seed * 3 }
  if (id % 5 === 3) return { ...base, items: [seed], open: seed % 2 === 0 }
  if (id % 5 === 4) return { x: seed, name: `n${seed}`, hp: seed % 100 }
  return { ...base, vx: (seed % 13) - 6, vy: seed / 11, hp: 100 }
}

function change(row: Row, how: number): void {
  if (typeof row.vx === 'number') {
    row.x += row.vx * 0.05
    if (how % 3 > 0) row.y = (row.y as number) + (row.vy as number) * 0.05
    if (how % 7 === 0) row.vx = how
    if (how % 11 === 0) row.hp = (row.hp as number) - 1
    return
  }
  if (how % 2 === 0) row.x = how * 1.37
  if (how % 5 === 0 && typeof row.name === 'string') row.name = `n${how}`
  if (how % 5 === 1 && Array.isArray(row.items)) row.items.push(how)
  if (how % 17 === 0) row.x = [Number.NaN, 1e300, -0, 2 ** 60][how % 4]!
}

interface Step {
  edits: [number, number][]
  deletes: number[]
  sets: [number, number][]
  modulus: number
}

const ids = fc.nat(99)
const seeds = fc.nat(1000)
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.record({
    edits: fc.array(fc.tuple(ids, seeds), { maxLength: 60 }),
    deletes: fc.array(ids, { maxLength: 5 }),
    sets: fc.array(fc.tuple(ids, seeds), { maxLength: 5 }),
    modulus: fc.integer({ min: 1, max: 4 }),
  }),
  { minLength: 1, maxLength: 6 },
)

function step(row: Row): void {
  row.x += 1
}

function firstVersion(): Immutable<State> {
  const m = new EntityMap<Row, number>()
  for (let id = 0; id < 70; id++) m.set(id, rowOf(id, id))
  return new GameStateStore<State>({ m }).state
}

function play(state: Immutable<State>, { edits, deletes, sets }: Step): Immutable<State> {
  return transact(state as State, ({ m }) => {
    for (const id of deletes) m.delete(id)
    for (const [id, seed] of sets) m.set(id, rowOf(seed % 3 === 0 ? id + 1 : id, seed))
    for (const [id, how] of edits) if (m.has(id)) change(m.edit(id), how)
  }).state
}

/** The rows that a client should have: those of the view, rounded. */
function rounded(state: Immutable<State>): unknown[] {
  const round = (value: unknown): unknown =>
    typeof value === 'number' && Math.abs(value) < 2 ** 40 ? Math.round(value * 100 + 0) / 100 + 0 : value
  return [...state.m].map(([id, row]) => [
    id,
    Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, key === 'x' || key === 'y' ? round(value) : value]),
    ),
  ])
}

describe('deltas between subsets of a map', () => {
  test('give the rows of the subset, whatever happens to these and to other rows', () => {
    fc.assert(
      fc.property(steps, (script) => {
        let state = firstVersion()
        let seen: Immutable<State> | undefined
        let replica: Immutable<State> | undefined
        for (const step of script) {
          state = play(state, step)
          const view: Immutable<State> = {
            m: state.m.filter((row, id) => (id + Math.round(row.x)) % step.modulus === 0),
          }
          const delta = encodeDelta<State>(seen, view, options)
          if (delta.length > 0) replica = applyDelta<State>(replica, delta)
          seen = view
          expect([...replica!.m]).toEqual(rounded(view))
          for (const row of replica!.m.values()) expect(Object.isFrozen(row)).toBe(true)
        }
      }),
      { numRuns: runsOf(1500) },
    )
  })

  test('say nothing of hidden rows: other hidden rows make the same bytes', () => {
    const isHidden = (id: number): boolean => id % 3 === 1
    const view: View = ({ m }) => ({ m: m.filter((_, id) => !isHidden(id)) })
    fc.assert(
      fc.property(steps, seeds, (script, other) => {
        // rows stay and have their kinds, so that slots and shapes have the same numbers; all else of the hidden ones differs
        const worlds = [0, other].map((secret) => {
          let state = firstVersion()
          return script.map(({ edits }) => {
            state = transact(state as State, ({ m }) => {
              for (const [id, how] of edits) {
                if (!m.has(id)) continue
                if (!isHidden(id)) change(m.edit(id), how)
                else if (secret > 0) change(m.edit(id), (how * secret) % 1009)
              }
            }).state
            return view(state)
          })
        })
        const [plain, changed] = worlds.map((views) =>
          views.map((next, index) => encodeDelta<State>(index === 0 ? undefined : views[index - 1], next, options)),
        )
        expect(changed).toEqual(plain)
      }),
      { numRuns: runsOf(1000) },
    )
  })

  test('say nothing of hidden rows whose fields hold values of other kinds', () => {
    const hidden = [7, 'text', null, true, 0.123456789, -0, Number.NaN]
    const deltaBeside = (value: unknown): Uint8Array => {
      const m = new EntityMap<Row, number>()
      const put = (id: number, other: unknown) => m.set(id, { x: id, y: id / 8, open: id % 2 === 0, mixed: other })
      for (let id = 0; id < 40; id++) put(id, id)
      const first = new GameStateStore<State>({ m }).state
      const second = transact(first as State, (draft) => {
        draft.m.editEach((row, id) => {
          if (id % 3 === 0) Object.assign(row, { x: value, y: value, open: value, mixed: value })
          else
            Object.assign(row, { x: row.x + 1, y: (row.y as number) + 0.25, open: id % 4 === 0, mixed: id + (id % 2) })
        })
      }).state
      const view: View = ({ m: rows }) => ({ m: rows.filter((_, id) => id % 3 > 0) })
      return encodeDelta<State>(view(first), view(second), options)
    }
    for (const value of hidden) expect(deltaBeside(value)).toEqual(deltaBeside(0))
  })

  test('are the same for picked rows, whose lists are kept, as for filtered ones, in whatever order views are encoded', () => {
    const lists = [2, 3, 5].map((by) =>
      Object.freeze(Array.from({ length: 100 }, (_, id) => id).filter((id) => id % by > 0)),
    )
    // of some of the ticks all rows change, or nearly all
    const ticks = fc.array(fc.record({ seed: seeds, still: fc.nat(120), isReversed: fc.boolean() }), { minLength: 1 })
    fc.assert(
      fc.property(ticks, (script) => {
        const m = new EntityMap<Row, number>()
        for (let id = 0; id < 100; id++) m.set(id, { x: id, y: id / 8, name: 'n' })
        let state = new GameStateStore<State>({ m }).state
        for (const { seed, still, isReversed } of script) {
          const base = state
          state = transact(state as State, (draft) =>
            draft.m.editEach((row, id) => {
              if (id === still) return
              row.x += 1 + ((id * seed) % 50) / 8
              if (seed % 3 === 0) row.y = (row.y as number) - id / 4
              if (seed % 5 === 0) row.name = `n${(id * seed) % 7}`
            }),
          ).state
          const ordered = isReversed ? [...lists].reverse() : lists
          const [picked, filtered] = [true, false].map((isPicked) =>
            ordered.map((list) => {
              const view: View = ({ m: rows }) => ({
                m: isPicked ? rows.pick(list) : rows.filter((_, id) => list.includes(id)),
              })
              return encodeDelta<State>(view(base), view(state), options)
            }),
          )
          expect(picked).toEqual(filtered)
        }
      }),
      { numRuns: runsOf(200) },
    )
  })

  test('read no page without visible rows', () => {
    const m = new EntityMap<Row, number>()
    for (let id = 0; id < 3200; id++) m.set(id, { x: id })
    const ids = Object.freeze([40, 2000, 2001])
    const first = new GameStateStore<State>({ m }).state
    const seen = { m: first.m.pick(ids) }
    const second = transact(first as State, (draft) => draft.m.editEach(step)).state
    for (const { m: map } of [first, second]) {
      const { pages } = (map as unknown as { table: { pages: object[] } }).table
      const unread = new Proxy({}, { get: (_, key) => expect.fail(`${String(key)} of a hidden page was read`) })
      for (let number = 0; number < pages.length; number++) if (number !== 1 && number !== 62) pages[number] = unread
    }
    const delta = encodeDelta<State>(seen, { m: second.m.pick(ids) }, { isView: true })
    const replica = applyDelta<State>(applyDelta(undefined, encodeDelta<State>(undefined, seen)), delta)
    expect([...replica.m]).toEqual([40, 2000, 2001].map((id) => [id, { x: id + 1 }]))
  })

  test('name rows by their ranks, so that the slots of a few among many cost nothing', () => {
    const m = new EntityMap<Row, number>()
    for (let id = 0; id < 20_000; id++) m.set(id, { x: id })
    const first = new GameStateStore<State>({ m }).state
    const second = transact(first as State, (draft) => draft.m.editEach(step)).state
    const view: View = ({ m: rows }) => ({ m: rows.filter((_, id) => id % 997 === 5) })
    // 21 rows
    expect(encodeDelta<State>(view(first), view(second), options).length).toBeLessThan(20)
  })

  test('name no fields of rows that the client has not seen', () => {
    const m = new EntityMap<Row, number>([
      [1, { x: 0, card_of_ann: 1 }],
      [2, { x: 0, card_of_bob: 2 }],
    ])
    const { state } = new GameStateStore<State>({ m })
    const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)
    const anns = { m: state.m.filter((_, id) => id === 1) }
    const bobs = { m: state.m.filter((_, id) => id === 2) }
    expect(textOf(encodeDelta(undefined, anns))).toMatch(/card_of_ann/)
    expect(textOf(encodeDelta(undefined, anns))).not.toMatch(/card_of_bob/)
    expect(textOf(encodeDelta<State>(anns, bobs))).not.toMatch(/card_of_ann/)
    const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, bobs))
    const both = applyDelta<State>(replica, encodeDelta<State>(bobs, state))
    expect([...both.m]).toEqual([...state.m])
  })

  test('name the fields of rows that are gone only in versions, which is what a state is unless it is said to be a view', () => {
    const withWolf = new EntityMap<Row, number>([
      [1, { x: 1 }],
      [2, { x: 2, is_werewolf: true }],
    ])
    const night = new GameStateStore<State>({ m: withWolf }).state
    const day = transact(night as State, (draft) => draft.m.delete(2)).state
    const plain = encodeDelta<State>(undefined, day)
    expect(plain).toEqual(encodeDelta<State>(undefined, day, { isView: false }))
    expect(plain).not.toEqual(encodeDelta<State>(undefined, day, { isView: true }))
  })

  test('name, as views, no fields of rows that a map held before the client saw it whole', () => {
    const m = new EntityMap<Row, number>([
      [1, { x: 1 }],
      [2, { x: 2, is_werewolf: true }],
    ])
    const night = new GameStateStore<State>({ m }).state
    const day = transact(night as State, (draft) => draft.m.delete(2)).state
    const atNight = { m: night.m.filter((row) => !('is_werewolf' in row)) }
    const textOf = (bytes: Uint8Array): string => new TextDecoder('latin1').decode(bytes)
    expect(textOf(encodeDelta<State>(atNight, day, { isView: true }))).not.toMatch(/werewolf/)
    expect(textOf(encodeDelta<State>(undefined, day, { isView: true }))).not.toMatch(/werewolf/)
    const again = transact(day as State, (draft) => void draft.m.set(3, { x: 3, is_werewolf: true })).state
    const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, day, { isView: true }))
    const after = applyDelta<State>(replica, encodeDelta<State>(day, again, { isView: true }))
    expect([...after.m]).toEqual([...again.m])
  })

  test('take a few bits for a position that moves by its velocity', () => {
    const m = new EntityMap<Row, number>()
    for (let id = 0; id < 300; id++) m.set(id, { x: id * 1.7, vx: (id % 9) + 1 })
    const first = new GameStateStore<State>({ m }).state
    const second = transact(first as State, (draft) => {
      draft.m.editEach((row) => {
        row.x += (row.vx as number) * 0.05
      })
    }).state
    const odd: View = ({ m: rows }) => ({ m: rows.filter((_, id) => id % 2 === 1) })
    const delta = encodeDelta<State>(odd(first), odd(second), options)
    // 150 rows: a bit for each and two for each slot
    expect(delta.length).toBeLessThan(75)
  })

  test('carry rows that have changed in many different ways', () => {
    const fields = [...'abcdefgh']
    const m = new EntityMap<Row, number>()
    for (let id = 0; id < 400; id++) m.set(id, { x: id, ...Object.fromEntries(fields.map((field) => [field, 0])) })
    const first = new GameStateStore<State>({ m }).state
    const second = transact(first as State, (draft) => {
      draft.m.editEach((row, id) => {
        // each set of fields in turn: more kinds of rows than have groups of their own
        fields.forEach((field, bit) => {
          if (((id * 7) & (1 << bit)) !== 0) row[field] = id + bit
        })
      })
    }).state
    const view: View = ({ m: rows }) => ({ m: rows.filter((_, id) => id % 10 > 0) })
    const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, view(first), options))
    const after = applyDelta<State>(replica, encodeDelta<State>(view(first), view(second), options))
    expect([...after.m]).toEqual([...view(second).m])
  })

  test('are empty if no visible row has changed', () => {
    const first = firstVersion()
    const second = transact(first as State, ({ m }) => {
      m.edit(1).x = 12345
    }).state
    const view: View = ({ m }) => ({ m: m.filter((_, id) => id !== 1) })
    expect(encodeDelta<State>(view(first), view(second), options)).toHaveLength(0)
  })
})
