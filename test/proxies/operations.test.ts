import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import type { Connection } from '@tygase/client'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { programPath, programs } from '../../scripts/programs.mjs'
import { readText, root } from '../architecture/repository.js'
import { RunningProcess } from '../browser/program.js'
import { buildProgram } from '../cluster/support/build-program.js'
import { codeBlocks } from '../docs/code-blocks.js'
import { writePageFiles } from '../docs/page-files.js'
import { connect } from '../e2e/support/patient.js'
import { freePort, replaced } from './proxy.js'

const page = 'docs/guides/operations.md'
const certificates = join(import.meta.dirname, '../e2e/certificates')
const folder = mkdtempSync(join(tmpdir(), 'tygase-operations-'))
/** The only block of the page in a language. */
const example = (language: string): string => codeBlocks(readText(page), language)[0]?.code ?? ''

interface GameServer {
  readonly service: string
  /** Of its own name at the balancer. */
  readonly port: number
  readonly ownPort: number
  readonly environment: Readonly<Record<string, string>>
  process: RunningProcess
}

interface Player {
  readonly connection: Connection
  acked: number
  failed: number
  /** Transports that it has lost. */
  losses: number
}

const running: RunningProcess[] = []
const servers: GameServer[] = []
const players: Player[] = []
let program: string
let balancerPort: number
let isSending = true

/** Runs a program until the end of the tests. */
function run(...[command, args, environment]: ConstructorParameters<typeof RunningProcess>): RunningProcess {
  const started = new RunningProcess(command, args, environment)
  running.push(started)
  return started
}

async function startNats(): Promise<number> {
  const port = await freePort()
  const config = replaced(page, example('txt'), [
    ['0.0.0.0:4222', `127.0.0.1:${port}`],
    ['/data', folder],
  ])
  writeFileSync(join(folder, 'nats.conf'), config)
  const [, command = ''] = /command: (\[.*\])/.exec(example('yaml')) ?? []
  // reason: the compose file has a list of texts there
  const args = JSON.parse(command.replaceAll("'", '"')) as string[]
  const inFolder = args.map((arg) => arg.replace('/etc/nats', folder))
  await run(await programPath(programs.nats), inFolder).printed(/Server is ready/)
  return port
}

async function startServer(ownPort: number, environment: Readonly<Record<string, string>>): Promise<RunningProcess> {
  const started = run(process.execPath, [program], {
    ...{ NODE_ENV: 'production', HOST: '127.0.0.1', PORT: `${ownPort}`, DATA: join(folder, 'game') },
    ...environment,
  })
  await started.printed(/runs at/)
  return started
}

async function startBalancer(port: number): Promise<void> {
  const tls = `tls ${join(certificates, 'first-certificate.pem')} ${join(certificates, 'first-key.pem')}`
  const site = (at: number): string => `https://localhost:${at} {\n  bind 127.0.0.1\n  ${tls}`
  const config = replaced(page, example('caddyfile'), [
    ...servers.map(({ service, port }) => [`${service.slice(-1)}.game.example {`, site(port)] as [string, string]),
    ['game.example {', site(port)],
    ...servers.map(({ service, ownPort }) => [`${service}:8080`, `127.0.0.1:${ownPort}`] as [string, string]),
  ])
  const file = join(folder, 'Caddyfile')
  writeFileSync(file, `{\n  admin off\n  auto_https disable_redirects\n  storage file_system ${folder}\n}\n${config}`)
  const args = ['run', '--config', file, '--adapter', 'caddyfile']
  await run(await programPath(programs.caddy), args, { HOME: folder }).printed(/serving initial configuration/)
}

beforeAll(async () => {
  const files = await writePageFiles(page, 'operations', (_file, code) =>
    // a shorter wait for servers that are killed
    code.replace('secret: CLUSTER_SECRET }', 'secret: CLUSTER_SECRET, leaseMs: 2000 }'),
  )
  program = await buildProgram(relative(root, join(files, 'server.ts')))
  const compose = example('yaml')
  const natsPort = await startNats()
  const [, nats = ''] = /NATS: (.*)/.exec(compose) ?? []
  const [, proxies = ''] = /PROXIES: '(.*)'/.exec(compose) ?? []
  for (const [, service = '', address = ''] of compose.matchAll(/^ {2}(game-.):\n[\s\S]*?ADDRESS: (.*)/gm)) {
    const [port, ownPort] = [await freePort(), await freePort()]
    const environment = {
      PROXIES: proxies,
      CLUSTER_SECRET: 'a secret of these tests, and of no other place',
      NATS: replaced(page, nats, [['nats:4222', `127.0.0.1:${natsPort}`]]),
      ADDRESS: replaced(page, address, [[`${service.slice(-1)}.game.example`, `localhost:${port}`]]),
    }
    servers.push({ service, port, ownPort, environment, process: await startServer(ownPort, environment) })
  }
  balancerPort = await freePort()
  await startBalancer(balancerPort)
  // the certificate is its own authority
  vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
})

afterAll(async () => {
  isSending = false
  for (const { connection } of players) void connection.disconnect()
  for (const started of running.reverse()) await started.end()
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

/** Sends events that count, each after the ack of the one before. */
function send(player: Player): void {
  if (!isSending) return
  player.connection.dispatchEvent('move', {
    retries: Number.POSITIVE_INFINITY,
    onAck: () => {
      player.acked++
      send(player)
    },
    onFail: () => void player.failed++,
  })
}

/** Each player gets acks again after this moment, and is connected. */
async function playOn(): Promise<void> {
  const before = players.map(({ acked }) => acked)
  const goesOn = (): boolean => players.every(({ acked }, index) => acked > before[index]! + 20)
  await expect.poll(goesOn, { timeout: 100_000 }).toBe(true)
  expect(players.map(({ connection }) => connection.status)).toEqual(players.map(() => 'connected'))
}

const healthOf = async ({ ownPort }: GameServer): Promise<unknown> =>
  (await fetch(`http://127.0.0.1:${ownPort}/play/healthz`)).json()

const areAllThere = async (): Promise<void> => {
  for (const server of servers) {
    await expect
      .poll(() => healthOf(server), { timeout: 60_000 })
      .toMatchObject({ servers: 3, mayAct: true, refused: 0 })
  }
}

describe('three servers, NATS and a balancer, as the page on operations has them', () => {
  it('are one cluster of three, which each server says of itself', async () => {
    expect(servers.map(({ service }) => service)).toEqual(['game-a', 'game-b', 'game-c'])
    await areAllThere()
  })

  it('let clients into the room of their path, over TLS, at the server that has it', async () => {
    for (let count = 0; count < 12; count++) {
      const connection = await connect(`wss://localhost:${balancerPort}/play/arena/${count % 6}`)
      const player: Player = { connection, acked: 0, failed: 0, losses: 0 }
      connection.onStatus((status) => {
        if (status !== 'connected') player.losses++
      })
      players.push(player)
    }
    players.forEach(send)
    for (const [index, { connection }] of players.entries()) {
      expect(connection.room.id).toBe(`${index % 6}`)
      await connection.waitUntil((state) => (state as { players: ReadonlyMap<string, unknown> }).players.size === 2)
    }
    await playOn()
  })

  it('go on with all clients when one of them is killed', async () => {
    const [killed] = servers as [GameServer]
    await killed.process.end()
    await playOn()
    expect(players.some(({ losses }) => losses > 0)).toBe(true)
    killed.process = await startServer(killed.ownPort, killed.environment)
    await areAllThere()
  })

  it('go on with all clients when one after the other gets SIGTERM', async () => {
    for (const server of servers) {
      server.process.process.kill('SIGTERM')
      expect(await server.process.exitCode).toBe(0)
      await playOn()
      server.process = await startServer(server.ownPort, server.environment)
      await areAllThere()
    }
  })

  it('have lost no event and done none twice', async () => {
    isSending = false
    for (const player of players) {
      await player.connection.request('move')
      const x = (state: unknown): number | undefined =>
        (state as { players: ReadonlyMap<string, { x: number }> }).players.get(player.connection.clientId)?.x
      // an event that was sent before is acked before the request
      await player.connection.waitUntil((state) => x(state) === player.acked + 1)
      expect(player.failed).toBe(0)
    }
  })
})
