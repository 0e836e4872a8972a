import { type ArrayRun, type ArrayStage, arrayScenes, runArrays } from './array-script.js'
import { openColyseusArrays } from './colyseus-arrays.js'
import { openTygaseArrays } from './tygase-arrays.js'

const systems: Readonly<Record<string, (isObjects: boolean) => ArrayStage>> = {
  tygase: openTygaseArrays,
  colyseus: openColyseusArrays,
}

export interface ArrayRow {
  readonly scene: string
  readonly about: string
  readonly system: string
  readonly runs: number
  /** Runs in which a client that was there all the time came to differ from the server. */
  readonly liveDiffers: number
  /** The same of one that joined. */
  readonly joinerDiffers: number
}

/** Plays each scene as often as asked for, each time from another seed, the same ones for all systems. */
export function compareArrays(runs: number): ArrayRow[] {
  return arrayScenes.flatMap((scene) =>
    Object.entries(systems).map(([system, open]) => {
      const all: ArrayRun[] = Array.from({ length: runs }, (_, seed) => runArrays(scene, open, seed))
      return {
        scene: scene.name,
        about: scene.about,
        system,
        runs,
        liveDiffers: all.filter(({ liveDiffersAt }) => liveDiffersAt !== undefined).length,
        joinerDiffers: all.filter(({ joinerDiffersAt }) => joinerDiffersAt !== undefined).length,
      }
    }),
  )
}
