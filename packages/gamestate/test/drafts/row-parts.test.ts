import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import { refusal } from '../support/refusals.js'

interface Hero {
  gold: number
  worn: { head: number }
  trail: { x: number; y: number }[]
  bag: { items: { kind: number }[]; seal: Uint8Array }
}

interface State {
  heroes: EntityMap<Hero>
  other?: unknown
}

const hero = (): Hero => ({
  gold: 1,
  worn: { head: 2 },
  trail: [
    { x: 1, y: 1 },
    { x: 2, y: 2 },
    { x: 3, y: 3 },
  ],
  bag: { items: [{ kind: 4 }], seal: Uint8Array.of(7) },
})

const base = new GameStateStore<State>({ heroes: new EntityMap([['a', hero()]]) }).state
const next = (rule: (state: State) => unknown): Immutable<State> =>
  transact<State, void>(base, (draft) => void rule(draft)).state

describe('a part of a row that a rule edits', () => {
  test.each<[string, (hero: Hero) => unknown]>([
    ['a leaf is written to', ({ worn }) => worn.head++],
    ['an array of objects moves along', ({ trail }) => trail.push({ x: 4, y: (trail.shift() as { y: number }).y })],
    ['an element is written to', ({ trail }) => trail.find(({ x }) => x === 2)!.y++],
    ['what was taken out is put back', ({ trail }) => trail.unshift(trail.pop()!)],
    ['a part further down is written to', ({ bag }) => bag.items[0]!.kind++],
    ['parts change places', (row) => Object.assign(row, { bag: { ...row.bag, items: row.trail.slice(1) } })],
    ['bytes are replaced', ({ bag }) => Object.assign(bag, { seal: Uint8Array.of(1) })],
    ['a part is deleted', (row) => delete (row as Partial<Hero>).bag],
  ])('becomes what the plain object would: %s', (_, act) => {
    const state = next((draft) => act(draft.heroes.edit('a')))
    const model = hero()
    act(model)
    expect(state.heroes.get('a')).toEqual(model)
    expect(base.heroes.get('a')).toEqual(hero())
  })

  test('keeps the identity of its elements that have not changed, wherever they stand then', () => {
    const state = next((draft) => {
      const { trail } = draft.heroes.edit('a')
      trail.push({ x: 4, y: 4 })
      trail.shift()
    })
    const [was, is] = [base.heroes.get('a')!, state.heroes.get('a')!]
    expect([is.trail[0], is.trail[1]]).toEqual([was.trail[1], was.trail[2]])
    expect(is.trail[0]).toBe(was.trail[1])
    expect(is.trail[1]).toBe(was.trail[2])
    expect(is.bag).toBe(was.bag)
  })

  test('gives the very version if it is only read, or changed back', () => {
    const read = next((draft) => {
      const { trail, worn, bag } = draft.heroes.edit('a')
      return [trail.map(({ x }) => x), worn.head, bag.items.length]
    })
    const back = next((draft) => {
      const { trail, worn } = draft.heroes.edit('a')
      worn.head++
      worn.head--
      trail.push(trail.pop()!)
    })
    expect([read, back].map((state) => state === base)).toEqual([true, true])
  })

  test('that equals the one in its place is no change, wherever it comes from', () => {
    const two = new GameStateStore<State>({ heroes: new EntityMap([...['a', 'b']].map((id) => [id, hero()])) }).state
    const rules: ((a: Hero, b: Hero) => unknown)[] = [
      (a, b) => Object.assign(a, { trail: b.trail, worn: b.worn, bag: b.bag }),
      (a) => Object.assign(a, { trail: two.heroes.get('b')!.trail, worn: two.heroes.get('b')!.worn }),
      (a, b) => a.trail.splice(0, 2, ...b.trail.slice(0, 2)),
      (a) => Object.assign(a, hero()),
    ]
    for (const rule of rules) {
      const { state } = transact<State, void>(two, ({ heroes }) => void rule(heroes.edit('a'), heroes.edit('b')))
      expect(state).toBe(two)
    }
  })

  test('can stand in the tree, and in another row', () => {
    const state = next((draft) => {
      const row = draft.heroes.edit('a')
      row.trail[0]!.x = 9
      draft.other = [row.trail, row.worn]
      draft.heroes.set('b', { ...row, gold: 0 })
      row.worn.head = 5
    })
    expect(state.other).toEqual([[{ x: 9, y: 1 }, ...hero().trail.slice(1)], { head: 5 }])
    expect(state.heroes.get('b')).toMatchObject({ gold: 0, worn: { head: 2 } })
    expect(state.heroes.get('a')).toMatchObject({ worn: { head: 5 } })
  })

  test('is over with its rule', () => {
    const kept: Hero[] = []
    next((draft) => kept.push({ ...draft.heroes.edit('a') }))
    expect(refusal(() => kept[0]!.trail.push({ x: 1, y: 1 }))).toMatch(/^transaction_over: /)
    expect(refusal(() => kept[0]!.bag.items)).toMatch(/^transaction_over: /)
    expect(() => Object.assign(kept[0]!.bag, { items: [] })).toThrow('after its rule had returned')
  })

  test('of an outer rule outlives a transaction that edits it', () => {
    const state = next((draft) => {
      let row: Hero | undefined
      transact<State, void>(base, () => {
        row = draft.heroes.edit('a')
        row.trail[0]!.x = 9
      })
      row!.trail[1]!.x = 8
      row!.trail.pop()
    })
    expect(state.heroes.get('a')!.trail).toEqual([
      { x: 9, y: 1 },
      { x: 8, y: 2 },
    ])
  })

  test.each<[string, (hero: Hero) => unknown, string]>([
    ['an element', ({ trail }) => (trail[1] = (() => 1) as never), 'heroes.a.trail.1'],
    ['a field of an element', ({ trail }) => Object.assign(trail[2]!, { x: () => 1 }), 'heroes.a.trail.2.x'],
    ['a field further down', ({ bag }) => Object.assign(bag.items[0]!, { kind: () => 1 }), 'heroes.a.bag.items.0.kind'],
  ])('is refused with its path for %s that a state cannot hold', (_, act, path) => {
    expect(refusal(() => next((draft) => act(draft.heroes.edit('a'))))).toBe(
      `invalid_value: ${path}: a state cannot hold a function`,
    )
  })
})
