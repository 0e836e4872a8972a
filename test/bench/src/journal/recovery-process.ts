// A process that goes on with a room of another one.
import { openJournal } from '@tygase/record'
import { Server } from '@tygase/server'
import { answerParent } from '../net/answer-parent.js'
import type { RecoveryQuestions } from './questions.js'
import { crowd } from './recovery-game.js'

answerParent<RecoveryQuestions>({
  async recover({ folder }) {
    const server = new Server({ logger: false })
    server.define('crowd', crowd, { save: { journal: openJournal(folder) } })
    const startMs = performance.now()
    const cpu = process.cpuUsage()
    await server.run()
    const ms = performance.now() - startMs
    const { user, system } = process.cpuUsage(cpu)
    return { ms, cpuMs: (user + system) / 1000, tick: server.rooms.get('crowd/1')?.machine.tick ?? 0 }
  },
})
