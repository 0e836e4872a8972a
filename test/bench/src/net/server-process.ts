// The server's process: one system's server and nothing else.

import { answerParent } from './answer-parent.js'
import type { ServerQuestions } from './questions.js'
import { roomTickRate } from './rooms/room-kinds.js'
import { serveRooms } from './rooms/serve-rooms.js'
import { tickRate } from './systems/net-system.js'
import { serve } from './systems/servers.js'
import { TickLog, tickFiguresOf } from './tick-log.js'

let logs: TickLog[] = []
let idleBytes = 0
let cpuAtBegin = process.cpuUsage()

answerParent<ServerQuestions>({
  async open({ system }) {
    const log = new TickLog(tickRate)
    logs = [log]
    const port = await serve(system, () => log.note(performance.now()))
    idleBytes = heldBytes()
    return { port }
  },
  async openRooms({ roomKind, rooms }) {
    logs = Array.from({ length: rooms }, () => new TickLog(roomTickRate))
    const port = await serveRooms(roomKind, rooms, (room) => logs[room]!.note(performance.now()))
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
    for (const log of logs) log.reset()
    cpuAtBegin = process.cpuUsage()
    return null
  },
  end() {
    const { user, system } = process.cpuUsage(cpuAtBegin)
    const figures = tickFiguresOf(logs)
    return { ...figures, cpuMicroseconds: user + system, memoryBytes: heldBytes() - idleBytes }
  },
})

function heldBytes(): number {
  globalThis.gc?.()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}
