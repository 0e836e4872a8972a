// A process that plays: one system, one scene, code that is compiled for nothing else.
import { Match } from './match.js'
import { retainedHeapMb, startMeasured } from './measure-heap.js'
import type { AnyRequest, Reply } from './requests.js'
import { sceneNamed } from './scenes/scenes.js'
import { systemNamed } from './systems/systems.js'

/** What is played and not counted after each collection: a round at least, three at most, for about so long. */
const runInMs = 100
const maxRunInRounds = 3

let match: Match | undefined

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
  if (request.kind === 'retained') return { heapMb: retainedHeapMb(sceneNamed(request.scene), request.versions) }
  if (request.kind === 'open') {
    const scene = sceneNamed(request.scene)
    const system = systemNamed(request.system)
    const { heapMb, ...started } = startMeasured(scene, system, request.heapCopies)
    match = new Match(scene, system, started)
    return { heapMb }
  }
  if (match === undefined) throw new Error('A match is opened before it is played.')
  if (request.kind === 'finish') return match.finish()
  // what was left behind before is not to be collected on this round's time
  globalThis.gc?.()
  // a full collection throws compiled code away with it: a server that runs for hours has it, so it is made again first
  const startMs = performance.now()
  for (let round = 0; round < maxRunInRounds && (round === 0 || performance.now() - startMs < runInMs); round++) {
    match.playRound(request.ticks)
  }
  return request.kind === 'round' ? match.playRound(request.ticks) : match.playBatch(request.ticks)
}
