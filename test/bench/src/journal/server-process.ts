// The process of a server: rooms of the arena, with a journal or without.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'
import { join } from 'node:path'
import type { AnyGame } from '@tygase/gamestate'
import { openJournal } from '@tygase/record'
import { type Room, Server } from '@tygase/server'
import { answerParent } from '../net/answer-parent.js'
import { loadArena } from './load-games.js'
import type { ServerQuestions } from './questions.js'

const profiles = process.argv[2] ?? ''
const profiler = profiles === '' ? undefined : beginProfiling()
let rooms: Room<AnyGame>[] = []
let atBegin = { cpu: process.cpuUsage(), ticks: 0, events: 0 }

answerParent<ServerQuestions>({
  async open({ folder, rooms: count }) {
    const { arena, options } = await loadArena()
    const server = new Server({ logger: false, maxSessionsPerAddress: 10_000, maxHandshakesPerAddress: 10_000 })
    server.define('arena', arena, {
      ...options,
      ...(folder !== undefined && { save: { journal: openJournal(folder) } }),
    })
    await server.run()
    rooms = []
    for (let number = 0; number < count; number++) rooms.push(await server.createRoom('arena', { id: String(number) }))
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
