import { createRandom } from '@tygase/gamestate'
import { systemClock } from '@tygase/gamestate/internal'
import { Server } from '@tygase/server'
import type { FeelLine, FeelRows } from '@tygase/testkit/feel'
import { answerParent } from '../../net/answer-parent.js'
import { makeFeelGame } from '../game.js'
import { driveBots, type Stage } from '../scenes.js'
import { rowsOf } from '../systems.js'
import { clockId, serveColyseus } from './colyseus-room.js'
import { type FeelServerQuestions, nowMs } from './questions.js'

/** The stream of random numbers that steers the server's discs. */
const botStream = 1

const lines: FeelLine[] = []

answerParent<FeelServerQuestions>({
  async serve({ system, seed }) {
    const stage: Stage = { clock: systemClock, random: createRandom(seed, botStream) }
    return { port: await (system === 'colyseus' ? servePeer(stage) : serveOwn(stage)) }
  },
  truth: () => lines,
})

function note(tick: number, rows: FeelRows): void {
  lines.push({ kind: 'truth', atMs: nowMs(), tick, rows })
}

function servePeer(stage: Stage): Promise<number> {
  return serveColyseus(stage, (tick, players) => {
    const rows: Record<string, readonly [number, number]> = {}
    players.forEach(({ x, y }, id) => {
      if (id !== clockId) rows[id] = [x, y]
    })
    note(tick, rows)
  })
}

async function serveOwn(stage: Stage): Promise<number> {
  const server = new Server({ game: makeFeelGame() })
  await server.run({ port: 0, hostname: 'localhost' })
  server.store.subscribe((state, tick) => note(tick, rowsOf(state)))
  driveBots(stage, {
    add: (id, x, y) => server.pushEvent('addBot', { id, x, y }),
    turn: (id, dx, dy) => server.pushEvent('turnBot', { id, dx, dy }),
  })
  return server.port!
}
