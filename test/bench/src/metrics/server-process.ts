// The process of a server: small rooms, with all that @tygase/inspect has, or with nothing of it.
import type { AnyGame } from '@tygase/gamestate'
import { createHttp, type HttpApp } from '@tygase/http'
import { type Room, Server } from '@tygase/server'
import { answerParent } from '../net/answer-parent.js'
import { freePort } from '../net/free-port.js'
import { lookToken, type SeenServerQuestions } from './questions.js'
import { moversOf } from './seen-game.js'

const token = 'nobody asks with this token'
let rooms: Room<AnyGame>[] = []
let atBegin = { cpu: process.cpuUsage(), ticks: 0, events: 0 }

answerParent<SeenServerQuestions>({
  async open({ isSeen, rooms: count, rows, lookedRows }) {
    const port = await freePort()
    const server = new Server({ logger: false, maxSessionsPerAddress: 10_000, maxHandshakesPerAddress: 10_000 })
    server.define('movers', moversOf(rows), { maxClients: 1000 })
    if (lookedRows > 0) server.define('looked', moversOf(lookedRows), { maxClients: 1000 })
    const routes = isSeen ? await routesFor(server) : () => {}
    const { requestListener } = createHttp({ routes, logger: false })
    await server.run({ port, requestListener })
    rooms = []
    for (let id = 0; id < count; id++) rooms.push(await server.createRoom('movers', { id: String(id) }))
    if (lookedRows > 0) rooms.push(await server.createRoom('looked', { id: '0' }))
    return { port: server.port! }
  },
  pause({ isPaused }) {
    for (const room of rooms) isPaused ? room.pause() : room.resume()
    return null
  },
  begin() {
    atBegin = { cpu: process.cpuUsage(), ...counts() }
    return null
  },
  end() {
    const { user, system } = process.cpuUsage(atBegin.cpu)
    const { ticks, events } = counts()
    return { cpuMs: (user + system) / 1000, ticks: ticks - atBegin.ticks, events: events - atBegin.events }
  },
})

/** Loaded here: the other server loads nothing of it. */
async function routesFor(server: Server): Promise<(app: HttpApp) => void> {
  const { createInspector, createMetrics } = await import('@tygase/inspect')
  const { createPrometheus } = await import('@tygase/inspect/prometheus')
  const metrics = createMetrics(server)
  const prometheus = createPrometheus(metrics, { token })
  const inspector = createInspector(server, { metrics, auth: { metrics: token, inspect: lookToken }, logger: false })
  return (app) => {
    prometheus.routes(app)
    inspector.routes(app)
  }
}

function counts(): { ticks: number; events: number } {
  const sum = (of: (room: Room<AnyGame>) => number): number => rooms.reduce((all, room) => all + of(room), 0)
  return { ticks: sum(({ machine }) => machine.tick), events: sum(({ counters }) => counters.get('eventsIn')) }
}
