// A process that plays: one system, one scene, code that is compiled for nothing else.
import { Match, type Round } from './match.js'
import { retainedHeapMb, startMeasured, versionKb } from './measure-heap.js'
import { profileHere } from './profile.js'
import type { AnyRequest, Reply, WarmUp } from './requests.js'
import type { Tick } from './scene.js'
import { sceneNamed } from './scenes/scenes.js'
import { startServer } from './start.js'
import { systemNamed } from './systems/systems.js'

/** What survives so many collections of young objects is not young any more. */
const collectionsUntilOld = 2
/** A process plays itself warm by so many ticks at a time, or by fewer that take about so long. */
const warmUpTicks = 10
const warmUpStepMs = 50

let match: Match | undefined
/** What has been played since the match was opened. */
const played = { ticks: 0, changes: 0, bytes: 0 }
/** How long a tick has taken server and clients together when last played, in ms. */
let msPerTick = Number.NaN

process.on('message', (request: AnyRequest) => {
  process.send?.(reply(request))
})

function reply(request: AnyRequest): Reply {
  try {
    return { answer: answer(request) }
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
  }
}

function answer(request: AnyRequest) {
  switch (request.kind) {
    case 'retained':
      return { heapMb: retainedHeapMb(sceneNamed(request.scene), request.versions) }
    case 'version':
      return versionKb(sceneNamed(request.scene), request.copies)
    case 'heap':
      return heapOf(request)
    case 'profile':
      return profileHere(request.scene, request)
    case 'open':
      return open(request)
  }
  if (match === undefined) throw new Error('A match is opened before it is played.')
  switch (request.kind) {
    case 'cold':
      return play(match, match.draw(request.ticks))
    case 'warm':
      return warmUp(match, request)
    case 'finish':
      return match.finish()
    case 'batch':
      return match.playBatch(request.ticks)
    case 'round':
      return playRound(match, request.ticks)
  }
}

/** @remarks Ends the match: its state is not to be freed while the heap is measured. */
function heapOf({ scene, system, heapCopies }: { scene: string; system: string; heapCopies: number }) {
  match = undefined
  return { heapMb: startMeasured(sceneNamed(scene), systemNamed(system), heapCopies).heapMb }
}

function open(request: { scene: string; system: string; heapCopies: number }) {
  const scene = sceneNamed(request.scene)
  const system = systemNamed(request.system)
  if (request.heapCopies < 2) {
    match = new Match(scene, system, startServer(scene, system))
    return { heapMb: null }
  }
  const { heapMb, ...started } = startMeasured(scene, system, request.heapCopies)
  match = new Match(scene, system, started)
  return { heapMb }
}

function warmUp(own: Match, { ticks, ms }: { ticks: number; ms: number }): WarmUp {
  // by processor time: on a busy machine little is compiled in so many milliseconds of the clock
  const before = process.cpuUsage()
  if (ticks > played.ticks) play(own, own.draw(ticks - played.ticks))
  const counted = { ...played, snapshotBytes: own.snapshotBytes }
  while (cpuMsSince(before) < ms) {
    play(own, own.draw(Math.max(1, Math.min(warmUpTicks, Math.floor(warmUpStepMs / msPerTick)))))
  }
  return { ...counted, msPerTick }
}

function cpuMsSince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

function playRound(own: Match, count: number): Round {
  const ticks = own.draw(count)
  // What was drawn must not be young: collections would copy it on the time of the system that causes them. A full collection
  // would throw compiled code away, which a server that runs for hours has.
  for (let times = 0; times < collectionsUntilOld; times++) globalThis.gc?.(true)
  return play(own, ticks)
}

function play(own: Match, ticks: readonly Tick<never>[]): Round {
  const round = own.play(ticks)
  played.ticks += round.ticks
  played.changes += round.changes
  played.bytes += round.bytes
  msPerTick = round.serverMs + round.clientMs
  return round
}
