// The clients' process: all clients of one system.
import { answerParent } from './answer-parent.js'
import { joinAll, wholeClients } from './join-all.js'
import { makeRequests } from './make-requests.js'
import { type ClientQuestions, pipelinedRequests } from './questions.js'
import { clientsOfRooms } from './rooms/clients-of-rooms.js'
import { clientsOf, openCaller } from './systems/clients.js'

/** Sums of what has come since the clients joined. */
let counts: () => { updates: number[]; lightBytes: number[] } = () => ({ updates: [], lightBytes: [] })
let atBegin = { ...counts(), nowMs: 0, cpu: process.cpuUsage() }

answerParent<ClientQuestions>({
  async open({ system, port, clients }) {
    counts = await joinAll(clientsOf(system), port, clients)
    return null
  },
  async openRooms({ roomKind, port, rooms, clients }) {
    counts = await joinAll(
      clientsOfRooms(roomKind, rooms),
      port,
      clients,
      roomKind === 'still' ? clients : wholeClients,
    )
    return null
  },
  settle() {
    globalThis.gc?.()
    return null
  },
  begin() {
    atBegin = { ...counts(), nowMs: performance.now(), cpu: process.cpuUsage() }
    return null
  },
  end() {
    const seconds = (performance.now() - atBegin.nowMs) / 1000
    const { user, system } = process.cpuUsage(atBegin.cpu)
    const { updates, lightBytes } = counts()
    const bytes = lightBytes.reduce((sum, of, index) => sum + of - atBegin.lightBytes[index]!, 0)
    return {
      seconds,
      cpuShare: (user + system) / 1e6 / seconds,
      bytesPerClient: bytes / lightBytes.length,
      fewestUpdates: Math.min(...updates.map((of, index) => of - atBegin.updates[index]!)),
    }
  },
  async request({ system, port, seconds }) {
    const call = await openCaller(system, port)
    await makeRequests(call, pipelinedRequests, seconds / 2)
    const single = await makeRequests(call, 1, seconds)
    return { single, pipelined: await makeRequests(call, pipelinedRequests, seconds) }
  },
})
