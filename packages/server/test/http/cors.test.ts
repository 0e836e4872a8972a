import { describe, expect, it } from 'vitest'
import type { CorsOptions } from '../../src/http/cors.js'
import { createHttp } from '../../src/http/create-http.js'

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

describe('a page of another origin', () => {
  it('that is on the list may read answers, those that tell of a mistake too', async () => {
    const headers = { 'access-control-allow-origin': friend, vary: 'Origin' }
    expect(await ask(serve(), 'POST', { origin: friend })).toEqual({ status: 200, ...headers })
    expect(await ask(serve(), 'GET', { origin: friend }, '/nowhere')).toEqual({ status: 404, ...headers })
  })

  it.each(['https://evil.example', 'http://game.example', 'https://game.example.evil.example', 'null', ''])(
    'that is not on it may not: %j',
    async (origin) => {
      expect(await ask(serve(), 'POST', { origin })).toEqual({ status: 200, vary: 'Origin' })
      expect(await ask(serve(), 'OPTIONS', { origin, ...preflight })).toEqual({ status: 403, vary: 'Origin' })
    },
  )

  it('may ask beforehand what it may send, and no route hears of it', async () => {
    expect(await ask(serve(), 'OPTIONS', { origin: friend, ...preflight })).toEqual({
      status: 204,
      vary: 'Origin',
      'access-control-allow-origin': friend,
      'access-control-allow-methods': 'GET, HEAD, POST, PUT, PATCH, DELETE',
      'access-control-allow-headers': 'content-type, authorization',
      'access-control-max-age': '600',
    })
  })

  it('is told what the options say', async () => {
    const http = serve({ credentials: true, headers: ['x-game'], maxAgeS: 5 })
    expect(await ask(http, 'OPTIONS', { origin: friend, ...preflight })).toMatchObject({
      'access-control-allow-credentials': 'true',
      'access-control-allow-headers': 'x-game',
      'access-control-max-age': '5',
    })
    expect(await ask(http, 'POST', { origin: friend })).toMatchObject({ 'access-control-allow-credentials': 'true' })
  })

  it('is told nothing where there is no list', async () => {
    const http = createHttp()
    expect(await ask(http, 'GET', { origin: friend }, '/healthz')).toEqual({ status: 200 })
  })
})

it.each([['game.example'], ['https://game.example/path'], ['*'], ['null']])(
  '%j is no origin for the list: invalid_argument',
  (origin) => {
    expect(() => serve({ origins: [origin] })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)
