import { Session } from 'node:inspector'
import { fileURLToPath } from 'node:url'
import { Match } from './match.js'
import { withPlayers } from './player.js'
import type { Scene } from './scene.js'
import { sceneNamed } from './scenes/scenes.js'
import { tygase } from './systems/tygase.js'

/** Where the processor time of a scene's ticks at the server goes. */
export interface Profile {
  scene: string
  /** The most first; functions of the engine have no file. Shares of the time that the process worked. */
  functions: readonly { name: string; file: string | undefined; share: number }[]
}

/** How a profile is taken. */
export interface ProfileEffort {
  /** Processor time before, in ms, so that code is compiled. */
  warmUpMs: number
  /** Time that is looked at, in ms. */
  ms: number
}

export const wholeProfile: ProfileEffort = { warmUpMs: 1500, ms: 3000 }

/** So often the engine notes which function runs, in µs. */
const sampleUs = 100
const ticksAtOnce = 20
/** Functions of less than this share are not listed. */
const leastShare = 0.02

/** Profiles scenes, each in a process of its own. */
export async function profileScenes(
  scenes: readonly Scene[],
  effort: ProfileEffort,
  say: (scene: string) => void = () => {},
): Promise<Profile[]> {
  const profiles: Profile[] = []
  for (const { name } of scenes) {
    say(name)
    profiles.push(await withPlayers(1, ([player]) => player!.ask('profile', { scene: name, ...effort })))
  }
  return profiles
}

/** Profiles the server's side of a scene in this process. */
export function profileHere(name: string, { warmUpMs, ms }: ProfileEffort): Profile {
  const match = new Match(sceneNamed(name), tygase)
  playFor(match, warmUpMs)
  const session = new Session()
  session.connect()
  const post = <Answer>(method: string, params: object = {}): Answer => {
    let found: { error: Error | null; answer: unknown } | undefined
    // a session of the own thread answers before `post` returns
    session.post(method, params, (error, answer) => {
      found = { error, answer }
    })
    if (found === undefined || found.error !== null) throw new Error(`${method} failed`, { cause: found?.error })
    return found.answer as Answer
  }
  post('Profiler.enable')
  post('Profiler.setSamplingInterval', { interval: sampleUs })
  post('Profiler.start')
  playFor(match, ms)
  const { profile } = post<{ profile: RawProfile }>('Profiler.stop')
  session.disconnect()
  return { scene: name, functions: functionsOf(profile) }
}

function playFor(match: Match, ms: number): void {
  const endMs = performance.now() + ms
  while (performance.now() < endMs) match.playBatch(ticksAtOnce)
}

/** As much of a profile of the engine as is read here. */
export interface RawProfile {
  nodes: readonly { id: number; callFrame: { functionName: string; url: string } }[]
  samples?: readonly number[]
}

/** The functions of a profile with their shares of the samples; the script of the scene does not count. */
export function functionsOf({ nodes, samples = [] }: RawProfile): Profile['functions'] {
  const places = new Map(nodes.map(({ id, callFrame }) => [id, placeOf(callFrame)]))
  const counts = new Map<string, { name: string; file: string | undefined; count: number }>()
  let all = 0
  for (const sample of samples) {
    const place = places.get(sample)
    if (place === undefined || isIdle(place)) continue
    all++
    const key = `${place.file} ${place.name}`
    const known = counts.get(key)
    if (known === undefined) counts.set(key, { ...place, count: 1 })
    else known.count++
  }
  return [...counts.values()]
    .map(({ name, file, count }) => ({ name, file, share: count / all }))
    .filter(({ share }) => share >= leastShare)
    .sort((a, b) => b.share - a.share)
}

function isIdle({ name, file }: { name: string; file: string | undefined }): boolean {
  return (file === undefined && ['(idle)', '(program)', '(root)'].includes(name)) || file?.startsWith('test/') === true
}

const root = new URL('../../../', import.meta.url).href

/** A function by the source file that its readers know. */
function placeOf({ functionName, url }: { functionName: string; url: string }): {
  name: string
  file: string | undefined
} {
  const name = functionName === '' ? '(anonymous)' : functionName
  if (url === '' || url.startsWith('node:')) return { name, file: undefined }
  const path = url.startsWith(root) ? url.slice(root.length) : fileURLToPath(url)
  return { name, file: path.replace('/dist/', '/src/').replace(/\.js$/, '.ts') }
}
