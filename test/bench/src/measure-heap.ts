import type { Immutable } from '@tygase/gamestate'
import { median } from './median.js'
import type { Scene } from './scene.js'
import { beginScript, type Started, startServer } from './start.js'
import type { System } from './systems/system.js'
import { type GameState, gameState, playTick } from './systems/tygase.js'

const bytesPerMb = 1024 * 1024

/**
 * Starts a server and measures the heap of its state with whatever its system needs to encode it; memory outside of the
 * heap, such as the buffers of encoders, is not counted.
 * @param copies at least 2: how many servers are started; the first pays for what is loaded and compiled
 */
export function startMeasured(scene: Scene, system: System, copies: number): Started & { heapMb: number } {
  const all: Started[] = []
  const grownBytes: number[] = []
  let before = settledHeapBytes()
  while (all.length < copies) {
    const started = startServer(scene, system)
    started.server.forgetPast?.()
    all.push(started)
    const after = settledHeapBytes()
    grownBytes.push(after - before)
    before = after
  }
  return { ...all.at(-1)!, heapMb: median(grownBytes.slice(1)) / bytesPerMb }
}

/** The heap that so many versions of a scene hold above what the last of them holds by itself. */
export function retainedHeapMb(scene: Scene, versionCount: number): number {
  const script = beginScript(scene)
  let state: Immutable<GameState> = gameState(script.initialState())
  const ticks = Array.from({ length: versionCount }, () => script.next())
  const versions = ticks.map((tick) => {
    state = playTick(state, tick)
    return state
  })
  const all = settledHeapBytes()
  versions.splice(0, versionCount - 1)
  const last = settledHeapBytes()
  if (versions[0] !== state) throw new Error('The last version is not there any more.')
  return (all - last) / bytesPerMb
}

/** Bytes of the heap that are in use once what nobody holds has been collected. */
function settledHeapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('The heap is measured with node --expose-gc only.')
  // what the first collection finalises, the second one frees
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
