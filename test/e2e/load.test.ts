import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineGame, EntityMap } from '@tygase/gamestate'
import type { LoadReport } from '@tygase/load'
import type { Server } from '@tygase/server'
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { bundleProgram } from './support/bundle-program.js'
import { runServer, urlOf } from './support/stage.js'

const program = join(root, '.cache/e2e/load/main.mjs')
const folder = mkdtempSync(join(tmpdir(), 'tygase-load-'))

const walk = defineGame({
  initialState: () => ({ walkers: new EntityMap<{ x: number }>() }),
  tickRate: 20,
  onJoin: (state, ctx) => void state.walkers.set(ctx.client.id, { x: 0 }),
  onLeave: (state, ctx) => void state.walkers.delete(ctx.client.id),
  timeStep(state, dt) {
    state.walkers.editEach((walker) => {
      walker.x += dt
    })
  },
  events: (on) => ({
    step: on((state, _, ctx) => {
      if (state.walkers.get(ctx.client.id)!.x > 1000) return ctx.reject('far', 'far enough')
      return ++state.walkers.edit(ctx.client.id).x
    }),
  }),
})

const children = new Set<ChildProcess>()

beforeAll(async () => {
  const code = `import { runCli } from '@tygase/load/cli'
    process.exitCode = await runCli(process.argv.slice(2), {
      folder: process.cwd(),
      stdin: process.stdin,
      isTerminal: process.env.TERMINAL === '1',
      write: (text) => process.stdout.write(text),
      writeError: (text) => process.stderr.write(text),
    })`
  await bundleProgram({ code }, program, ['ws'])
  // the thread is a module of its own, beside the one that begins it
  const thread = join(root, 'packages/load/src/crew/crew-thread.ts')
  await bundleProgram({ file: thread }, join(root, '.cache/e2e/load/crew-thread.js'), ['ws'])
})

afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs `tygase load` in a process of its own. */
function load(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  const child = spawn(process.execPath, [program, 'load', ...args], { cwd: folder, env: { ...process.env, ...env } })
  children.add(child)
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  return { child, result: ended.then((status) => ({ status, ...said })) }
}

/** Resolves when so many clients have joined the server. */
function joined(server: Server<typeof walk>, count: number): Promise<void> {
  return new Promise((resolve) => {
    const off = server.store.subscribe(({ walkers }) => {
      if (walkers.size < count) return
      off()
      resolve()
    })
  })
}

test('players of a script play a real server, and the figures go to text, JSON and a picture', async () => {
  const server = await runServer(walk)
  const script = `export const play = { start(player) { player.every(100, () => player.send('step')) } }`
  writeFileSync(join(folder, 'play.mjs'), script)
  const files = ['--json', 'report.json', '--svg', 'report.svg']
  const run = load([urlOf(server), '--clients', '20', '--ramp', '40', '--seconds', '2', '--play', 'play.mjs', ...files])
  const { status, out, err } = await run.result
  expect([status, err]).toEqual([0, ''])
  expect(out).toMatch(/: 20 clients, 2 s after the ramp\n/)
  const report: LoadReport = JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))
  expect(report).toMatchObject({
    end: 'complete',
    settings: { clients: 20, seconds: 2, play: 'play.mjs' },
    joins: { tried: 20, joined: 20, failed: [] },
    game: { seconds: 2, clients: 20, tickRate: 20 },
    faults: [],
    losses: [],
  })
  const { game, joins } = report
  expect(joins.ms!.count).toBe(20)
  expect(game.ackMs!.count).toBeGreaterThan(20)
  expect(game.latenessMs!.count).toBeGreaterThan(20)
  expect(game.roundTripMs!.count).toBeGreaterThan(20)
  expect(game.bytesInPerSecond!).toBeGreaterThan(100)
  expect(game.bytesOutPerSecond!).toBeGreaterThan(10)
  expect(readFileSync(join(folder, 'report.svg'), 'utf8')).toContain('20 clients at ws://localhost:')
})

test('a terminal gets a line of progress, which is gone at the end', async () => {
  const server = await runServer(walk)
  const { result } = load([urlOf(server), '--clients', '2', '--seconds', '1'], { TERMINAL: '1' })
  const { status, err } = await result
  expect(status).toBe(0)
  const lines = err.split('\r\u001b[K')
  expect([lines[0], lines.at(-1)]).toEqual(['', ''])
  expect(lines.length).toBeGreaterThan(2)
  for (const line of lines.slice(1, -1)) expect(line).toMatch(/^\d+ s · .* · late p99 .*B\/s each$/)
})

test('joins that a full room refuses are counted, with what to do', async () => {
  const server = await runServer(walk, { maxClients: 3 })
  const { status, out } = await load([urlOf(server), '--clients', '5', '--seconds', '1']).result
  expect(status).toBe(1)
  expect(out).toMatch(/joins {11}3 of 5/)
  expect(out).toMatch(/2 × room_full: .*\n {13}→ the rooms are full/)
})

test('a server with a limit for each address is told apart from a full one', async () => {
  const server = await runServer(walk, { maxSessionsPerAddress: 4 })
  const { status, out } = await load([urlOf(server), '--clients', '6', '--seconds', '1']).result
  expect(status).toBe(1)
  expect(out).toMatch(/2 × too_many_sessions: .*\n {13}→ the server allows about 4 clients per address/)
})

test('a server that dies in the middle ends the test, and what was seen is printed', async () => {
  const server = await runServer(walk)
  const run = load([urlOf(server), '--clients', '5', '--seconds', '60'])
  await joined(server, 5)
  await server.shutdown({ endSessions: true, reason: 'the end', drainMs: 200 })
  const { status, out } = await run.result
  expect(status).toBe(1)
  expect(out).toMatch(/: the server was lost; 5 clients/)
  expect(out).toMatch(/5 × shutdown: the end/)
})

test('Ctrl-C ends it in order: players leave, and what was seen is printed', async () => {
  const server = await runServer(walk)
  const run = load([urlOf(server), '--clients', '5', '--seconds', '60'])
  await joined(server, 5)
  run.child.kill('SIGINT')
  const { status, out } = await run.result
  expect(status).toBe(130)
  expect(out).toMatch(/: interrupted; 5 clients, \d+ s after the ramp of 60 s\n/)
  await server.store.state.walkers.size
  await expect.poll(() => server.clients.size).toBe(0)
})

test.each([
  ['a server of others', ['ws://203.0.113.7'], 1, /^tygase: 203\.0\.113\.7 is not this machine.*\(address_remote\)\n$/],
  ['a script that is not there', ['--play', 'no.mjs'], 1, /^tygase: there is no file .*no\.mjs \(play_not_found\)\n$/],
  ['a script that is none', ['--play', 'bad.mjs'], 1, /^tygase: .*bad\.mjs: it exports no `play` \(play_invalid\)\n$/],
  [
    'a script that ends its thread',
    ['--play', 'exit.mjs'],
    1,
    /^tygase: .*the script ended it \(generator_failed\)\n$/,
  ],
  ['a folder that is not there', ['--json', 'no/where.json'], 2, /^tygase: --json: there is no folder .*no\n/],
  [
    'a wrong number',
    ['--clients', 'many'],
    2,
    /^tygase: --clients is a whole number .*\ntygase load --help says more\.\n$/,
  ],
])('%s is refused before a player joins', async (_, args, code, message) => {
  const server = await runServer(walk)
  writeFileSync(join(folder, 'bad.mjs'), 'export const game = 1')
  writeFileSync(join(folder, 'exit.mjs'), 'process.exit(0)')
  const isAddress = args[0]!.startsWith('ws:')
  const { status, out, err } = await load(isAddress ? args : [urlOf(server), ...args]).result
  expect([status, out]).toEqual([code, ''])
  expect(err).toMatch(message)
  expect(server.store.state.walkers.size).toBe(0)
})
