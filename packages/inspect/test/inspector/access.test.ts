import { afterEach, describe, expect, test, vi } from 'vitest'
import { actionNames, requestNames } from '../../src/inspector/read-asks.js'
import { inspectHeader, type Right, rights } from '../../src/shared/http-answers.js'
import { cookieOf, type Login, Stage, tokens } from './stage.js'

afterEach(() => vi.unstubAllEnvs())

/** Who asks: nobody, a page with a right, with a cookie alone, or with a session that has ended. */
const askers = ['nobody', ...rights, 'cookie alone', 'wrong nonce', 'logged out', 'expired'] as const
type Asker = (typeof askers)[number]

async function headersOf(stage: Stage, asker: Asker): Promise<Record<string, string>> {
  if (asker === 'nobody') return {}
  const right = (rights as readonly string[]).includes(asker) ? (asker as Right) : 'act'
  const { cookie, nonce } = await stage.logIn(right)
  if (asker === 'cookie alone') return { cookie }
  if (asker === 'wrong nonce') return { cookie, [inspectHeader]: `${nonce}x` }
  const headers = { cookie, [inspectHeader]: nonce }
  if (asker === 'logged out') await stage.ask('POST', '/logout', { headers })
  if (asker === 'expired') await stage.pass(60_000)
  return headers
}

describe('a route', () => {
  // by asker, in the order of `askers`
  test.each([
    ['GET', '/session', [403, 200, 200, 200, 403, 200, 401, 401]],
    ['POST', '/logout', [401, 204, 204, 204, 403, 403, 401, 401]],
    ['GET', '/recordings/none', [401, 403, 403, 404, 403, 403, 401, 401]],
    ['GET', '/nowhere', [404, 404, 404, 404, 404, 404, 404, 404]],
    ['POST', '/session', [405, 405, 405, 405, 405, 405, 405, 405]],
    ['GET', '/login', [405, 405, 405, 405, 405, 405, 405, 405]],
  ] as const)('%s %s answers by right: %j', async (method, path, statuses) => {
    const found: number[] = []
    for (const asker of askers) {
      const stage = await new Stage({ auth: tokens, sessionMs: 60_000 }).run()
      const answer = await stage.ask(method, path, { headers: await headersOf(stage, asker) })
      found.push(answer.status)
      // whatever the answer is, no other page may show it, and no script of another one may run in it
      const policy = answer.headers.get('content-security-policy')
      expect(policy).toContain("default-src 'self'")
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toContain('unsafe')
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
      expect(answer.headers.get('access-control-allow-origin')).toBe(null)
    }
    expect(found).toEqual(statuses)
  })

  test('to log in needs the header, and the right token', async () => {
    const stage = await new Stage().run()
    const ask = async (headers: Record<string, string>, body: string): Promise<[number, string]> => {
      const answer = await stage.ask('POST', '/login', { headers, body, from: `203.0.113.${found.length + 1}` })
      return [answer.status, ((await answer.json()) as { code?: string }).code ?? '']
    }
    const found: unknown[] = []
    const good = JSON.stringify({ token: tokens.inspect })
    found.push(await ask({}, good))
    found.push(await ask({ [inspectHeader]: '1' }, JSON.stringify({ token: 'wrong' })))
    for (const body of [
      '{}',
      '[]',
      'null',
      '7',
      '{"token":7}',
      '{"token":""}',
      '{"token":["x"]}',
      '{"__proto__":{"token":"x"}}',
    ])
      found.push(await ask({ [inspectHeader]: '1' }, body))
    found.push(await ask({ [inspectHeader]: '1' }, '{'))
    found.push(await ask({ [inspectHeader]: '1' }, good))
    expect(found).toEqual([
      [403, 'header_missing'],
      [401, 'login_wrong'],
      ...new Array(8).fill([401, 'login_wrong']),
      [400, 'request_invalid'],
      [200, ''],
    ])
  })

  test('to log in is answered a few times a minute for one address, whatever the token is', async () => {
    const stage = await new Stage().run()
    const ask = async (from: string, token: string): Promise<Response> => {
      const headers = { [inspectHeader]: '1' }
      return stage.ask('POST', '/login', { headers, body: JSON.stringify({ token }), from })
    }
    for (let attempt = 0; attempt < 5; attempt++)
      expect((await ask('203.0.113.9', `wrong ${attempt}`)).status).toBe(401)
    const late = await ask('203.0.113.9', tokens.act)
    expect([late.status, late.headers.get('retry-after')]).toEqual([429, '10'])
    // a network of IPv6 is one address
    for (let host = 1; host <= 5; host++) await ask(`2001:db8::${host}`, 'wrong')
    expect((await ask('2001:db8::99', tokens.act)).status).toBe(429)
    expect((await ask('203.0.113.10', tokens.act)).status).toBe(200)
    await stage.pass(10_000)
    expect((await ask('203.0.113.9', tokens.act)).status).toBe(200)
  })

  test('with right tokens is answered as often as it comes', async () => {
    const stage = await new Stage().run()
    for (let person = 0; person < 20; person++) await stage.logIn('inspect')
  })

  test('is written down, whether it is right or wrong, as is a logout', async () => {
    const stage = await new Stage().run()
    const headers = { [inspectHeader]: '1' }
    const wrong = JSON.stringify({ token: 'wrong' })
    for (let attempt = 0; attempt < 6; attempt++)
      await stage.ask('POST', '/login', { headers, body: wrong, from: '203.0.113.9' })
    const { cookie, nonce } = await stage.logIn('act')
    await stage.ask('POST', '/logout', { headers: { cookie, [inspectHeader]: nonce } })
    const written = stage.accessed.filter(({ action }) => ['login', 'logout', 'download'].includes(String(action)))
    expect(written.map(({ action, right, code, details }) => [action, right ?? code, details])).toEqual([
      ...new Array(5).fill(['login', 'login_wrong', undefined]),
      ['login', 'too_many_logins', undefined],
      ['login', 'act', undefined],
      ['logout', 'act', undefined],
    ])
    expect(written[0]?.remote).toBe('203.0.113.9')
    // equal lines of a logger are written once a while
    expect(stage.logged.some(({ code }) => code === 'login_wrong')).toBe(true)
  })

  test('sets a cookie that no script, no other site and no plain connection gets', async () => {
    const stage = await new Stage().run()
    const logIn = async (headers: Record<string, string>): Promise<string | null> => {
      const answer = await stage.ask('POST', '/login', {
        headers: { [inspectHeader]: '1', ...headers },
        body: JSON.stringify({ token: tokens.act }),
      })
      return answer.headers.get('set-cookie')
    }
    const value = '[\\w-]{43}'
    expect(await logIn({})).toMatch(
      new RegExp(`^tygase_inspect=${value}; Path=/inspect; Max-Age=43200; HttpOnly; SameSite=Strict$`),
    )
    expect(await logIn({ host: 'game.example:8443', 'x-forwarded-proto': 'https' })).toMatch(
      new RegExp(`^tygase_inspect_8443=${value}; Path=/inspect; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$`),
    )
  })

  test('with a path of run before it has a cookie of that path', async () => {
    const stage = await new Stage({ auth: tokens, base: '/play' }).run()
    const { cookie, nonce } = await stage.logIn('metrics')
    const answer = await stage.ask('GET', '/session', { headers: { cookie, [inspectHeader]: nonce } })
    expect(await answer.json()).toMatchObject({ right: 'metrics', nonce, open: false, dashboard: false, kinds: [] })
    const connection = await stage.open('look/aaaa', await stage.logIn('inspect'))
    expect(connection.status).toBe('connected')
  })

  test('of a login ends the session before it', async () => {
    const stage = await new Stage().run()
    const first = await stage.logIn('act')
    const headers = { cookie: first.cookie, [inspectHeader]: '1' }
    const answer = await stage.ask('POST', '/login', { headers, body: JSON.stringify({ token: tokens.metrics }) })
    expect(cookieOf(answer)).not.toBe(first.cookie)
    expect((await stage.ask('GET', '/session', { headers })).status).toBe(401)
  })
})

describe('a socket', () => {
  const metrics = { read: () => ({}) as never }

  // by right; the page of a stranger has no cookie, or not the nonce
  test.each([
    ['dashboard/now', ['connected', 'connected', 'connected']],
    ['look/aaaa', ['right_missing', 'connected', 'connected']],
    ['nothing/x', ['unknown_room', 'unknown_room', 'unknown_room']],
  ] as const)('at %s lets in by right: %j', async (path, ends) => {
    const found: string[] = []
    for (const right of rights) {
      const stage = await new Stage({ auth: tokens, metrics }).run()
      found.push(await endOf(stage, path, await stage.logIn(right)))
    }
    expect(found.map((text, place) => (text.includes(ends[place]!) ? ends[place] : text))).toEqual(ends)
  })

  test.each([
    ['no cookie', {}, undefined, '401 login_needed'],
    ['a cookie of nobody', { cookie: 'tygase_inspect=abc' }, undefined, '401 login_needed'],
    ['another origin', { origin: 'https://evil.example' }, undefined, '403 origin_refused'],
    ['another port', { origin: 'http://game.example:81' }, undefined, '403 origin_refused'],
    ['no origin that has a name', { origin: 'null' }, undefined, '403 origin_refused'],
    ['another site by its own word', { 'sec-fetch-site': 'cross-site' }, undefined, '403 origin_refused'],
    ['no nonce', {}, {}, 'header_missing'],
    ['a wrong nonce', {}, { nonce: 'x' }, 'header_missing'],
    ['a nonce of another type', {}, { nonce: ['x'] }, 'header_missing'],
    ['a token in its place', {}, { token: tokens.act }, 'header_missing'],
  ] as const)('of a page with %s is refused', async (what, headers, credentials, end) => {
    const stage = await new Stage({ auth: tokens, metrics }).run()
    const login = what === 'no cookie' ? undefined : await stage.logIn('act')
    for (const path of ['dashboard/now', 'look/aaaa'])
      expect(await endOf(stage, path, login, { headers, ...(credentials && { credentials }) })).toContain(end)
  })

  test('of a program has no origin, and brings a token with its hello', async () => {
    const stage = await new Stage({ auth: tokens, metrics }).run()
    const headers = { origin: undefined as never }
    const tried: string[] = []
    for (const token of [tokens.metrics, tokens.act, 'wrong', undefined])
      tried.push(await endOf(stage, 'dashboard/now', undefined, { headers, credentials: { token } }))
    expect(tried.map((text) => /connected|login_\w+/.exec(text)?.[0])).toEqual([
      'connected',
      'connected',
      'login_wrong',
      'login_needed',
    ])
    // and counts as a login
    await endOf(stage, 'dashboard/now', undefined, { headers, credentials: { token: 'wrong' } })
    await endOf(stage, 'dashboard/now', undefined, { headers, credentials: { token: 'wrong' } })
    for (let attempt = 0; attempt < 5; attempt++)
      await endOf(stage, 'dashboard/now', undefined, { headers, credentials: { token: 'wrong' } })
    expect(await endOf(stage, 'dashboard/now', undefined, { headers, credentials: { token: tokens.act } })).toContain(
      'too_many_logins',
    )
  })

  test('closes when its session ends: by a logout, and in time', async () => {
    const stage = await new Stage({ auth: tokens, sessionMs: 60_000 }).run()
    const [first, second] = [await stage.logIn('act'), await stage.logIn('inspect')]
    const [one, other] = [await stage.open('look/aaaa', first), await stage.open('look/bbbb', second)]
    await stage.ask('POST', '/logout', { headers: { cookie: first.cookie, [inspectHeader]: first.nonce } })
    await stage.pass(1000)
    expect([one.status, other.status]).toEqual(['closed', 'connected'])
    await stage.pass(60_000)
    expect(other.status).toBe('closed')
  })
})

describe('a request in a look', () => {
  test.each(rights.slice(1))(
    'with the right %s: looking is allowed, and acting if the right says so',
    async (right) => {
      const stage = await new Stage().run()
      await stage.makeRoom('a')
      const look = await stage.look(right, 'cards/a')
      for (const name of [...requestNames, ...actionNames]) {
        const end = await stage.request(look, name, { junk: 1 } as never).catch((error) => error.code)
        const isAction = (actionNames as readonly string[]).includes(name)
        expect([name, end]).toEqual([name, isAction && right !== 'act' ? 'right_missing' : 'request_invalid'])
      }
    },
  )

  test.each(actionNames)('%s needs the nonce of the session', async (name) => {
    const stage = await new Stage().run()
    await stage.makeRoom('a')
    const look = await stage.look('act', 'cards/a')
    for (const nonce of [undefined, null, '', 'x'.repeat(43), ['x'], { toString: 'x' }]) {
      const end = await stage.request(look, name, { nonce } as never).catch((error) => error.code)
      expect(end).toBe('header_missing')
    }
    expect(stage.logged.filter(({ action }) => action === name)).toEqual([])
  })
})

describe('without auth', () => {
  const local = { host: 'localhost:8080' }

  test.each([
    ['127.0.0.1', local, 200],
    ['::1', local, 200],
    ['::ffff:127.0.0.1', local, 200],
    ['127.0.0.1', { host: '127.0.0.1:8080' }, 200],
    ['127.0.0.1', { host: '[::1]:8080' }, 200],
    ['127.0.0.1', { host: 'arena.localhost:8080' }, 200],
    ['203.0.113.7', local, 403],
    ['10.0.0.1', local, 403],
    // a page that has given its own name the address of this machine
    ['127.0.0.1', { host: 'evil.example' }, 403],
    ['127.0.0.1', { host: 'localhost.evil.example' }, 403],
    ['127.0.0.1', { host: '' }, 403],
    // a proxy at this machine asks for somebody elsewhere
    ['127.0.0.1', { ...local, 'x-forwarded-for': '203.0.113.7' }, 403],
    ['127.0.0.1', { ...local, 'x-forwarded-for': '127.0.0.1' }, 403],
    ['127.0.0.1', { ...local, forwarded: 'for=203.0.113.7' }, 403],
    ['127.0.0.1', { ...local, 'x-real-ip': '203.0.113.7' }, 403],
    ['127.0.0.1', { ...local, via: '1.1 proxy' }, 403],
    ['127.0.0.1', { ...local, origin: 'https://evil.example' }, 403],
    ['127.0.0.1', { ...local, 'sec-fetch-site': 'cross-site' }, 403],
    ['127.0.0.1', { ...local, 'sec-fetch-site': 'same-site' }, 403],
    ['127.0.0.1', { ...local, 'sec-fetch-site': 'same-origin' }, 200],
  ] as const)(
    'a request from %s with %j is answered with %i, of HTTP and for a socket',
    async (from, headers, status) => {
      const stage = await new Stage({}).run()
      const asking = { headers: { ...headers, [inspectHeader]: '1' }, from }
      const answer = await stage.ask('GET', '/session', asking)
      expect(answer.status).toBe(status)
      expect((await stage.ask('GET', '/nowhere', { headers, from })).status).toBe(status === 200 ? 404 : 403)
      // a program at this machine needs no session
      const end = await endOf(stage, 'look/aaaa', undefined, {
        headers: { origin: undefined as never, ...headers },
        from,
      })
      if ('origin' in headers || status === 403) expect(end).toContain('403')
      else expect(end).toBe('connected')
    },
  )

  test('a page at this machine has all rights, by a session like any other', async () => {
    const stage = await new Stage({}).run()
    const headers = { ...local, [inspectHeader]: '1' }
    const answer = await stage.ask('GET', '/session', { headers, from: '127.0.0.1' })
    const session = (await answer.json()) as { nonce: string }
    expect(session).toMatchObject({ right: 'act', open: true })
    const login: Login = { cookie: cookieOf(answer), nonce: session.nonce }
    const origin = { ...local, origin: 'http://localhost:8080' }
    const look = await stage.open('look/aaaa', login, { headers: origin, from: '127.0.0.1' })
    expect(look.status).toBe('connected')
    // its cookie is of no use elsewhere, and without its page
    const stolen = { ...origin, cookie: login.cookie }
    expect(await endOf(stage, 'look/bbbb', undefined, { headers: stolen, from: '203.0.113.7' })).toContain('403')
    expect(await endOf(stage, 'look/bbbb', undefined, { headers: stolen, from: '127.0.0.1' })).toContain(
      'header_missing',
    )
    expect(await endOf(stage, 'look/bbbb', undefined, { headers: origin, from: '127.0.0.1' })).toContain('401')
  })

  test.each(['production', undefined])('is refused to start if NODE_ENV is %s only in production', (value) => {
    vi.stubEnv('NODE_ENV', value)
    const make = (): unknown => new Stage({})
    if (value === 'production') expect(make).toThrow(expect.objectContaining({ code: 'auth_missing' }))
    else expect(make).not.toThrow()
  })
})

describe('auth', () => {
  test('may be a function, which gets the address and headers', async () => {
    const asked: unknown[] = []
    const auth = async (
      token: string,
      { address, header }: { address: string | undefined; header(name: string): string | undefined },
    ) => {
      asked.push([token, address, header('user-agent')])
      if (token === 'throws') throw new Error('the database is gone')
      return token === 'odd' ? ('root' as never) : token === 'good' ? ('inspect' as const) : undefined
    }
    const stage = await new Stage({ auth }).run()
    const statuses: number[] = []
    for (const token of ['good', 'bad', 'throws', 'odd']) {
      const headers = { [inspectHeader]: '1', 'user-agent': 'test' }
      const answer = await stage.ask('POST', '/login', {
        headers,
        body: JSON.stringify({ token }),
        from: '203.0.113.8',
      })
      statuses.push(answer.status)
    }
    expect(statuses).toEqual([200, 401, 401, 401])
    expect(asked[0]).toEqual(['good', '203.0.113.8', 'test'])
    expect(stage.logged.flatMap(({ err }) => err ?? []).map(String)).toEqual(['Error: the database is gone'])
  })

  test.each([
    [{}],
    [{ act: 'short' }],
    [{ act: 7 }],
    [{ admin: 'x'.repeat(20) }],
    [{ act: 'x'.repeat(20), inspect: 'x'.repeat(20) }],
    ['x'.repeat(20)],
    [null],
    [7],
  ])('that is %j throws invalid_argument', (auth) => {
    expect(() => new Stage({ auth: auth as never })).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })

  test.each([
    { path: 'inspect' },
    { path: '/' },
    { path: '/a b' },
    { path: '/:x' },
    { path: 7 },
    { origins: ['game.example'] },
    { sessionMs: 1 },
    { metrics: {} },
    { tokens: {} },
  ])('options %j throw invalid_argument', (options) => {
    expect(() => new Stage({ auth: tokens, ...(options as object) })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })
})

/** How the way of a client into a room ends: `connected`, or the text of the error. */
async function endOf(stage: Stage, ...[path, login, options]: Parameters<Stage['open']>): Promise<string> {
  try {
    return (await stage.open(path, login, options)).status
  } catch (error) {
    const { message, cause } = error as Error
    return `${message} ${String((cause as Error | undefined)?.message ?? '')}`
  }
}
