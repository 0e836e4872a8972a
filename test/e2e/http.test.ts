import { once as onceEmitted } from 'node:events'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { connect as connectTcp } from 'node:net'
import { tmpdir } from 'node:os'
import { join as joinPath } from 'node:path'
import { createHttp, type HttpOptions, serveFiles } from '@tygase/http'
import type { RunOptions } from '@tygase/server'
import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it, onTestFinished } from 'vitest'
import { arena } from './support/arena.js'
import { searched } from './support/searched-log.js'
import { join, runServer } from './support/stage.js'
import { Stranger } from './support/stranger.js'

const codeIn = (text: string): unknown =>
  (JSON.parse(text.slice(text.indexOf('\r\n\r\n') + 4)) as { code: unknown }).code

async function setUp(options: HttpOptions = {}, runOptions: RunOptions = {}) {
  const logged: object[] = []
  const log = (details: object): void => void logged.push(details)
  const logger = { debug: () => {}, info: () => {}, warn: log, error: log }
  const http = createHttp({ ...options, logger: searched(logger) })
  const server = await runServer(arena, {}, { requestListener: http.requestListener, ...runOptions })
  const base = `http://localhost:${server.port}`
  /** Sends a head, line by line, and what stands behind it. @returns the whole answer, once the connection has closed */
  const say = async (head: string[], ...bodies: string[]) => {
    const stranger = new Stranger(server.port, 'localhost').say(
      [...head, 'Host: localhost', '', ''].join('\r\n'),
      ...bodies,
    )
    return (await stranger.closed).text
  }
  return { server, base, say, logged }
}

const echo: HttpOptions = {
  routes: (app) => {
    app.post('/echo', async (c) => c.text(await c.req.text()))
    app.get('/slow', () => new Promise<Response>(() => {}))
  },
}

describe('HTTP beside the game', () => {
  it('is answered on the port of the WebSockets, which go on [M35]', async () => {
    const { server, base } = await setUp(echo)
    const client = await join(server)
    expect(await (await fetch(`${base}/healthz`)).json()).toEqual({ status: 'ok' })
    const answer = await fetch(`${base}/echo`, { method: 'POST', body: 'ä'.repeat(100_000) })
    expect(await answer.text()).toBe('ä'.repeat(100_000))
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    expect((await fetch(`${base}/nowhere`)).status).toBe(404)
    expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
  })

  it('gives the number of players, by the state of the game [M35]', async () => {
    const { server, base } = await setUp({
      routes: (app) => app.get('/players', (c) => c.json(server.store.state.players.size)),
    })
    await join(server)
    const last = await join(server)
    await last.waitUntil((state) => state.players.size === 2)
    expect(await (await fetch(`${base}/players`)).json()).toBe(2)
  })

  it('keeps a connection for the next request', async () => {
    const { say } = await setUp(echo)
    const text = await say([
      'POST /echo HTTP/1.1',
      'Host: localhost',
      'Content-Length: 3',
      '',
      'oneGET /healthz HTTP/1.1',
      'Connection: close',
    ])
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200'])
  })
})

describe('a request over the network', () => {
  it.each<[string, string[], string, string]>([
    ['without a length', ['POST /echo HTTP/1.1', 'Connection: close'], '411', 'length_required'],
    ['in chunks', ['POST /echo HTTP/1.1', 'Transfer-Encoding: chunked'], '411', 'length_required'],
    ['of too many bytes', ['POST /echo HTTP/1.1', 'Content-Length: 1048577'], '413', 'body_too_large'],
    ['of a method that is not there', ['DELETE /echo HTTP/1.1', 'Connection: close'], '405', 'method_not_allowed'],
    ['that no server understands', ['TRACE /echo HTTP/1.1', 'Connection: close'], '405', 'method_not_allowed'],
    ['with a long URL', [`GET /${'x'.repeat(3000)} HTTP/1.1`, 'Connection: close'], '414', 'url_too_long'],
    ['for a host that is none', ['GET / HTTP/1.0', 'Host: a@b/../c'], '400', 'request_invalid'],
    ['for no place at all', ['OPTIONS * HTTP/1.1', 'Connection: close'], '400', 'request_invalid'],
  ])('%s is refused, and the connection closed [M35]', async (_, head, status, code) => {
    const { say, logged } = await setUp(echo)
    const text = await say(head)
    expect(text.split(' ')[1]).toBe(status)
    expect(codeIn(text)).toBe(code)
    expect(logged).toEqual([])
  })

  it.each(['/healthz', 'http://probe.example/healthz'])(
    'of HTTP/1.0 for %s, without a host, is answered: probes send it',
    async (target) => {
      const { server } = await setUp(echo)
      const { text } = await new Stranger(server.port, 'localhost').say(`GET ${target} HTTP/1.0\r\n\r\n`).closed
      expect([text.split(' ')[1], text.split('\r\n\r\n')[1]]).toEqual(['200', '{"status":"ok"}'])
    },
  )

  it('in chunks is read as far as the limit, where that is allowed [M35]', async () => {
    const { say } = await setUp({ ...echo, limits: { allowChunked: true, maxBodyBytes: 100 } })
    const head = ['POST /echo HTTP/1.1', 'Transfer-Encoding: chunked', 'Connection: close']
    const short = await say(head, '5\r\nhello\r\n', '0\r\n\r\n')
    expect(short.split(' ')[1]).toBe('200')
    expect(short).toContain('hello')
    const chunk = `40\r\n${'x'.repeat(64)}\r\n`
    // it never ends, and nobody waits for it to
    expect(codeIn(await say(head.slice(0, 2), chunk, chunk))).toBe('body_too_large')
  })

  it('whose body does not come is answered 408 and cut [M35]', async () => {
    const { say } = await setUp({ ...echo, limits: { requestTimeoutMs: 50 } })
    expect(codeIn(await say(['POST /echo HTTP/1.1', 'Content-Length: 100'], 'x'))).toBe('body_timeout')
  })

  it("that breaks off in the midst of its body is nobody's fault here: it is not logged, and makes room", async () => {
    const { server, base, logged } = await setUp({ ...echo, limits: { maxRequests: 1 } })
    const healthz = async () => (await fetch(`${base}/healthz`)).status
    for (let i = 0; i < 3; i++) {
      const stranger = new Stranger(server.port, 'localhost')
      stranger.say('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx')
      while ((await healthz()) !== 503);
      stranger.socket.resetAndDestroy()
      while ((await healthz()) !== 200);
    }
    expect(logged).toEqual([])
  })

  it('that a route does not answer is answered 503', async () => {
    const { say } = await setUp({ ...echo, limits: { requestTimeoutMs: 50 } })
    expect(codeIn(await say(['GET /slow HTTP/1.1', 'Connection: close']))).toBe('answer_timeout')
  })

  it.each([
    '/files/../secret',
    '/files/..%2fsecret',
    '/files/%2e%2e/secret',
    '/files/..\\secret',
    '//secret',
    '/files//secret',
  ])('for %s finds no file [M35]', async (path) => {
    const base = await mkdtemp(joinPath(tmpdir(), 'http-'))
    onTestFinished(() => rm(base, { recursive: true }))
    await writeFile(joinPath(base, 'secret'), 'secret')
    const root = joinPath(base, 'public')
    await mkdir(root)
    await writeFile(joinPath(root, 'a.txt'), 'a file')
    const { say } = await setUp({ routes: (app) => app.use('/files/*', serveFiles({ root, prefix: '/files' })) })
    expect(await say(['GET /files/a.txt HTTP/1.1', 'Connection: close'])).toContain('a file')
    const text = await say([`GET ${path} HTTP/1.1`, 'Connection: close'])
    expect(text).toMatch(/^HTTP\/1\.1 40[04] /)
  })

  it('of an address that has sent too many is refused, while its client plays on [M35]', async () => {
    const { server, base } = await setUp({ limits: { requestsPerMinutePerAddress: 2 } })
    const client = await join(server)
    const statuses = []
    for (let i = 0; i < 3; i++) statuses.push((await fetch(`${base}/healthz`)).status)
    expect(statuses).toEqual([200, 200, 429])
    expect(await client.request('buy', { item: 'bread' })).toBe('bread bought')
  })

  it('that is refused is answered like all others, and what was sent ahead with it is dropped', async () => {
    const cors = { origins: ['https://game.example'], credentials: true }
    const { say } = await setUp({ cors, limits: { requestsPerMinutePerAddress: 1 } })
    const head = ['GET /healthz HTTP/1.1', 'Origin: https://game.example']
    const [first, second, ...more] = (await say([...head, 'Host: a', '', ...head, 'Host: a', '', ...head]))
      .split('HTTP/1.1 ')
      .slice(1)
    expect(first).toMatch(/^200 /)
    expect(more).toEqual([])
    const [refusal = '', body = ''] = second!.split('\r\n\r\n')
    const headers = Object.fromEntries(
      refusal
        .split('\r\n')
        .slice(1)
        .map((line) => line.toLowerCase().split(': ')),
    )
    expect(refusal).toMatch(/^429 Too Many Requests\r\n/)
    expect(headers).toEqual({
      connection: 'close',
      'content-type': 'application/json',
      'content-length': `${body.length}`,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'retry-after': '60',
      vary: 'origin',
      'access-control-allow-origin': 'https://game.example',
      'access-control-allow-credentials': 'true',
    })
    expect(JSON.parse(body)).toEqual({ code: 'too_many_requests', message: expect.any(String) })
  })

  it('whose answer comes before its end may be sent on for a while, so that its sender reads the answer', async () => {
    const clock = new VirtualClock()
    const { requestListener } = createHttp({ ...echo, logger: searched(undefined) })
    const server = await runServer(arena, { clock }, { requestListener })
    const socket = connectTcp({ port: server.port ?? 0, host: 'localhost', allowHalfOpen: true })
    onTestFinished(() => void socket.destroy())
    const errors: unknown[] = []
    socket.on('error', (error) => errors.push(error))
    let answer = ''
    socket.on('data', (bytes: Buffer) => {
      answer += bytes.toString('latin1')
    })
    const head = ['POST http://ann:secret@localhost/echo HTTP/1.1', 'Host: localhost', 'Content-Length: 10000']
    socket.write([...head, '', ''].join('\r\n'))
    await onceEmitted(socket, 'end')
    for (let i = 0; i < 10; i++) await new Promise((resolve) => socket.write('x'.repeat(1000), resolve))
    expect([codeIn(answer), errors]).toEqual(['request_invalid', []])
    const closed = new Promise((resolve) => socket.once('close', resolve))
    clock.advance(1000)
    socket.write('x')
    await closed
  })

  it('over the budget of its connection waits, and is answered when the budget is there again', async () => {
    const clock = new VirtualClock()
    let begun = 0
    const requestListener: RunOptions['requestListener'] = (_, response) => {
      begun++
      response.end()
    }
    const server = await runServer(arena, { clock, maxBytesPerSecond: 1000 }, { requestListener })
    const stranger = new Stranger(server.port, 'localhost').say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(40))
    const settled = async (): Promise<void> => {
      for (let i = 0; i < 30; i++) await new Promise((resolve) => setImmediate(resolve))
    }
    while (begun === 0) await settled()
    await settled()
    const atOnce = begun
    expect(atOnce).toBeLessThan(40)
    while (begun < 40) {
      clock.advance(100)
      await settled()
    }
    expect(clock.now()).toBeGreaterThan(500)
    stranger.socket.destroy()
  })

  it('whose head has no end is cut', async () => {
    const { server } = await setUp()
    const stranger = new Stranger(server.port, 'localhost').say('GET / HTTP/1.1\r\nHost: localhost\r\n')
    const line = `X-More: ${'x'.repeat(1000)}\r\n`
    for (let i = 0; i < 20; i++) stranger.say(line)
    expect((await stranger.closed).text).toMatch(/^HTTP\/1\.1 431 /)
  })

  it('comes from whoever a proxy says that the server trusts', async () => {
    const options: HttpOptions = { routes: (app) => app.get('/', (c) => c.text(c.env.clientAddress?.host ?? '')) }
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    const direct = await setUp(options)
    expect(await (await fetch(direct.base, { headers })).text()).toMatch(/^(?:127\.0\.0\.1|::1)$/)
    const behind = await setUp(options, { trustProxy: 1 })
    expect(await (await fetch(behind.base, { headers })).text()).toBe('203.0.113.7')
  })
})

describe('the access log of requests', () => {
  /** What is logged, and a wait for so many entries. */
  function notebook() {
    const entries: Record<string, unknown>[] = []
    let wake = (): void => {}
    const info = (details: object, msg: string): void => {
      entries.push({ msg, ...details })
      wake()
    }
    const until = async (count: number): Promise<Record<string, unknown>[]> => {
      while (entries.length < count) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return entries
    }
    return { target: { info }, until }
  }

  it('has each request that is over, with the address that the server goes by [M12]', async () => {
    const { target, until } = notebook()
    const { base, say } = await setUp({ ...echo, accessLog: target }, { trustProxy: 1 })
    const headers = { 'x-forwarded-for': '203.0.113.7' }
    await (await fetch(`${base}/echo?token=secret`, { method: 'POST', body: 'x', headers })).text()
    await (await fetch(`${base}/nowhere`)).text()
    await say(['GET / HTTP/1.0', 'Host: a@b/../c'])
    const [first, second, third] = await until(3)
    const msg = 'request'
    const durationMs = expect.any(Number)
    expect(first).toEqual({ msg, remote: '203.0.113.7', method: 'POST', path: '/echo', status: 200, durationMs })
    const remote = expect.stringMatching(/^(?:127\.0\.0\.1|\[::1\]):\d+$/)
    expect(second).toEqual({ msg, remote, method: 'GET', path: '/nowhere', status: 404, durationMs })
    expect(third).toMatchObject({ path: '/', status: 400 })
  })

  it('has one whose client did not wait for an answer, without a status', async () => {
    const { target, until } = notebook()
    const { server } = await setUp({ ...echo, accessLog: target })
    const stranger = new Stranger(server.port, 'localhost')
    stranger.say('POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nx')
    stranger.socket.once('connect', () => stranger.socket.end())
    const [entry] = await until(1)
    expect(entry).toMatchObject({ method: 'POST', path: '/echo', status: undefined })
  })
})

describe('an answer', () => {
  it('that breaks off cuts the connection, and is logged once', async () => {
    const body = () =>
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode('begun')),
        pull: (controller) => controller.error(new Error('the rest is lost')),
      })
    const { say, logged } = await setUp({ routes: (app) => app.get('/', () => new Response(body())) })
    expect(await say(['GET / HTTP/1.1'])).not.toContain('\r\n0\r\n\r\n')
    expect(logged).toEqual([{ err: expect.objectContaining({ message: 'the rest is lost' }) }])
  })

  it('that nobody takes is cut, and its source told', async () => {
    let cancelled = (): void => {}
    const isCancelled = new Promise<void>((resolve) => {
      cancelled = resolve
    })
    const endless = () =>
      new ReadableStream({
        pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
        cancel: () => cancelled(),
      })
    const { server, logged } = await setUp({
      routes: (app) => app.get('/', () => new Response(endless())),
      limits: { requestTimeoutMs: 100 },
    })
    const stranger = new Stranger(server.port, 'localhost')
    stranger.socket.pause()
    stranger.say('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    await isCancelled
    expect(logged).toEqual([])
  })

  it('that is news as they come may be silent for longer than a request may take', async () => {
    let send = (_text: string): void => {}
    const news = new ReadableStream({
      start(controller) {
        send = (text) => {
          controller.enqueue(new TextEncoder().encode(text))
          controller.close()
        }
      },
    })
    const { base } = await setUp({
      routes: (app) => {
        app.get('/news', () => new Response(news))
        app.get('/slow', () => new Promise<Response>(() => {}))
      },
      limits: { requestTimeoutMs: 50 },
    })
    const response = await fetch(`${base}/news`)
    // three times as long, told by requests that take as long as they may
    for (let i = 0; i < 3; i++) expect((await fetch(`${base}/slow`)).status).toBe(503)
    send('at last')
    expect(await response.text()).toBe('at last')
  })
})
