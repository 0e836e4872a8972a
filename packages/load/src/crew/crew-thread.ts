// A thread of the load generator: one crew.
import { performance } from 'node:perf_hooks'
import { parentPort, workerData } from 'node:worker_threads'
import { JoinedClock, systemClock, TygaseError } from '@tygase/gamestate/internal'
import { loadPlay, stay } from '../play.js'
import { Crew } from './crew.js'
import { addressesBelow, type CrewAnswer, type CrewData, type CrewQuestion } from './crew-port.js'

/** How often the thread looks how late its timers are, in ms. */
const lagEveryMs = 20

// reason: the thread that has begun this one gives it just this
const { address, room, seed, script } = workerData as CrewData
const port = parentPort!
const answer = (message: CrewAnswer): void => port.postMessage(message)

try {
  const play = script === undefined ? stay : await loadPlay(script)
  // one timer of the runtime for all players
  const crew = new Crew({ addressOf: addressesBelow(address), play, seed, room, clock: new JoinedClock(systemClock) })
  let used = performance.eventLoopUtilization()
  const watchLag = (dueMs: number): void => {
    systemClock.schedule(dueMs - systemClock.now(), () => {
      const nowMs = systemClock.now()
      crew.noteLag(Math.max(0, nowMs - dueMs))
      watchLag(nowMs + lagEveryMs)
    })
  }
  watchLag(systemClock.now() + lagEveryMs)
  port.on('message', (question: CrewQuestion) => {
    if (question.kind === 'join') crew.join(question.index)
    else if (question.kind === 'collect') {
      const slice = crew.collect()
      const now = performance.eventLoopUtilization()
      slice.utilization = performance.eventLoopUtilization(now, used).utilization
      used = now
      answer({ kind: 'slice', slice })
    } else crew.end().then(() => answer({ kind: 'slice', slice: crew.collect() }))
  })
  answer({ kind: 'ready' })
} catch (error) {
  if (!(error instanceof TygaseError)) throw error
  answer({ kind: 'failed', code: error.code, message: error.message })
}
