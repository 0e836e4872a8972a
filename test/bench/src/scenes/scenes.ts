import type { Scene } from '../scene.js'
import { aged } from './aged.js'
import { arena, bots } from './arena.js'
import { cards } from './cards.js'
import { churn } from './churn.js'
import { events } from './events.js'
import { flags } from './flags.js'
import { grid } from './grid.js'
import { idle, idleSmall } from './idle.js'
import { inventory } from './inventory.js'
import { log } from './log.js'
import { lossless } from './lossless.js'
import { physics } from './physics.js'
import { huge, sparse } from './sparse.js'
import { swarm } from './swarm.js'
import { text } from './text.js'
import { trail } from './trail.js'
import { volley } from './volley.js'
import { wander } from './wander.js'

/** Every scene that is measured, in the order of the report. */
export const scenes: readonly Scene[] = [
  swarm,
  wander,
  sparse,
  huge,
  arena,
  bots,
  churn,
  volley,
  physics,
  events,
  cards,
  inventory,
  log,
  text,
  grid,
  trail,
  flags,
  aged,
  lossless,
  idle,
]

/** @throws Error when there is no such scene */
export function sceneNamed(name: string): Scene {
  const scene = [...scenes, idleSmall].find((candidate) => candidate.name === name)
  if (scene !== undefined) return scene
  throw new Error(`There is no scene "${name}"; the scenes are ${scenes.map((known) => known.name).join(', ')}.`)
}
