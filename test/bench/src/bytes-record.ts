import { Match } from './match.js'
import type { Scene } from './scene.js'
import { scenes } from './scenes/scenes.js'
import { tygase } from './systems/tygase.js'

/** What a scene takes on the wire. */
export interface SceneBytes {
  /** All ticks together. */
  deltas: number
  snapshot: number
}

/** By the names of scenes. */
export type BytesRecord = Readonly<Record<string, SceneBytes>>

/** How many ticks of each scene are played for the record. */
const recordedTicks = 40

/** How much more than recorded is let pass: sines differ in their last bits from one runtime to the next. */
const tolerance = 0.05

/** @throws Error where the replica does not end with the server's state */
export function measureBytes(scene: Scene): SceneBytes {
  const match = new Match(scene, tygase)
  const { bytes } = match.playRound(recordedTicks)
  const { snapshotBytes, difference } = match.finish()
  if (difference !== undefined) throw new Error(`${scene.name}: states differ at the end; ${difference}`)
  return { deltas: bytes, snapshot: snapshotBytes }
}

export function measureAllBytes(): BytesRecord {
  return Object.fromEntries(scenes.map((scene) => [scene.name, measureBytes(scene)]))
}

/** @returns a sentence for each figure that has grown by more than 5 % since it was recorded */
export function findGrowth(name: string, recorded: SceneBytes | undefined, measured: SceneBytes): string[] {
  if (recorded === undefined) return [`${name} is not recorded`]
  return (['deltas', 'snapshot'] as const)
    .filter((figure) => measured[figure] > recorded[figure] * (1 + tolerance))
    .map((figure) => `${name}: ${figure} take ${measured[figure]} bytes, ${recorded[figure]} were recorded`)
}
