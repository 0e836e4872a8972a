import { colyseus } from './colyseus.js'
import { immerPatches } from './immer-patches.js'
import { json } from './json.js'
import { msgpackr } from './msgpackr.js'
import type { System } from './system.js'
import { tygase } from './tygase.js'

/** Everything that is compared, in the order of the report. */
export const systems: readonly System[] = [tygase, colyseus, json, msgpackr, immerPatches]

/** What the others are measured against. */
export const peerName = colyseus.name

/** @throws Error when there is no such system */
export function systemNamed(name: string): System {
  const system = systems.find((candidate) => candidate.name === name)
  if (system !== undefined) return system
  throw new Error(`There is no system "${name}"; the systems are ${systems.map((known) => known.name).join(', ')}.`)
}
