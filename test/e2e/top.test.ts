import { Readable } from 'node:stream'
import { connect } from '@tygase/client'
import { defineGame, EntityMap } from '@tygase/gamestate'
import { createHttp } from '@tygase/http'
import { createInspector, createMetrics, type MetricsReading } from '@tygase/inspect'
import { runCli } from '@tygase/inspect/cli'
import { Server } from '@tygase/server'
import { afterEach, describe, expect, it } from 'vitest'
import { keepSecret, searchedLogger } from './support/searched-log.js'

const walk = defineGame({
  initialState: () => ({ walkers: new EntityMap<{ x: number }>() }),
  onJoin: (state, ctx) => void state.walkers.set(ctx.client.id, { x: 0 }),
  events: (on) => ({ fly: on((_state, _data, ctx) => ctx.reject('no_wings', 'walkers walk')) }),
})

const token = 'whoever has it may see the metrics'
keepSecret(token)
const ends: (() => Promise<unknown>)[] = []

afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A server with an inspector and two clients, of whom one is refused an event. */
async function watched(path = '/inspect') {
  const server = new Server({ logger: searchedLogger }).define('walk', walk)
  const metrics = createMetrics(server)
  const inspector = createInspector(server, { auth: { metrics: token }, metrics, path, logger: searchedLogger })
  const { requestListener } = createHttp({ routes: inspector.routes, logger: searchedLogger })
  await server.run({ requestListener })
  ends.push(async () => {
    await inspector.close()
    metrics.close()
    await server.shutdown({ endSessions: true, drainMs: 200 })
  })
  const address = `ws://localhost:${server.port}`
  for (let index = 0; index < 2; index++) {
    const connection = await connect(`${address}/walk/hill`, { game: walk, logger: false })
    ends.push(() => connection.disconnect())
    if (index === 0) await connection.request('fly').catch(() => {})
  }
  return { server, metrics, address }
}

/** A terminal, or a pipe, in which the command runs. */
class PaperTerminal {
  readonly stdin: Readable & { isTTY?: boolean; setRawMode?(isRaw: boolean): void }
  readonly screen: { columns: number; rows: number } | undefined
  readonly env: Record<string, string>
  out = ''
  err = ''
  rawModes: boolean[] = []
  #onText = (): void => {}

  constructor({ isTerminal = false, env = {} }: { isTerminal?: boolean; env?: Record<string, string> } = {}) {
    this.stdin = new Readable({ read() {} })
    this.env = env
    if (!isTerminal) return
    this.screen = { columns: 100, rows: 40 }
    this.stdin.isTTY = true
    this.stdin.setRawMode = (isRaw) => void this.rawModes.push(isRaw)
  }

  write(text: string): void {
    this.out += text
    this.#onText()
  }

  writeError(text: string): void {
    this.err += text
  }

  run(...args: string[]): Promise<number> {
    const { env, stdin, screen } = this
    const io = {
      env,
      stdin,
      screen,
      write: (text: string) => this.write(text),
      writeError: (text: string) => this.writeError(text),
    }
    return runCli(['top', ...args], io)
  }

  /** Resolves when the text has come. */
  shows(pattern: RegExp): Promise<void> {
    return new Promise((resolve) => {
      this.#onText = () => {
        if (pattern.test(this.out)) resolve()
      }
      this.#onText()
    })
  }
}

describe('tygase top', () => {
  it('shows one look at rooms, sessions and refusals, as the metrics have them, with the token of the environment [M34]', async () => {
    const { metrics, address } = await watched()
    const terminal = new PaperTerminal({ env: { TYGASE_INSPECT_TOKEN: token } })
    expect(await terminal.run(address, '--once')).toBe(0)
    expect(terminal.err).toBe('')
    expect(terminal.out).toContain(`TyGaSe   ${address}/inspect   up`)
    expect(terminal.out).toContain('rooms     1   walk 1\n')
    expect(terminal.out).toContain('sessions  2 connected   0 suspended\n')
    expect(terminal.out).toContain('refusals  no_wings 1\n')
    expect(terminal.out).not.toContain('\u001b')
    expect(metrics.read().sessions.connected).toBe(2)
  })

  it('gives the reading as JSON, the same as metrics.read() [M34]', async () => {
    const { metrics, address } = await watched('/inner/inspect')
    const terminal = new PaperTerminal()
    expect(await terminal.run(`${address}/inner/inspect/`, '--json', '--once', '--token', token)).toBe(0)
    const reading: MetricsReading = JSON.parse(terminal.out)
    const now = metrics.read()
    expect(Object.keys(reading).sort()).toEqual(Object.keys(now).sort())
    expect([reading.rooms, reading.sessions, reading.refusals]).toEqual([now.rooms, now.sessions, now.refusals])
    const { handling, update, network, idle } = reading.profile
    expect(Math.abs(handling + update + network + idle - 1)).toBeLessThan(0.01)
  })

  it('is a screen in a terminal, which it leaves as it was when q is pressed', async () => {
    const { address } = await watched()
    const terminal = new PaperTerminal({ isTerminal: true })
    const run = terminal.run(address, '--token', token)
    await terminal.shows(/walk 1/)
    terminal.stdin.push('x')
    await terminal.shows(/walk 1[\s\S]*walk 1/)
    terminal.stdin.push('q')
    expect(await run).toBe(0)
    expect(terminal.out.startsWith('\u001b[?1049h\u001b[?25l')).toBe(true)
    expect(terminal.out.endsWith('\u001b[?25h\u001b[?1049l')).toBe(true)
    expect(terminal.rawModes).toEqual([true, false])
  })

  it('says that the server has ended it', async () => {
    const { server, address } = await watched()
    const terminal = new PaperTerminal({ isTerminal: true })
    const run = terminal.run(address, '--token', token)
    await terminal.shows(/walk 1/)
    await server.shutdown({ reason: 'the night begins', endSessions: true, drainMs: 200 })
    expect(await run).toBe(1)
    expect(terminal.err).toContain('tygase: the server has ended it')
    expect(terminal.rawModes).toEqual([true, false])
  })

  it.each([
    ['without a token', [], /login_needed[\s\S]*TYGASE_INSPECT_TOKEN[\s\S]*--token/],
    ['with a wrong one', ['--token', 'another token of this length'], /login_wrong/],
  ])('is refused %s, and says how to give one', async (_, args, sentence) => {
    const { address } = await watched()
    const terminal = new PaperTerminal()
    expect(await terminal.run(address, '--once', ...args)).toBe(1)
    expect(terminal.err).toMatch(sentence)
    expect(terminal.out).toBe('')
  })

  it.each([
    ['has no HTTP of its own', () => undefined],
    [
      'has a page for every path',
      () => createHttp({ routes: (app) => app.get('*', (c) => c.json({})), logger: searchedLogger }),
    ],
    [
      'sends on to elsewhere',
      () => createHttp({ routes: (app) => app.get('*', (c) => c.redirect('/elsewhere/')), logger: searchedLogger }),
    ],
  ])('joins no game of a server without an inspector that %s: it says how to get one', async (_, http) => {
    const joined: string[] = []
    const game = defineGame({
      initialState: () => ({ count: 0 }),
      onJoin: (_state, { client }) => void joined.push(client.id),
    })
    // with one game, each path leads to it
    const server = new Server({ game, logger: searchedLogger })
    const requestListener = http()?.requestListener ?? ((_request, response) => void response.writeHead(426).end())
    await server.run({ requestListener })
    ends.push(() => server.shutdown({ endSessions: true, drainMs: 200 }))
    const terminal = new PaperTerminal()
    expect(await terminal.run(`ws://localhost:${server.port}`, '--once')).toBe(1)
    expect(terminal.err).toContain(`there is no inspector at ws://localhost:${server.port}/inspect`)
    expect(terminal.err).toContain('createInspector(server, { metrics: createMetrics(server) })')
    expect([terminal.out, joined]).toEqual(['', []])
    expect([...server.rooms.values()].flatMap((room) => [...room.clients.values()])).toEqual([])
  })

  it('says that an inspector has no metrics, and how to give it some', async () => {
    const server = new Server({ logger: searchedLogger }).define('walk', walk)
    const inspector = createInspector(server, { auth: { metrics: token }, logger: searchedLogger })
    await server.run({
      requestListener: createHttp({ routes: inspector.routes, logger: searchedLogger }).requestListener,
    })
    ends.push(async () => {
      await inspector.close()
      await server.shutdown({ endSessions: true, drainMs: 200 })
    })
    const terminal = new PaperTerminal()
    expect(await terminal.run(`ws://localhost:${server.port}`, '--once', '--token', token)).toBe(1)
    expect(terminal.err).toContain('the inspector has no metrics')
    expect(terminal.err).toContain('metrics: createMetrics(server)')
  })

  it('says at once that nothing is at an address', async () => {
    const { server, address } = await watched()
    await server.shutdown({ endSessions: true, drainMs: 0 })
    const terminal = new PaperTerminal()
    expect(await terminal.run(address, '--once')).toBe(1)
    expect(terminal.err).toBe(`tygase: nothing answers at ${address}/inspect (ECONNREFUSED)\n`)
  })

  it.each([
    [[], 2, 'the address of a server is needed'],
    [['ws://a', 'ws://b'], 2, "one address is enough, and 'ws://b' is one more"],
    [['ws://a', '--colour'], 2, "Unknown option '--colour'"],
    [
      ['http://me:secret@a'],
      1,
      "not the address of a game server, as ws://localhost:8080: 'http://a' (invalid_argument)",
    ],
  ])('refuses the command line %j', async (args, code, message) => {
    const terminal = new PaperTerminal()
    expect(await terminal.run(...args)).toBe(code)
    expect(terminal.err).toContain(message)
  })

  it('explains itself', async () => {
    const terminal = new PaperTerminal()
    expect(await terminal.run('--help')).toBe(0)
    expect(terminal.out).toContain('tygase top ws://localhost:8080')
  })
})
