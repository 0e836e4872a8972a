// The server's process: one system's server and nothing else.

import { answerParent } from './answer-parent.js'
import type { ServerQuestions } from './questions.js'
import { tickRate } from './systems/net-system.js'
import { serve } from './systems/servers.js'
import { TickLog } from './tick-log.js'

const ticks = new TickLog(tickRate)
let idleBytes = 0
let cpuAtBegin = process.cpuUsage()

answerParent<ServerQuestions>({
  async open({ system }) {
    const port = await serve(system, () => ticks.note(performance.now()))
    idleBytes = heldBytes()
    return { port }
  },
  settle() {
    // what the joins have left behind is not to be collected within the window. Not where the window begins: a collection
    // throws compiled code away as well, and the window would measure the compiler
    globalThis.gc?.()
    return null
  },
  begin() {
    ticks.reset()
    cpuAtBegin = process.cpuUsage()
    return null
  },
  end() {
    const { user, system } = process.cpuUsage(cpuAtBegin)
    const figures = ticks.figures()
    return { ...figures, cpuMicroseconds: user + system, memoryBytes: heldBytes() - idleBytes }
  },
})

function heldBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
