import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { arena } from './support/arena.js'
import { join, runServer, urlOf } from './support/stage.js'
import { openStranger } from './support/stranger.js'

const allowedOrigins = ['https://game.example', 'http://localhost:8080']

/** Opens when it is let in. */
async function upgradeFrom(url: string, origin: string | undefined): Promise<'open' | number> {
  const { socket, opened, ended } = openStranger(url, origin === undefined ? {} : { origin })
  const outcome = await Promise.race([
    opened.then(() => 'open' as const),
    ended.then((end) => ('status' in end ? end.status : end.code)),
  ])
  socket.terminate()
  return outcome
}

test.each([
  ['https://game.example', 'open'],
  ['http://localhost:8080', 'open'],
  [undefined, 'open'],
  ['https://evil.example', 403],
  ['https://game.example.evil.example', 403],
  ['null', 403],
] as const)('with a list of origins, a page of %s gets %s', async (origin, outcome) => {
  const server = await runServer(arena, {}, { allowedOrigins })
  expect(await upgradeFrom(urlOf(server), origin)).toBe(outcome)
})

test('a function decides, and one that throws lets nobody in and stops nothing', async () => {
  const check = (origin: string | undefined): boolean => {
    if (origin === 'https://broken.example') throw new Error('bang')
    return origin !== 'https://evil.example'
  }
  const server = await runServer(arena, {}, { allowedOrigins: check })
  expect(await upgradeFrom(urlOf(server), 'https://broken.example')).toBe(403)
  expect(await upgradeFrom(urlOf(server), 'https://evil.example')).toBe(403)
  expect(await upgradeFrom(urlOf(server), 'https://game.example')).toBe('open')
})

test('a refusal is counted, and a warning has the origin and the option, and clients that are there play on', async () => {
  const logged: unknown[] = []
  const warn = (details: object, message: string) => logged.push({ ...details, message })
  const log = { debug() {}, info() {}, warn, error() {} }
  const server = await runServer(arena, { logger: log }, { allowedOrigins })
  const client = await join(server)
  await upgradeFrom(urlOf(server), 'https://evil.example')
  expect(server.stats.refusedOrigins).toBe(1)
  expect(logged).toContainEqual({
    reason: 'origin https://evil.example',
    message: 'a web page was refused: allowedOrigins lacks its origin',
  })
  expect(await client.request('buy', { item: 'hat' })).toBe('hat bought')
})

test('a page and a program that are refused can read why: 403 with the code origin_refused', async () => {
  const server = await runServer(arena, {}, { allowedOrigins })
  const headers = { origin: 'https://evil.example' }
  const page = await fetch(`http://localhost:${server.port}/`, { headers })
  expect([page.status, page.headers.get('access-control-allow-origin')]).toEqual([403, '*'])
  expect(await page.json()).toMatchObject({ code: 'origin_refused' })
  const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const socket = new WebSocket(urlOf(server), { headers })
    socket.on('error', reject)
    socket.on('unexpected-response', (_request, response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => {
        body += text
      })
      response.on('end', () => resolve({ status: response.statusCode, body }))
    })
  })
  expect(answer.status).toBe(403)
  expect(JSON.parse(answer.body)).toMatchObject({ code: 'origin_refused' })
})

test('the address of a server in a browser answers with a text for people', async () => {
  const server = await runServer(arena)
  const response = await fetch(`http://localhost:${server.port}/some/path`)
  expect([response.status, response.headers.get('content-type')]).toEqual([426, 'text/plain; charset=utf-8'])
  expect(await response.text()).toContain('This is a TyGaSe game server')
})

test('an entry that is no origin makes run reject with invalid_argument', async () => {
  await expect(runServer(arena, {}, { allowedOrigins: ['game.example'] })).rejects.toMatchObject({
    code: 'invalid_argument',
  })
})
