import { describe, expect, it } from 'vitest'
import { createHttp } from '../src/create-http.js'
import type { CorsOptions } from '../src/options.js'

const friend = 'https://game.example'

const serve = (cors: Partial<CorsOptions> = {}) =>
  createHttp({ cors: { origins: [friend], ...cors }, routes: (app) => app.post('/score', (c) => c.text('noted')) })

/** The headers of the answer that concern origins. */
async function ask(http: ReturnType<typeof serve>, method: string, headers: Record<string, string>, path = '/score') {
  const response = await http.request(new Request(`http://localhost${path}`, { method, headers }))
  const about = [...response.headers].filter(([name]) => /^(?:access-control-|vary)/.test(name))
  return { status: response.status, ...Object.fromEntries(about) }
}

const preflight = { 'access-control-request-method': 'POST' }

it('a page may read that it has asked too often, and a preflight request beyond the limit gets no permission', async () => {
  const http = createHttp({ cors: { origins: [friend] }, limits: { requestsPerMinutePerAddress: 1 } })
  const from = async (method: string, headers: Record<string, string>) =>
    await http.request(new Request('http://localhost/healthz', { method, headers }), '203.0.113.7')
  expect((await from('GET', { origin: friend })).status).toBe(200)
  const refused = await from('GET', { origin: friend })
  expect([refused.status, refused.headers.get('access-control-allow-origin')]).toEqual([429, friend])
  const preflighted = await from('OPTIONS', { origin: friend, ...preflight })
  expect([preflighted.status, preflighted.headers.get('access-control-allow-methods')]).toEqual([429, null])
})

describe('a page of another origin', () => {
  it('that is on the list may read answers, errors included', async () => {
    const headers = { 'access-control-allow-origin': friend, vary: 'Origin' }
    expect(await ask(serve(), 'POST', { origin: friend })).toEqual({ status: 200, ...headers })
    expect(await ask(serve(), 'GET', { origin: friend }, '/nowhere')).toEqual({ status: 404, ...headers })
  })

  it.each(['https://evil.example', 'http://game.example', 'https://game.example.evil.example', 'null', ''])(
    'that is not on the list may not read them: %j',
    async (origin) => {
      expect(await ask(serve(), 'POST', { origin })).toEqual({ status: 200, vary: 'Origin' })
      expect(await ask(serve(), 'OPTIONS', { origin, ...preflight })).not.toHaveProperty('access-control-allow-origin')
    },
  )

  it('may send a preflight request, which no route gets', async () => {
    expect(await ask(serve(), 'OPTIONS', { origin: friend, ...preflight })).toEqual({
      status: 204,
      vary: 'Origin, Access-Control-Request-Headers',
      'access-control-allow-origin': friend,
      'access-control-allow-methods': 'GET,HEAD,POST,PUT,PATCH,DELETE',
      'access-control-allow-headers': 'content-type,authorization',
      'access-control-max-age': '600',
    })
  })

  it('gets the headers of the options', async () => {
    const http = serve({ credentials: true, headers: ['x-game'], maxAgeS: 5 })
    expect(await ask(http, 'OPTIONS', { origin: friend, ...preflight })).toMatchObject({
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'x-game',
      'access-control-max-age': '5',
    })
    expect(await ask(http, 'POST', { origin: friend })).toMatchObject({ 'access-control-allow-credentials': 'true' })
  })

  it('gets no such headers without the option', async () => {
    const http = createHttp()
    expect(await ask(http, 'GET', { origin: friend }, '/healthz')).toEqual({ status: 200 })
  })
})

it.each([['game.example'], ['https://game.example/path'], ['*'], ['null']])(
  '%j is not an origin for the list: invalid_argument',
  (origin) => {
    expect(() => serve({ origins: [origin] })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)
