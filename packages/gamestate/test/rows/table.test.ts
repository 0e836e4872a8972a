import { describe, expect, test } from 'vitest'
import { EntityMap, GameStateStore, transact } from '../../src/index.js'
import { OpenTable, sealTable } from '../../src/rows/editing.js'
import { maxSlots } from '../../src/rows/page.js'
import type { Table } from '../../src/rows/table.js'
import { refusal } from '../support/refusals.js'

/** A sealed table with rows under the ids 0 to `size` - 1. */
function tableOf(size: number): Table {
  const table = new OpenTable()
  for (let id = 0; id < size; id++) table.putAt(table.freeSlot(), id, { x: id })
  return sealTable(table, undefined)
}

const change = (base: Table, work: (table: OpenTable) => void): Table => {
  const table = new OpenTable(base)
  work(table)
  return sealTable(table, undefined)
}

describe('a table', () => {
  test('is open until it is sealed', () => {
    const table = new OpenTable()
    expect(table.isOpen).toBe(true)
    expect(sealTable(table, undefined).isOpen).toBe(false)
  })

  test('gives slots in order, and names both ways', () => {
    const table = tableOf(70)
    expect([...table.slots()]).toEqual(Array.from({ length: 70 }, (_, slot) => slot))
    expect(table.slotOf(69)).toBe(69)
    expect(table.idAt(69)).toBe(69)
    expect(table.rowAt(69)).toEqual({ x: 69 })
    expect(table.slotOf(70)).toBe(-1)
    expect(table.idAt(1000)).toBeUndefined()
    expect(table.rowAt(1000)).toBeUndefined()
    expect(table.size).toBe(70)
  })

  test('shares every page that was not touched', () => {
    const base = tableOf(32 * 20)
    const next = change(base, (table) => {
      table.edit(5).x = -1
      table.edit(6).x = -1
      table.deleteAt(100)
    })
    const copied = next.pages.flatMap((page, index) => (page === base.pages[index] ? [] : [index]))
    expect(copied).toEqual([0, 3])
  })

  test('is its base if nothing has changed', () => {
    const base = tableOf(40)
    expect(change(base, () => {})).toBe(base)
    expect(
      change(base, (table) => {
        table.edit(3)
        table.edit(35).x = 35
      }),
    ).toBe(base)
  })

  test('drops pages at its end that have become empty', () => {
    const next = change(tableOf(100), (table) => {
      for (let slot = 31; slot < 100; slot++) table.deleteAt(slot)
    })
    expect(next.pages).toHaveLength(1)
    expect(change(next, (table) => table.putAt(table.freeSlot(), 'a', {})).slotOf('a')).toBe(31)
  })

  test('may have a row far behind the others, with empty pages between', () => {
    const table = new OpenTable()
    table.putAt(200, 'far', { x: 1 })
    table.putAt(table.freeSlot(), 'near', { x: 2 })
    const sealed = sealTable(table, undefined)
    expect([...sealed.slots()]).toEqual([0, 200])
    expect(sealed.size).toBe(2)
  })

  test('knows whether an id is in one slot only', () => {
    const table = new OpenTable()
    table.putAt(0, 'a', {})
    expect(table.isOnlyAt('a', 0)).toBe(true)
    table.putAt(5, 'a', {})
    expect(table.isOnlyAt('a', 0)).toBe(false)
    table.deleteAt(0)
    expect(table.isOnlyAt('a', 5)).toBe(true)
  })

  test('holds a bounded number of rows', () => {
    expect(refusal(() => new OpenTable().putAt(maxSlots, 'a', {}))).toBe(
      'invalid_value: an EntityMap holds at most 2097152 rows',
    )
  })

  test('names the path of a row that cannot be sealed', () => {
    const table = new OpenTable()
    table.putAt(0, 'p1', { sprite: () => {} })
    expect(refusal(() => sealTable(table, { parent: undefined, key: 'players' }))).toBe(
      'invalid_value: players.p1.sprite: a state cannot hold a function',
    )
  })

  test('puts a new row into the same slot, whatever a failed transaction has done before', () => {
    type State = { m: EntityMap<{ x: number }> }
    const base = new GameStateStore<State>({ m: new EntityMap() }).state
    const failing = (draft: State): void => {
      draft.m.set('a', { x: 1 }).set('b', { x: 1 })
      throw new Error('stop')
    }
    expect(() => transact<State, void>(base, failing)).toThrow('stop')
    const map = transact<State, void>(base, (draft) => void draft.m.set('b', { x: 1 })).state.m
    expect((map as EntityMap<{ x: number }>).table.slotOf('b')).toBe(0)
  })

  test('with a row that came and went, or went and came, is the table that it was', () => {
    const base = new GameStateStore({ m: new EntityMap([['a', { x: 1 }]]) }).state
    const rule = ({ m }: { m: EntityMap<{ x: number }> }): void => {
      m.set('new', { x: 1 }).delete('new')
      m.delete('a')
      m.set('a', { x: 1 })
    }
    expect(transact(base, rule).state).toBe(base)
  })

  test('refuses a row that was given another prototype', () => {
    const base = new GameStateStore({ m: new EntityMap<Record<string, unknown>>([['a', { x: 1 }]]) }).state
    const rule = (draft: { m: EntityMap<Record<string, unknown>> }): void => {
      Object.setPrototypeOf(draft.m.edit('a'), { y: 1 })
    }
    expect(refusal(() => transact(base, rule))).toMatch(/^invalid_value: m\.a: /)
  })
})
