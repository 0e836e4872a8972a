import { request } from 'node:http'
import { defineGame, event } from '@tygase/gamestate'
import { Server } from '@tygase/server'
import { expect, onTestFinished, test, vi } from 'vitest'
import * as z from 'zod'
import * as mini from 'zod/mini'
import { inspectHeader } from '../../src/shared/http-answers.js'
import type { PlaygroundAnswer } from '../../src/shared/playground-answer.js'

const game = defineGame({
  initialState: () => ({ sum: 0 }),
  tickRate: 10,
  joinData: mini.object({ name: mini.string().check(mini.maxLength(24)) }),
  serverEvents: { added: event<{ by: number }>() },
  events: (on) => ({
    add: on(z.object({ by: z.int().min(1).max(9) }), (state, { by }) => {
      state.sum += by
    }),
    turn: on(mini.object({ angle: mini.number() }), () => {}),
    end: on(() => {}, { from: 'server' }),
  }),
})

const html = { accept: 'text/html' }
const own = { [inspectHeader]: '1' }

interface Answer {
  readonly status: number | undefined
  readonly location: string | undefined
  /** Name and value of the cookie that is set. */
  readonly cookie: string | undefined
  readonly text: string
}

/** A server in development without a `requestListener`, as a person writes it first. */
async function start(server: Server, path?: string) {
  await server.run({ port: 0, ...(path !== undefined && { path }) })
  onTestFinished(() => server.shutdown({ drainMs: 0 }))
  // `fetch` would send its own `Host`, and follow a redirect
  return (target: string, headers: Record<string, string>): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const sent = request({ port: server.port, host: 'localhost', path: target, headers }, (response) => {
        const parts: Buffer[] = []
        response.on('data', (part: Buffer) => void parts.push(part))
        response.on('end', () =>
          resolve({
            ...{ status: response.statusCode, location: response.headers.location },
            cookie: response.headers['set-cookie']?.[0]?.split(';')[0],
            text: Buffer.concat(parts).toString(),
          }),
        )
      })
      sent.on('error', reject).end()
    })
}

/** Asks for a WebSocket, and drops it. */
function upgradeStatus(server: Server, path: string, headers: Record<string, string>): Promise<number | undefined> {
  const upgrade = {
    ...{ connection: 'Upgrade', upgrade: 'websocket' },
    ...{ 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', 'sec-websocket-version': '13' },
  }
  return new Promise((resolve, reject) => {
    const sent = request({ port: server.port, host: 'localhost', path, headers: { ...upgrade, ...headers } })
    sent.on('response', (response) => resolve(response.resume().statusCode))
    sent.on('upgrade', (response, socket) => {
      socket.destroy()
      resolve(response.statusCode)
    })
    sent.on('error', reject).end()
  })
}

const single = (): Server => new Server({ game, logger: false }) as unknown as Server

test('a browser that opens the port of a server in development is led to the playground', async () => {
  const ask = await start(single())
  for (const path of ['/', '/anything']) {
    expect(await ask(path, html)).toMatchObject({ status: 302, location: '/inspect/playground.html' })
  }
})

test('the playground is behind the path of the game', async () => {
  const ask = await start(single(), '/sum')
  expect(await ask('/', html)).toMatchObject({ status: 302, location: '/sum/inspect/playground.html' })
  expect(JSON.parse((await ask('/sum/inspect/playground', own)).text)).toMatchObject({ path: '/sum', isSingle: true })
})

test('the playground is given what the schemas of a game say, those of zod/mini too', async () => {
  const ask = await start(new Server({ logger: false }).define('sum', game).defineRoomList() as Server)
  const answer: PlaygroundAnswer = JSON.parse((await ask('/inspect/playground', own)).text)
  expect(answer).toMatchObject({ path: '', isSingle: false })
  expect(answer.kinds.map(({ name, tickRate, hasAuth }) => ({ name, tickRate, hasAuth }))).toEqual([
    { name: 'sum', tickRate: 10, hasAuth: false },
  ])
  const [{ joinData, events }] = answer.kinds as [PlaygroundAnswer['kinds'][0]]
  expect(JSON.parse(joinData.schema)).toMatchObject({ properties: { name: { type: 'string', maxLength: 24 } } })
  expect(events.map(({ name, from, hasSchema }) => ({ name, from, hasSchema }))).toEqual([
    { name: 'add', from: 'client', hasSchema: true },
    { name: 'turn', from: 'client', hasSchema: true },
    { name: 'end', from: 'server', hasSchema: false },
    { name: 'added', from: 'out', hasSchema: false },
  ])
  expect(JSON.parse(events[0]!.schema)).toMatchObject({
    properties: { by: { type: 'integer', minimum: 1, maximum: 9 } },
  })
  expect(JSON.parse(events[1]!.schema)).toMatchObject({
    properties: { angle: { type: 'number' } },
    required: ['angle'],
  })
})

const refused: [what: string, headers: Record<string, string>][] = [
  ['a page of another origin, which cannot send the header', {}],
  ['a name that leads to this machine', { ...own, host: 'evil.example:80' }],
  ['a proxy on this machine', { ...own, 'x-forwarded-for': '203.0.113.7' }],
]

test.each(refused)('%s gets nothing of the playground', async (_, headers) => {
  const ask = await start(single())
  expect((await ask('/inspect/playground', headers)).status).toBe(404)
})

test('a server that stops and runs again has the playground that it had: its sockets know the sessions of its page', async () => {
  const server = single()
  const first = await start(server)
  await first('/', html)
  await server.shutdown({ drainMs: 0 })
  const ask = await start(server)
  expect((await ask('/', html)).location).toBe('/inspect/playground.html')
  const session = await ask('/inspect/session', own)
  expect(session.status).toBe(200)
  const page = { origin: `http://localhost:${server.port}`, cookie: session.cookie ?? '' }
  expect(await upgradeStatus(server, '/inspect/live/look/abc', page)).toBe(101)
  expect(await upgradeStatus(server, '/inspect/live/look/abc', { ...page, cookie: '' })).toBe(401)
})

test('in production a browser gets 426', async () => {
  vi.stubEnv('NODE_ENV', 'production')
  onTestFinished(() => void vi.unstubAllEnvs())
  const ask = await start(single())
  const { status, text } = await ask('/', html)
  expect(status).toBe(426)
  expect(text).not.toContain('npm install')
})
