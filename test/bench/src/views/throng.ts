import { createRandom } from '@tygase/gamestate'
import { beginArena } from '../scenes/arena.js'
import { drawDistinct } from '../scenes/draw.js'
import { rowId } from '../scenes/rows-of.js'

/** How much there is, and how much of it each client sees. */
export interface ThrongSize {
  rows: number
  clients: number
  rowsPerClient: number
}

/** What is measured. */
export const throngSize: ThrongSize = { rows: 300, clients: 300, rowsPerClient: 60 }

/** Every run has this seed. */
const seed = 20

/** Fighters of the scene `arena` with the ids that each client sees, the same from the first tick to the last. */
export function beginThrong({ rows, clients, rowsPerClient }: ThrongSize) {
  const random = createRandom(seed)
  const seen = Array.from(
    { length: clients },
    () => new Set(drawDistinct(random, rowsPerClient, rows).map(rowId)) as ReadonlySet<string>,
  )
  return { ...beginArena(random, rows), seen }
}

export type Throng = ReturnType<typeof beginThrong>
