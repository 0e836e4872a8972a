import { isPartMissing, watchMissingParts } from '../run/missing-part.js'
import type { FromStage, Pictures, ToWorker } from './messages.js'
import { Stage } from './stage.js'

/** The parts of a worker's scope that are used here. Code of games cannot take them away. */
const { postMessage, performance, importScripts } = globalThis as unknown as {
  postMessage(message: unknown, transfer?: Transferable[]): void
  performance: { now(): number }
  importScripts(url: string): void
}
const scope = globalThis as typeof globalThis & {
  loadedFunction?: unknown
  onmessage: ((event: MessageEvent) => void) | null
}

/** A script from a blob: its lines have numbers of their own, and it is strict or not by itself. */
function evaluate(functionText: string): unknown {
  const url = URL.createObjectURL(new Blob([`self.loadedFunction = ${functionText}`], { type: 'text/javascript' }))
  importScripts(url)
  URL.revokeObjectURL(url)
  return scope.loadedFunction
}

const send = (message: FromStage | Pictures, transfer: Transferable[] = []): void => {
  if (!isPartMissing()) postMessage.call(scope, message, transfer)
}
const stage = new Stage(send, evaluate, () => performance.now())
let turn = Promise.resolve()

// the frame ends this worker when it hears of it
watchMissingParts(() => postMessage.call(scope, stage.incomplete))
for (const type of ['error', 'unhandledrejection']) {
  addEventListener(type, (event) => isPartMissing() && event.preventDefault())
}

scope.onmessage = ({ data }: MessageEvent<ToWorker>) => {
  // one after the other: a step of a run takes several turns of the event loop
  turn = turn.then(async () => {
    try {
      await stage.take(data)
    } catch (error) {
      send({ kind: 'failed', message: error instanceof Error ? error.message.slice(0, 1000) : 'it failed' })
    }
    postMessage.call(scope, { kind: 'done' })
  })
}
