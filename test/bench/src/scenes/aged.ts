import type { Rows, Scene, Tick } from '../scene.js'
import { type Arena, arenaPrecision, beginArena, type Fighter } from './arena.js'

const generations = 100
const perGeneration = 1_000

/** A tick in which one generation goes and the next comes. */
function change(leaving: string[], coming: Record<string, Fighter>): Tick<Arena> {
  return {
    changes: leaving.length + Object.keys(coming).length,
    play({ rows }: { rows: Rows<Fighter> }) {
      for (const id of leaving) rows.delete(id)
      for (const [id, row] of Object.entries(coming)) rows.set(id, row)
    },
  }
}

export const aged: Scene<Arena> = {
  name: 'aged',
  about: 'arena after 100,000 rows have come and gone',
  ticksPerRound: 300,
  precision: arenaPrecision,
  begin(random) {
    const arena = beginArena(random)
    return {
      initialState: () => ({ rows: {} }),
      *history() {
        let leaving: string[] = []
        for (let generation = 0; generation < generations; generation++) {
          const ids = Array.from({ length: perGeneration }, (_, index) => `g${generation * perGeneration + index}`)
          const row = { x: 0, y: 0, heading: 0, hp: 1, name: '' }
          yield change(leaving, Object.fromEntries(ids.map((id) => [id, { ...row }])))
          leaving = ids
        }
        yield change(leaving, {})
        yield change([], arena.fighters())
      },
      next: arena.next,
    }
  },
}
