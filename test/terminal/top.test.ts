import { fileURLToPath } from 'node:url'
import { connect } from '@tygase/client'
import { defineGame } from '@tygase/gamestate'
import { createHttp } from '@tygase/http'
import { createInspector, createMetrics } from '@tygase/inspect'
import { Server } from '@tygase/server'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { Tmux } from './tmux.js'

const program = fileURLToPath(new URL('../../packages/tygase/bin/tygase.js', import.meta.url))
const token = 'whoever has it may see the metrics'

let tmux: Tmux
beforeEach(async () => {
  tmux = await Tmux.open()
})
afterEach(() => tmux.close())

it('tygase top shows rooms, sessions, ticks and bytes live in a terminal, until q is pressed [M34]', async () => {
  const game = defineGame({ initialState: () => ({ round: 0 }), timeStep: (state) => void state.round++, tickRate: 20 })
  const server = new Server({ logger: false }).define('chess', game)
  const metrics = createMetrics(server)
  const inspector = createInspector(server, { auth: { metrics: token }, metrics, logger: false })
  const { requestListener } = createHttp({ routes: inspector.routes, logger: false })
  await server.run({ requestListener })
  const address = `ws://localhost:${server.port}`
  try {
    const pane = await tmux.start(program, ['top', address, '--token', token])
    await pane.shows(/^TyGaSe +ws:\/\/localhost:\d+\/inspect +up \d+ s$/m)
    await pane.shows(/^rooms +0$/m)
    const connection = await connect(`${address}/chess/1`, { game, logger: false })
    await pane.shows(/^rooms +1 +chess 1$/m)
    await pane.shows(/^sessions +1 connected +0 suspended$/m)
    await pane.shows(/^ticks +(?:1\d|2\d)(?:\.\d)?\/s +\d+ left out/m)
    await pane.shows(/^bytes +in [\d.]+ (?:B|KiB)\/s +out [1-9][\d.]* (?:B|KiB)\/s$/m)
    await pane.shows(/^time +update \d+ % +network \d+ % +handling \d+ % +idle \d+ %$/m)
    await connection.disconnect()
    await pane.shows(/^sessions +0 connected +0 suspended$/m)
    await pane.keys('q')
    expect(await pane.exitCode()).toBe(0)
    // the screen of before is back
    expect(await pane.text()).not.toContain('sessions')
  } finally {
    await inspector.close()
    metrics.close()
    await server.shutdown({ endSessions: true, drainMs: 200 })
  }
})
