import type { Scene } from '../scene.js'
import { drawDistinct, drawInteger } from './draw.js'

interface Tile {
  kind: number
  hp: number
}

interface Land {
  heights: number[]
  tiles: Tile[]
}

const heightCount = 4_096
const tileCount = 1_024
/** How many of each change in a tick. */
const edits = 5
const maxHeight = 1_000

export const grid: Scene<Land> = {
  name: 'grid',
  about: 'an array of 4,096 heights and one of 1,024 tiles, which are objects; each tick changes five of either',
  ticksPerRound: 100,
  begin: (random) => ({
    initialState: () => ({
      heights: Array.from({ length: heightCount }, () => drawInteger(random, maxHeight)),
      tiles: Array.from({ length: tileCount }, () => ({ kind: drawInteger(random, 12), hp: drawInteger(random, 200) })),
    }),
    next: () => {
      const dug = drawDistinct(random, edits, heightCount).map((place) => ({
        place,
        height: drawInteger(random, maxHeight),
      }))
      const hit = drawDistinct(random, edits, tileCount).map((place) => ({ place, hp: drawInteger(random, 200) }))
      return {
        changes: 2 * edits,
        play({ heights, tiles }) {
          for (const { place, height } of dug) heights[place] = height
          for (const { place, hp } of hit) tiles[place]!.hp = hp
        },
      }
    },
  }),
}
