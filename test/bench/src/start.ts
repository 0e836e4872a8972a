import { createRandom } from '@tygase/gamestate'
import type { Scene, Script } from './scene.js'
import { makePlain, worldOfRecords } from './systems/record-rows.js'
import type { ServerSide, System } from './systems/system.js'

/** Every run of a scene has this seed. */
const seed = 20

/** A server that has the scene's history behind it, and the script that goes on from there. */
export interface Started {
  server: ServerSide
  script: Script<never>
}

export function beginScript(scene: Scene): Script<never> {
  return scene.begin(createRandom(seed))
}

export function startServer(scene: Scene, system: System): Started {
  const script = beginScript(scene)
  const server = system.serve(scene, script.initialState())
  for (const tick of script.history?.() ?? []) server.step(tick)
  return { server, script }
}

/** What the history and so many ticks make of plain objects. */
export function referenceState(scene: Scene, tickCount: number): object {
  const script = beginScript(scene)
  const state = script.initialState()
  const world = worldOfRecords(state, scene)
  for (const tick of script.history?.() ?? []) tick.play(world, makePlain)
  for (let tick = 0; tick < tickCount; tick++) script.next().play(world, makePlain)
  return state
}
