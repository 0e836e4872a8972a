import { randomInt } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { runProgram } from '@tygase/frame'
import { withInspector } from '@tygase/frame/inspect'
import { createHttp, serveFiles } from '@tygase/http'
import { ServerError } from '@tygase/server'
import { gamePath } from '../field.js'
import { createArenaServer } from './arena-server.js'
import { readArenaOptions } from './options.js'

await runProgram(async (print, untilInterrupted) => {
  const { port, hostname, bots, journal } = readArenaOptions(process.env)
  const onError = (error: unknown): void => void process.stderr.write(`A bot failed: ${String(error)}\n`)
  const server = createArenaServer({ bots, seed: randomInt(2 ** 31), onError, journal })
  const page = fileURLToPath(new URL('../page', import.meta.url))
  const http = createHttp({ rooms: server, routes: (app) => app.use('/*', serveFiles({ root: page })) })
  const { requestListener, hint } = withInspector(server, gamePath, http.requestListener)
  try {
    await server.run({ port, hostname, path: gamePath, requestListener })
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'port_in_use') throw error
    throw new Error(`Port ${port} is in use. Take another one, for example: PORT=${port + 1} npm run arena`)
  }
  print(`
  Arena is on:  http://${hostname === '0.0.0.0' ? 'localhost' : hostname}:${server.port}

  · open it in two tabs; the address bar then has the link to your room
  · bots in a room: ${bots} (BOTS=0 for none)${hint(`http://localhost:${server.port}`)}
  · from a phone in the same network: HOST=0.0.0.0 npm run arena

  Ctrl-C ends it.
`)
  await untilInterrupted
  print('\nThe server shuts down. Ctrl-C again ends it at once.')
  await server.shutdown({ reason: 'the server was shut down', endSessions: true, handOver: true })
  print('Bye.')
})
