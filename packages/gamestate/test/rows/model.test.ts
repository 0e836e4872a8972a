import fc from 'fast-check'
import { expect, test } from 'vitest'
import { EntityMap, GameStateStore, type Immutable, transact } from '../../src/index.js'
import type { Draw } from '../support/random-state.js'
import { runsOf } from '../support/runs.js'

type Id = string | number
interface Row {
  x: number
  at?: { y: number }
}
interface State {
  m: EntityMap<Row, Id>
}
/** A version and what a plain Map would hold, never changed after it was made. */
interface Pair {
  readonly version: Immutable<State>
  readonly model: ReadonlyMap<Id, Row>
}

const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })
const ids = fc.oneof(upTo(70), upTo(5).map(String))
const anyId = (): typeof ids => ids

class Abort extends Error {}

/** Some random operations on both. Fresh ids come in crowds, so that the index is made anew now and then. */
function play(draw: Draw, map: EntityMap<Row, Id>, model: Map<Id, Row>, fresh: () => Id): void {
  for (let count = draw(upTo, 8); count > 0; count--) {
    const id = draw(anyId)
    switch (draw(upTo, 7)) {
      case 0:
        expect(map.delete(id)).toBe(model.delete(id))
        break
      case 1: {
        if (draw(upTo, 9) > 0) break
        const crowd = Array.from({ length: 400 }, fresh)
        for (const one of crowd) map.set(one, { x: 0 })
        expect(crowd.filter((one) => !map.delete(one))).toEqual([])
        break
      }
      case 2:
        if (draw(upTo, 5) > 0) break
        map.clear()
        model.clear()
        break
      case 3:
        map.editEach((row) => row.x++)
        for (const [key, row] of model) model.set(key, { ...row, x: row.x + 1 })
        break
      case 4:
      case 5: {
        const row = { x: draw(upTo, 3), at: { y: draw(upTo, 3) } }
        map.set(id, row)
        model.set(id, row)
        break
      }
      default: {
        const before = model.get(id)
        if (before === undefined) break
        const row = map.edit(id)
        row.x += 1
        row.at ??= { y: 0 }
        row.at.y += 1
        model.set(id, { x: before.x + 1, at: { y: (before.at?.y ?? 0) + 1 } })
      }
    }
    expect(map.size).toBe(model.size)
    expect(map.get(id)).toEqual(model.get(id))
  }
}

/** @throws Error naming the first id under which they differ */
function compare({ version, model }: Pair): void {
  if (version.m.size !== model.size) throw new Error(`${version.m.size} rows instead of ${model.size}`)
  for (let id = 0; id <= 76; id++) compareAt(version, model, id > 70 ? String(id - 71) : id)
  for (const [id] of version.m) compareAt(version, model, id)
}

function compareAt({ m }: Immutable<State>, model: ReadonlyMap<Id, Row>, id: Id): void {
  const [row, wanted] = [m.get(id), model.get(id)]
  const isSame = row?.x === wanted?.x && row?.at?.y === wanted?.at?.y && m.has(id) === model.has(id)
  if (!isSame)
    throw new Error(`under ${JSON.stringify(id)}: ${JSON.stringify(row)} instead of ${JSON.stringify(wanted)}`)
}

test('every version of a map answers like the plain Map of its moment, for ever, from whichever version the next was made', () => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      let counter = 0
      const fresh = (): Id => `fresh ${counter++}`
      const kept: Pair[] = [{ version: new GameStateStore<State>({ m: new EntityMap() }).state, model: new Map() }]
      for (let step = 0; step < 12; step++) {
        // mostly on from the newest, sometimes from an old one
        const base = draw(upTo, 3) > 0 ? kept.at(-1)! : kept[draw(upTo, kept.length - 1)]!
        const model = new Map(base.model)
        try {
          const fails = draw(upTo, 4) === 0
          const { state } = transact<State, void>(base.version, (draft) => {
            play(draw, draft.m, model, fresh)
            if (fails) throw new Abort()
          })
          kept.push({ version: state, model })
        } catch (error) {
          if (!(error instanceof Abort)) throw error
        }
      }
      for (const pair of kept) compare(pair)
    }),
    { numRuns: runsOf(2000) },
  )
})
