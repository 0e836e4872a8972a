import type { Logger } from '@tygase/gamestate'
import { VirtualClock } from '@tygase/testkit/internal'
import { HTTPException } from 'hono/http-exception'
import { describe, expect, it } from 'vitest'
import { createHttp, type Http } from '../src/create-http.js'
import type { HttpApp, HttpLimits, HttpOptions } from '../src/options.js'

const never = new Promise<Response>(() => {})

/** The five kinds of patterns, and two routes that fit the same path. */
function routes(app: HttpApp): void {
  app.get('/plain', (c) => c.text('plain'))
  app.get('/users/:id', (c) => c.text(`user ${c.req.param('id')}`))
  app.get('/optional/:part?', (c) => c.text(`optional ${c.req.param('part') ?? 'none'}`))
  app.get('/numbers/:n{[0-9]+}', (c) => c.text(`number ${c.req.param('n')}`))
  app.get('/below/*', (c) => c.text('below'))
  app.get('/users/me', (c) => c.text('never reached'))
  app.post('/users/:id', async (c) => c.json({ got: await c.req.text() }))
  app.put('/users/:id', (c) => c.body(null, 204))
  app.post('/json', async (c) => c.json(await c.req.json()))
  app.post('/stored', async (c) => c.json({ ...(await c.req.json()), ...JSON.parse('{') }))
  app.post('/lenient', async (c) => c.text(await c.req.json().catch(() => 'never mind')))
  app.get('/throws', () => {
    throw new Error('the password is 1234')
  })
  app.get('/refuses', () => {
    throw new HTTPException(418, { message: 'a teapot' })
  })
  app.get('/hangs', () => never)
  app.get('/address', (c) => c.text(c.env.clientAddress?.host ?? 'none'))
  app.get('/sniff', (c) => c.body('<script>', 200, { 'content-type': 'text/plain' }))
}

function setUp(limits: Partial<HttpLimits> = {}) {
  const clock = new VirtualClock()
  const logged: object[] = []
  const log = (details: object): void => void logged.push(details)
  const logger: Logger = { debug: log, info: log, warn: log, error: log }
  return { clock, logger, logged, http: createHttp({ routes, limits, clock, logger }) }
}

async function ask(
  http: Http,
  method: string,
  path: string,
  init: RequestInit & { duplex?: 'half' } = {},
  from?: string,
) {
  const response = await http.request(new Request(`http://localhost${path}`, { method, ...init }), from)
  return { response, status: response.status, text: await response.text() }
}

const codeOf = ({ text }: { text: string }) => (JSON.parse(text) as { code: string }).code

describe('routes', () => {
  it.each([
    ['/plain', 'plain'],
    ['/users/ada', 'user ada'],
    ['/users/a%20b', 'user a b'],
    ['/optional', 'optional none'],
    ['/optional/x', 'optional x'],
    ['/numbers/42', 'number 42'],
    ['/below', 'below'],
    ['/below/a/b', 'below'],
    ['/plain?a=1', 'plain'],
  ])('answer %s by their pattern [M35]', async (path, text) => {
    expect(await ask(setUp().http, 'GET', path)).toMatchObject({ status: 200, text })
  })

  it('answer in their order: the first that fits [M35]', async () => {
    expect(await ask(setUp().http, 'GET', '/users/me')).toMatchObject({ text: 'user me' })
  })

  it.each(['/', '/nowhere', '/users', '/users/a/b', '/numbers/x', '/plain/', '/__proto__'])(
    'that there are not are not found: %s [M35]',
    async (path) => {
      const answer = await ask(setUp().http, 'GET', path)
      expect(answer.status).toBe(404)
      expect(codeOf(answer)).toBe('not_found')
    },
  )

  it.each([
    ['PUT', '/plain', 'GET, HEAD'],
    ['DELETE', '/users/ada', 'GET, HEAD, POST, PUT'],
    ['OPTIONS', '/plain', 'GET, HEAD'],
    ['POST', '/healthz', 'GET, HEAD'],
  ])('say which methods they take, and so not %s %s [M35]', async (method, path, allow) => {
    const answer = await ask(setUp().http, method, path)
    expect(answer.status).toBe(405)
    expect(codeOf(answer)).toBe('method_not_allowed')
    expect(answer.response.headers.get('allow')).toBe(allow)
  })

  it('of an unknown path are not found by any method [M35]', async () => {
    expect(await ask(setUp().http, 'POST', '/nowhere')).toMatchObject({ status: 404 })
  })

  it('answer HEAD like GET, without the body', async () => {
    expect(await ask(setUp().http, 'HEAD', '/plain')).toMatchObject({ status: 200, text: '' })
  })

  it('that throw answer 500, which says nothing of it, and are logged by their pattern [M35]', async () => {
    const { http, logged } = setUp()
    const answer = await ask(http, 'GET', '/throws?token=secret')
    expect(answer.status).toBe(500)
    expect(JSON.parse(answer.text)).toEqual({ code: 'answer_failed', message: 'the server failed' })
    expect(logged).toEqual([{ err: expect.any(Error), method: 'GET', route: '/throws' }])
  })

  it('are logged by the pattern of the one that threw, also where another one fits the path, too', async () => {
    const { logger, logged } = setUp()
    const own = (app: HttpApp): void => {
      app.use('/admin/*', () => Promise.reject(new Error('no')))
      app.get('/admin/:page', (c) => c.text('page'))
      routes(app)
    }
    const http = createHttp({ routes: own, logger })
    await ask(http, 'GET', '/throws')
    await ask(http, 'GET', '/admin/users')
    expect(logged).toMatchObject([{ route: '/throws' }, { route: '/admin/*' }])
  })

  it.each(['', '{', 'ada', '{"a":1,}'])('that want JSON refuse a body like %j, and log nothing', async (body) => {
    const { http, logged } = setUp()
    const answer = await ask(http, 'POST', '/json', { body })
    expect(answer.status).toBe(400)
    expect(codeOf(answer)).toBe('request_invalid')
    expect(logged).toEqual([])
  })

  it('that read JSON of their own and fail have failed: no fault of the client', async () => {
    const { http, logged } = setUp()
    expect(await ask(http, 'POST', '/stored', { body: '{"name":"ada"}' })).toMatchObject({ status: 500 })
    expect(logged).toMatchObject([{ err: expect.any(SyntaxError), route: '/stored' }])
  })

  it('may answer a body that is no JSON themselves', async () => {
    expect(await ask(setUp().http, 'POST', '/lenient', { body: '{' })).toMatchObject({
      status: 200,
      text: 'never mind',
    })
  })

  it('may refuse with an answer of their own', async () => {
    const { http, logged } = setUp()
    expect(await ask(http, 'GET', '/refuses')).toMatchObject({ status: 418, text: 'a teapot' })
    expect(logged).toEqual([])
  })

  it('know where a request comes from, in one form', async () => {
    const { http } = setUp()
    expect(await ask(http, 'GET', '/address', {}, '::ffff:203.0.113.7')).toMatchObject({ text: '203.0.113.7' })
    expect(await ask(http, 'GET', '/address')).toMatchObject({ text: 'none' })
    await expect(http.request('/address', 'here')).rejects.toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })

  it('are asked by path alone, too, without network [M35]', async () => {
    const response = await setUp().http.request('/plain')
    expect(await response.text()).toBe('plain')
  })
})

describe('every answer', () => {
  it.each(['/plain', '/sniff', '/nowhere', '/throws', '/healthz'])('tells browsers not to guess: %s', async (path) => {
    const { response } = await ask(setUp().http, 'GET', path)
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})

describe('limits', () => {
  const chunked = () => ({ headers: { 'transfer-encoding': 'chunked' }, body: 'x'.repeat(11) })

  it('let a body pass that has as many bytes as it may [M35]', async () => {
    const { http } = setUp({ maxBodyBytes: 10 })
    expect(await ask(http, 'POST', '/users/a', { body: 'x'.repeat(10) })).toMatchObject({
      text: '{"got":"xxxxxxxxxx"}',
    })
    expect(await ask(http, 'POST', '/users/a')).toMatchObject({ status: 200, text: '{"got":""}' })
  })

  it.each<[string, number, string, Partial<HttpLimits>, () => RequestInit]>([
    ['of too many bytes', 413, 'body_too_large', {}, () => ({ body: 'x'.repeat(11) })],
    ['of too many bytes in chunks', 413, 'body_too_large', { allowChunked: true }, chunked],
    ['in chunks', 411, 'length_required', {}, chunked],
  ])('refuse a body %s with %i [M35]', async (_, status, code, limits, init) => {
    const answer = await ask(setUp({ maxBodyBytes: 10, ...limits }).http, 'POST', '/users/a', init())
    expect(answer.status).toBe(status)
    expect(codeOf(answer)).toBe(code)
  })

  it('take a body in chunks where that is allowed', async () => {
    const { http } = setUp({ maxBodyBytes: 11, allowChunked: true })
    expect(await ask(http, 'POST', '/users/a', chunked())).toMatchObject({ status: 200 })
  })

  it('refuse a URL that is too long', async () => {
    const { http } = setUp({ maxUrlBytes: 20 })
    expect(await ask(http, 'GET', `/plain?${'x'.repeat(13)}`)).toMatchObject({ status: 200 })
    const answer = await ask(http, 'GET', `/plain?${'x'.repeat(14)}`)
    expect(answer.status).toBe(414)
    expect(codeOf(answer)).toBe('url_too_long')
  })

  it('refuse more requests of one address than a minute has, say when there may be one again, and others go on [M35]', async () => {
    const { http, clock } = setUp({ requestsPerMinutePerAddress: 2 })
    const one = '203.0.113.7'
    const get = async (from: string) => (await ask(http, 'GET', '/plain', {}, from)).status
    expect([await get(one), await get(one), await get(one)]).toEqual([200, 200, 429])
    const answer = await ask(http, 'GET', '/plain', {}, one)
    expect(codeOf(answer)).toBe('too_many_requests')
    expect(answer.response.headers.get('retry-after')).toBe('30')
    expect(await get('203.0.113.8')).toBe(200)
    clock.advance(30_000)
    expect([await get(one), await get(one)]).toEqual([200, 429])
  })

  it('refuse one request too many at a time, in all and of one address', async () => {
    const { http, clock } = setUp({ maxRequests: 2, maxRequestsPerAddress: 1 })
    const first = ask(http, 'GET', '/hangs', {}, '203.0.113.7')
    expect(codeOf(await ask(http, 'GET', '/plain', {}, '203.0.113.7'))).toBe('too_many_requests')
    const second = ask(http, 'GET', '/hangs')
    expect(codeOf(await ask(http, 'GET', '/plain'))).toBe('server_busy')
    clock.advance(30_000)
    await Promise.all([first, second])
    expect(await ask(http, 'GET', '/plain', {}, '203.0.113.7')).toMatchObject({ status: 200 })
  })

  it('end the waiting for a route, which learns of it', async () => {
    const clock = new VirtualClock()
    let signal: AbortSignal | undefined
    const http = createHttp({
      clock,
      limits: { requestTimeoutMs: 1000 },
      routes: (app) =>
        app.get('/', (c) => {
          signal = c.req.raw.signal
          return never
        }),
    })
    const answered = ask(http, 'GET', '/')
    await Promise.resolve()
    clock.advance(999)
    expect(signal?.aborted).toBe(false)
    clock.advance(1)
    const answer = await answered
    expect(answer.status).toBe(503)
    expect(codeOf(answer)).toBe('answer_timeout')
    expect(signal?.aborted).toBe(true)
    expect(clock.pending).toBe(0)
  })

  it.each([
    ['as JSON', 'application/json', (n: number) => `[${'0,'.repeat(n - 2)}0]`],
    ['as JSON by another name', 'text/plain', (n: number) => `[${'0,'.repeat(n - 2)}0]`],
    ['as JSON that is said to be an image', 'image/png', (n: number) => `[${'0,'.repeat(n - 2)}0]`],
    ['as a form', 'application/x-www-form-urlencoded', (n: number) => 'a='.concat('&a='.repeat(n - 1))],
  ])('refuse a body by the values that it becomes: %s', async (_, type, make) => {
    const http = createHttp({
      limits: { maxBodyElements: 1000 },
      routes: (app) =>
        app.post('/', async (c) => c.json(type.includes('form') ? await c.req.parseBody() : await c.req.json())),
    })
    const post = (body: string) => ask(http, 'POST', '/', { body, headers: { 'content-type': type } })
    expect((await post(make(1000))).status).toBe(200)
    const refused = await post(make(1001))
    expect([refused.status, codeOf(refused)]).toEqual([413, 'body_too_large'])
    if (!type.includes('form')) expect((await post('['.repeat(101))).status).toBe(413)
  })

  it('end the waiting for a body', async () => {
    const { http, clock } = setUp({ requestTimeoutMs: 1000, allowChunked: true })
    const body = new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(3)) })
    const headers = { 'transfer-encoding': 'chunked' }
    const answered = ask(http, 'POST', '/users/a', { body, headers, duplex: 'half' })
    await Promise.resolve()
    clock.advance(1000)
    const answer = await answered
    expect(answer.status).toBe(408)
    expect(codeOf(answer)).toBe('body_timeout')
  })

  it('leave no timer behind', async () => {
    const { http, clock } = setUp()
    await ask(http, 'GET', '/plain')
    expect(clock.pending).toBe(0)
  })

  it.each<[Partial<HttpLimits>, string]>([
    [{ maxBodyBytes: 0 }, 'maxBodyBytes'],
    [{ maxUrlBytes: Number.NaN }, 'maxUrlBytes'],
    [{ maxBodyElements: 0 }, 'maxBodyElements'],
    [{ maxBodyMemoryBytes: 0 }, 'maxBodyMemoryBytes'],
    [{ requestTimeoutMs: -1 }, 'requestTimeoutMs'],
    [{ requestsPerMinutePerAddress: 0 }, 'requestsPerMinutePerAddress'],
    [{ maxRequests: '5' as unknown as number }, 'maxRequests'],
    [{ maxRequestsPerAddress: 0 }, 'maxRequestsPerAddress'],
  ])('are numbers from 1: %j is an invalid_argument', (limits, name) => {
    expect(() => createHttp({ limits })).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
    )
  })
})

it.each([{ static: 'public' }, { limits: { maxBody: 1 } }])(
  'the unknown option %j throws invalid_argument',
  (options) => {
    expect(() => createHttp(options as HttpOptions)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  },
)

describe('with a path', () => {
  const http = createHttp({ path: '/play', routes, healthz: () => ({ here: true }), rooms: { listRooms: () => [] } })
  const ask = async (path: string): Promise<[number, string]> => {
    const answer = await http.request(path)
    return [answer.status, await answer.text()]
  }

  it('all routes are below it, and none is beside it', async () => {
    expect(await ask('/play/plain')).toEqual([200, 'plain'])
    expect(await ask('/play/users/7')).toEqual([200, 'user 7'])
    expect(await ask('/play/healthz')).toEqual([200, '{"here":true,"status":"ok"}'])
    expect(await ask('/play/rooms')).toEqual([200, '{"rooms":[]}'])
    for (const path of ['/plain', '/healthz', '/rooms', '/playplain', '/play']) expect((await ask(path))[0]).toBe(404)
    expect((await http.request(new Request('http://localhost/play/plain', { method: 'DELETE' }))).status).toBe(405)
  })

  it.each(['play', '/a b', '/:id', '/*', '/a{1}', 7])('that is %j it is refused', (path) => {
    expect(() => createHttp({ path: path as string })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  it.each(['', '/', '/play/', '/a/b-c.d'])('%j is one', async (path) => {
    const answer = await createHttp({ path }).request(`${path.replace(/\/$/, '')}/healthz`)
    expect(answer.status).toBe(200)
  })
})
