import { readFileSync } from 'node:fs'
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

export const recordFile = new URL('../recorded-bytes.json', import.meta.url)

/** What was recorded last. */
export function recordedBytes(): Partial<BytesRecord> {
  return JSON.parse(readFileSync(recordFile, 'utf8')) as Partial<BytesRecord>
}

/** How many ticks of each scene are played for the record. */
const recordedTicks = 40

/** @throws Error where the replica does not end with the server's state */
export function measureBytes(scene: Scene): SceneBytes {
  // each of several clients would get the same bytes
  const match = new Match({ ...scene, replicas: 1 }, tygase)
  const { bytes } = match.playRound(recordedTicks)
  const { snapshotBytes, difference } = match.finish()
  if (difference !== undefined) throw new Error(`${scene.name}: states differ at the end; ${difference}`)
  return { deltas: bytes, snapshot: snapshotBytes }
}

export function measureAllBytes(): BytesRecord {
  return Object.fromEntries(scenes.map((scene) => [scene.name, measureBytes(scene)]))
}

/** @returns a sentence for each figure that has grown since it was recorded */
export function findGrowth(name: string, recorded: SceneBytes | undefined, measured: SceneBytes): string[] {
  if (recorded === undefined) return [`${name} is not recorded`]
  return figures
    .filter((figure) => measured[figure] > recorded[figure])
    .map((figure) => `${name}: ${figure} take ${measured[figure]} bytes, ${recorded[figure]} were recorded`)
}

/**
 * @returns the larger one of the two figures of a scene, in times of what was recorded; Infinity for a scene that was not recorded,
 *   and for bytes where there were none
 */
export function growthOf(recorded: SceneBytes | undefined, measured: SceneBytes): number {
  if (recorded === undefined) return Number.POSITIVE_INFINITY
  return Math.max(
    ...figures.map((figure) => (measured[figure] === recorded[figure] ? 1 : measured[figure] / recorded[figure])),
  )
}

const figures = ['deltas', 'snapshot'] as const
