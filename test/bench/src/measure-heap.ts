import type { EntityMap, Immutable } from '@tygase/gamestate'
import { median } from './median.js'
import { mapsIn, type Scene } from './scene.js'
import { beginScript, type Started, startServer } from './start.js'
import type { System } from './systems/system.js'
import { type GameState, gameState, playerOf } from './systems/tygase.js'

const bytesPerKb = 1024
const bytesPerMb = bytesPerKb * bytesPerKb

/** What one version holds by itself, in KB: with nothing of it read, and when each of its rows has been read. */
export interface VersionKb {
  unread: number
  read: number
}

/**
 * Starts a server and measures the heap of its state with whatever its system needs to encode it; memory outside of the
 * heap, such as the buffers of encoders, is not counted.
 * @param copies at least 2: how many servers are started; the first pays for what is loaded and compiled
 */
export function startMeasured(scene: Scene, system: System, copies: number): Started & { heapMb: number } {
  const all: Started[] = []
  const grownBytes = growthOf(copies, () => {
    const started = startServer(scene, system)
    started.server.forgetPast?.()
    all.push(started)
  })
  return { ...all.at(-1)!, heapMb: median(grownBytes.slice(1)) / bytesPerMb }
}

/** The heap that so many versions of a scene hold above what the last of them holds by itself. */
export function retainedHeapMb(scene: Scene, versionCount: number): number {
  const script = beginScript(scene)
  let state = gameState(script.initialState(), scene)
  const play = playerOf(scene)
  const ticks = Array.from({ length: versionCount }, () => script.next())
  const versions = ticks.map((tick) => {
    state = play(state, tick)
    return state
  })
  const all = settledHeapBytes()
  versions.splice(0, versionCount - 1)
  const last = settledHeapBytes()
  if (versions[0] !== state) throw new Error('The last version is not there any more.')
  return (all - last) / bytesPerMb
}

/** Ticks before the version that is measured, so that its rows are as ticks leave them. */
const ticksBefore = 20

/**
 * The heap of a version that shares nothing with another one but the texts in its rows.
 * @param copies at least 3: how many are made; the first third pays for what is loaded and compiled
 */
export function versionKb(scene: Scene, copies: number): VersionKb {
  const script = beginScript(scene)
  const initialState = script.initialState()
  const ticks = Array.from({ length: ticksBefore }, () => script.next())
  const play = playerOf(scene)
  const versions: Immutable<GameState>[] = []
  const unread = growthOf(copies, () => {
    let state = gameState(initialState, scene)
    for (const tick of ticks) state = play(state, tick)
    versions.push(state)
  })
  const added = growthOf(copies, (copy) => {
    const version = versions[copy] as Record<string, EntityMap<object>>
    for (const name of mapsIn(version, scene)) for (const _ of version[name]!.values());
  })
  const [kb, readKb] = [unread, added].map((bytes) => median(bytes.slice(copies / 3)) / bytesPerKb)
  return { unread: kb!, read: kb! + readKb! }
}

/** By how many bytes the heap grows each time that something is done. */
function growthOf(times: number, work: (time: number) => void): number[] {
  const grownBytes: number[] = []
  let before = settledHeapBytes()
  for (let time = 0; time < times; time++) {
    work(time)
    const after = settledHeapBytes()
    grownBytes.push(after - before)
    before = after
  }
  return grownBytes
}

/** Bytes of the heap that are in use once what nobody holds has been collected. */
function settledHeapBytes(): number {
  if (globalThis.gc === undefined) throw new Error('The heap is measured with node --expose-gc only.')
  // what the first collection finalises, the second one frees
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
