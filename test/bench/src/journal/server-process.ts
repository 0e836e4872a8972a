// The process of a server: rooms of the arena, with a journal or without, alone or in a cluster.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import { Cluster } from '@tygase/cluster'
import { natsEngine } from '@tygase/cluster/nats'
import type { AnyGame } from '@tygase/gamestate'
import { openJournal } from '@tygase/record'
import { type Room, Server } from '@tygase/server'
import { answerParent } from '../net/answer-parent.js'
import { freePort } from '../net/free-port.js'
import { loadArena } from './load-games.js'
import type { OpenedServer, ServerQuestions } from './questions.js'

const profiles = process.argv[2] ?? ''
const profiler = profiles === '' ? undefined : beginProfiling()
let rooms: Room<AnyGame>[] = []
let atBegin = { cpu: process.cpuUsage(), ticks: 0, events: 0 }

answerParent<ServerQuestions>({
  async open({ folder, nats, rooms: ids }) {
    const { arena, options } = await loadArena()
    const port = await freePort()
    const server = new Server({
      logger: false,
      maxSessionsPerAddress: 10_000,
      maxHandshakesPerAddress: 10_000,
      ...(nats !== undefined && { cluster: await clusterOn(nats, port) }),
    })
    server.define('arena', arena, {
      ...options,
      ...(folder !== undefined && { save: { journal: openJournal(folder) } }),
    })
    await server.run({ port })
    rooms = []
    for (const id of ids) rooms.push(await server.createRoom('arena', { id: String(id) }))
    return { port: server.port! }
  },
  pause({ isPaused }) {
    for (const room of rooms) isPaused ? room.pause() : room.resume()
    return null
  },
  begin() {
    profiler?.post('Profiler.start')
    atBegin = { cpu: process.cpuUsage(), ...counts() }
    return null
  },
  end() {
    const { user, system } = process.cpuUsage(atBegin.cpu)
    const { ticks, events } = counts()
    profiler?.post('Profiler.stop', (_: Error | null, { profile }: { profile: object }) => {
      writeFileSync(join(profiles, `${process.pid}-${Date.now()}.cpuprofile`), JSON.stringify(profile))
    })
    return { cpuMs: (user + system) / 1000, ticks: ticks - atBegin.ticks, events: events - atBegin.events }
  },
})

async function clusterOn(nats: NonNullable<OpenedServer['nats']>, port: number): Promise<Cluster> {
  const engine = await natsEngine({ servers: `127.0.0.1:${nats.port}`, bucket: nats.bucket, logger: false })
  return new Cluster({
    engine,
    address: `ws://localhost:${port}`,
    secret: 'of servers that are measured',
    logger: false,
  })
}

function counts(): { ticks: number; events: number } {
  const sum = (of: (room: Room<AnyGame>) => number): number => rooms.reduce((all, room) => all + of(room), 0)
  return { ticks: sum(({ machine }) => machine.tick), events: sum(({ counters }) => counters.get('eventsIn')) }
}

function beginProfiling(): Session {
  const session = new Session()
  session.connect()
  session.post('Profiler.enable')
  session.post('Profiler.setSamplingInterval', { interval: 200 })
  return session
}
