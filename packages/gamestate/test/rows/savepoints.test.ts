import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { OpenTable, sealTable } from '../../src/rows/editing.js'
import type { EntityId, Row } from '../../src/rows/page.js'
import type { Table } from '../../src/rows/table.js'
import { refusal } from '../support/refusals.js'
import { runsOf } from '../support/runs.js'

/** What one step of a rule does to a table. */
interface Step {
  readonly how: number
  readonly id: number
  readonly value: unknown
}

const values = fc.oneof(fc.integer(), fc.double(), fc.constantFrom('text', null, true), fc.constant([1, 2]))
const steps: fc.Arbitrary<Step> = fc.record({ how: fc.nat(9), id: fc.nat(80), value: values })
const rules = fc.array(fc.record({ steps: fc.array(steps, { maxLength: 8 }), isKept: fc.boolean() }), { maxLength: 8 })

function put(table: OpenTable, id: EntityId, row: Row): void {
  const slot = table.slotOf(id)
  table.putAt(slot < 0 ? table.freeSlot() : slot, id, row)
}

function play(table: OpenTable, { how, id, value }: Step): void {
  const slot = table.slotOf(id)
  if (how === 9) {
    return table.editEach((row) => {
      row.x = typeof row.x === 'number' ? row.x + 1 : 0
    })
  }
  if (how < 3) return put(table, id, how === 0 ? { x: value, more: [id] } : { x: id, y: 'y' })
  if (slot < 0) return
  if (how === 3) table.deleteAt(slot)
  else {
    const row = table.edit(slot)
    if (how === 8) delete row.y
    else row.x = value
    const { more } = row
    if (Array.isArray(more)) more.push(how)
  }
}

function tableOf(size: number): Table {
  const table = new OpenTable()
  for (let id = 0; id < size; id++) put(table, id, { x: id / 2, y: 'y' })
  return sealTable(table, undefined)
}

/** All that can be told of a table: slots, ids, rows, where the next row goes. */
function told(table: Table): unknown {
  const rows = [...table.slots()].map((slot) => [
    slot,
    table.idAt(slot),
    table.rowAt(slot),
    table.slotOf(table.idAt(slot)!),
  ])
  return { rows, size: table.size, free: new OpenTable(table).freeSlot(), pages: table.pages.length }
}

describe('what a rule has done to a table', () => {
  test('leaves nothing when it is undone, and stays when it is kept, whatever other rules do', () => {
    fc.assert(
      fc.property(fc.nat(70), rules, fc.boolean(), (size, list, opensBefore) => {
        const base = tableOf(size)
        const [table, twin] = [new OpenTable(base), new OpenTable(base)]
        if (opensBefore) for (const one of [table, twin]) play(one, { how: 4, id: 0, value: 7 })
        if (opensBefore) table.keepRule(undefined)
        for (const { steps: own, isKept } of list) {
          table.beginRule()
          for (const step of own) play(table, step)
          if (isKept) {
            table.keepRule(undefined)
            for (const step of own) play(twin, step)
          } else table.undoRule()
          expect(table.size).toBe(twin.size)
        }
        const before = told(base)
        const [sealed, wanted] = [sealTable(table, undefined), sealTable(twin, undefined)]
        expect(told(sealed)).toEqual(told(wanted))
        expect(sealed === base).toBe(wanted === base)
        expect(told(base)).toEqual(before)
      }),
      { numRuns: runsOf(2000) },
    )
  })

  test('leaves nothing when it is undone after it was kept', () => {
    const base = tableOf(3)
    const table = new OpenTable(base)
    table.beginRule()
    table.edit(1).x = 5
    put(table, 'new', {})
    table.keepRule(undefined)
    table.undoRule()
    expect(sealTable(table, undefined)).toBe(base)
    expect(base.index.hints('new')).toBeUndefined()
  })

  test('cannot be changed through a row that it has kept', () => {
    for (const isKept of [true, false]) {
      const table = new OpenTable(tableOf(3))
      table.beginRule()
      const row = table.edit(0)
      row.x = 5
      if (isKept) table.keepRule(undefined)
      else table.undoRule()
      expect(() => {
        row.x = 6
      }).toThrow(TypeError)
      table.beginRule()
      table.edit(0).y = 'next'
      table.keepRule(undefined)
      expect(sealTable(table, undefined).rowAt(0)).toEqual({ x: isKept ? 5 : 0, y: 'next' })
    }
  })

  test('is the same draft as often as the rule edits a row, and another one for the next rule', () => {
    const table = new OpenTable(tableOf(3))
    table.beginRule()
    const first = table.edit(1)
    expect(table.edit(1)).toBe(first)
    expect(table.rowAt(1)).toBe(first)
    table.keepRule(undefined)
    table.beginRule()
    expect(table.edit(1)).not.toBe(first)
    expect(table.edit(1)).toBe(table.rowAt(1))
  })

  test('is refused with the path of a value that a row cannot hold, and then undone alone', () => {
    const table = new OpenTable(tableOf(3))
    table.beginRule()
    table.edit(0).x = 1
    table.keepRule(undefined)
    table.beginRule()
    table.edit(1).x = () => {}
    expect(refusal(() => table.keepRule({ parent: undefined, key: 'players' }))).toBe(
      'invalid_value: players.1.x: a state cannot hold a function',
    )
    table.undoRule()
    expect([...sealTable(table, undefined)].map(([, { x }]) => x)).toEqual([1, 0.5, 1])
  })

  test('is found by its ids in the order of the rules', () => {
    const table = new OpenTable(tableOf(2))
    table.beginRule()
    put(table, 'a', {})
    table.keepRule(undefined)
    table.beginRule()
    table.deleteAt(table.slotOf('a'))
    put(table, 'b', {})
    put(table, 'a', {})
    expect([table.slotOf('a'), table.slotOf('b')]).toEqual([3, 2])
    table.undoRule()
    expect([table.slotOf('a'), table.slotOf('b')]).toEqual([2, -1])
  })
})
