import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { runProgram } from '@tygase/frame'
import { createHttp, serveFiles } from '@tygase/http'
import { freePort, listen, PassingPort, portOf } from './connections.js'
import { type GameServerOptions, gamePath, runGameServer } from './game-server.js'
import { type Action, actions, HostedServer, type ServerView } from './hosted-server.js'
import { type Nats, startNats } from './nats.js'
import { Player, type PlayerView } from './player.js'

const defaultPort = 8100
const names = ['red', 'green', 'blue']
const rooms = ['alpha', 'bravo', 'charlie', 'delta']
const playersInRoom = 3
const mostLines = 12

/** What the page shows. */
interface View {
  readonly servers: readonly ServerView[]
  readonly players: readonly PlayerView[]
  readonly lines: readonly string[]
}

const [, program = '', role, argument = ''] = process.argv
if (role === 'server') await runGameServer(JSON.parse(argument) as GameServerOptions)
else await runProgram((print, untilInterrupted) => runStage(readPort(), print, untilInterrupted))

/** NATS, three servers, players and a page, until Ctrl-C. */
async function runStage(
  port: number,
  print: (text: string) => void,
  untilInterrupted: Promise<undefined>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-cluster-'))
  const servers: HostedServer[] = []
  const players: Player[] = []
  const lines: string[] = []
  const tell = (line: string): void => {
    lines.push(`${new Date().toTimeString().slice(0, 8)} ${line}`)
    lines.splice(0, lines.length - mostLines)
  }
  let nats: Nats | undefined
  let balancer: PassingPort | undefined
  const page = createServer()
  try {
    nats = await startNats(process.env.NATS_SERVER_PATH || 'nats-server', join(folder, 'nats'))
    const common = { program, natsPort: nats.port, folder: join(folder, 'journal'), onChange: tell }
    for (const name of names) servers.push(await HostedServer.start(name, await freePort(), common))
    balancer = await PassingPort.open(() => {
      const up = servers.filter(({ status }) => status === 'up')
      return up[Math.floor(Math.random() * up.length)]?.port
    })
    const view = (): View => ({
      servers: servers.map((server) => server.view),
      players: players.map((player) => player.view),
      lines,
    })
    const act = (name: string, action: string): boolean => {
      const server = servers.find((each) => each.name === name)
      if (server === undefined || !actions.includes(action as Action)) return false
      for (const player of players) player.forget()
      return server.do(action as Action)
    }
    page.on('request', pageOf(view, act).requestListener)
    await listen(page, port).catch(() => {
      throw new Error(`Port ${port} is in use. Take another one, for example: PORT=${port + 1} npm run cluster`)
    })
    const at = `ws://127.0.0.1:${balancer.port}${gamePath}/arena`
    const joining = rooms.flatMap((room) => Array.from({ length: playersInRoom }, () => `${at}/${room}`))
    for (const [index, url] of joining.entries()) players.push(await Player.join(url, index))
    print(`
  The cluster is on:  http://localhost:${portOf(page)}

  · ${names.length} servers, ${rooms.length} rooms, ${players.length} players, and a NATS server
  · kill, pause, cut off or drain a server, and see its rooms go on at another one

  Ctrl-C ends it.
`)
    await untilInterrupted
  } finally {
    await Promise.all(players.map((player) => player.leave()))
    balancer?.close()
    await Promise.all(servers.map((server) => server.end()))
    await nats?.end()
    page.close()
    page.closeAllConnections()
    rmSync(folder, { recursive: true, force: true })
  }
  print('Bye.')
}

function pageOf(view: () => View, act: (name: string, action: string) => boolean) {
  return createHttp({
    routes: (app) => {
      app.get('/view', (context) => context.json(view()))
      app.post('/servers/:name/:action', (context) => {
        // a page of another origin sends no such header without being asked first
        if (context.req.header('x-cluster') !== 'yes') return context.json({ code: 'forbidden' }, 403)
        const { name, action } = context.req.param()
        return act(name, action) ? context.json({}) : context.json({ code: 'not_now' }, 409)
      })
      app.use('/*', serveFiles({ root: fileURLToPath(new URL('../page', import.meta.url)) }))
    },
  })
}

/** @throws Error with a sentence for people */
function readPort(): number {
  const text = process.env.PORT || String(defaultPort)
  if (/^\d+$/.test(text) && Number(text) <= 65_535) return Number(text)
  throw new Error(`PORT is a whole number from 0 to 65535, not '${text}'`)
}
