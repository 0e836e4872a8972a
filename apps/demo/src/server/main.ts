import { randomInt } from 'node:crypto'
import { networkInterfaces } from 'node:os'
import { runProgram } from '@tygase/frame'
import { withInspector } from '@tygase/frame/inspect'
import { Server, ServerError } from '@tygase/server'
import { gamePath } from '../address.js'
import { tag } from '../game.js'
import { HouseBots } from './house-bots.js'
import { createLog } from './log.js'
import { readDemoOptions } from './options.js'
import { pageListener } from './page.js'

await runProgram(async (print, untilInterrupted) => {
  const { port, hostname, bots, hostShutsDown, logLevel } = readDemoOptions(process.env)
  const log = createLog(logLevel, (line) => process.stdout.write(line))
  // of the library, only warnings and errors
  const logger = log.child({}, { level: logLevel === 'info' ? 'warn' : logLevel })
  const server = new Server({
    game: tag,
    logger,
    seed: randomInt(2 ** 31),
    // long enough for a page that is loaded again; the disc of a player who has closed the page stands there for as long
    limits: { graceMs: 10_000 },
    hostShutsDown: hostShutsDown ? 'server' : 'nothing',
    // the page of the host shows a button for it
    metadata: { hostShutsDown },
  })

  const { requestListener, hint } = withInspector(server as unknown as Server, gamePath, pageListener())
  try {
    await server.run({ port, hostname, path: gamePath, requestListener })
  } catch (error) {
    if (!(error instanceof ServerError) || error.code !== 'port_in_use') throw error
    throw new Error(`Port ${port} is in use. Take another one, for example: PORT=${port + 1} npm start`)
  }
  const shutDownByHost = new Promise<'host'>((resolve) => {
    server.machine.onRunning((running) => void (running || resolve('host')))
  })
  const onError = (error: unknown): void => void (server.running && log.warn({ err: error }, 'a bot failed'))
  const houseBots = new HouseBots(server, { count: bots, seed: randomInt(2 ** 31), onError })
  await houseBots.join()
  const url = `http://${reachableName(hostname)}:${server.port}`
  print(welcome(url, bots, hint(`http://localhost:${server.port}`)))

  if ((await Promise.race([untilInterrupted, shutDownByHost])) === 'host') {
    print('The host has shut the server down.')
    // it has begun already: this waits for its end
    await server.shutdown()
  } else {
    print('\nThe server shuts down. Ctrl-C again ends it at once.')
    await server.shutdown({ reason: 'the server was shut down', endSessions: true })
  }
  print('Bye.')
})

/** The name of this machine for others in the network, if the server listens at all of its addresses. */
function reachableName(hostname: string): string {
  if (hostname !== '0.0.0.0' && hostname !== '::') return hostname.includes(':') ? `[${hostname}]` : hostname
  const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? [])
  return addresses.find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? 'localhost'
}

function welcome(url: string, bots: number, hint: string): string {
  return `
  Tag is on:  ${url}

  · open it in two tabs${bots > 0 ? `; ${bots} bots play already` : ''}
  · more bots:   npm run bots -w apps/demo -- --count 10 --url ${url}
  · the table:   npm run watch -w apps/demo -- --url ${url}${hint}
  · from a phone in the same network: HOST=0.0.0.0 npm start

  Ctrl-C ends it.
`
}
