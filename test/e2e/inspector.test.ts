import { request as askHttp } from 'node:http'
import { request as askHttps } from 'node:https'
import { connect } from '@tygase/client'
import { createHttp } from '@tygase/http'
import { createInspector, createMetrics } from '@tygase/inspect'
import type { Transport } from '@tygase/protocol'
import { type RunOptions, Server } from '@tygase/server'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { WebSocket } from 'ws'
import { arena } from './support/arena.js'
import { certificates } from './support/certificates.js'
import { keepSecret, searchedLogger } from './support/searched-log.js'

const header = 'x-tygase-inspect'
const token = 'token-of-the-actor'
keepSecret(token)
const { first } = certificates

interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly text: string
}

/** A server with an inspector at a port. */
class Site {
  readonly server: Server
  readonly #base: string
  readonly isSecure: boolean
  readonly #run: RunOptions

  constructor(server: Server, { base = '', ...run }: RunOptions & { base?: string } = {}) {
    this.server = server
    this.#base = base
    this.isSecure = run.tls !== undefined
    this.#run = run
  }

  async run(auth: { act: string } | null = { act: token }): Promise<this> {
    const metrics = createMetrics(this.server)
    const inspector = createInspector(this.server, { ...(auth && { auth }), metrics, logger: searchedLogger })
    const base = this.#base === '' ? {} : { path: this.#base }
    const { requestListener } = createHttp({ ...base, routes: inspector.routes, logger: searchedLogger })
    await this.server.run({ ...this.#run, ...base, requestListener })
    onTestFinished(async () => {
      await inspector.close()
      metrics.close()
      await this.server.shutdown({ drainMs: 0 })
    })
    return this
  }

  get host(): string {
    return `localhost:${this.server.port}`
  }

  get origin(): string {
    return `http${this.isSecure ? 's' : ''}://${this.host}`
  }

  ask(method: string, path: string, headers: Record<string, string> = {}, body?: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const ask = this.isSecure ? askHttps : askHttp
      const options = { method, headers, ...(this.isSecure && { ca: first.cert }), agent: false }
      const request = ask(`${this.origin}${this.#base}/inspect${path}`, options, (response) => {
        const chunks: Buffer[] = []
        response.on('data', (chunk) => chunks.push(chunk))
        response.on('end', () => {
          const { statusCode: status = 0, headers: got } = response
          resolve({ status, headers: got, text: Buffer.concat(chunks).toString() })
        })
      })
      request.on('error', reject)
      request.end(body)
    })
  }

  /** @returns the cookie and the nonce of a page that has logged in */
  async logIn(): Promise<{ cookie: string; nonce: string; setCookie: string }> {
    const headers = { [header]: '1', origin: this.origin, 'content-type': 'application/json' }
    const { headers: got, text } = await this.ask('POST', '/login', headers, JSON.stringify({ token }))
    const [setCookie = ''] = got['set-cookie'] ?? []
    return { cookie: setCookie.split(';')[0] ?? '', nonce: JSON.parse(text).nonce, setCookie }
  }

  socket(path: string, headers: Record<string, string>): WebSocket {
    const url = `${this.origin.replace('http', 'ws')}${this.#base}/inspect/live/${path}`
    const socket = new WebSocket(url, { headers, ca: first.cert })
    onTestFinished(() => socket.terminate())
    return socket
  }

  /** The status that an upgrade is answered with; 101 if it is made. */
  upgrade(path: string, headers: Record<string, string>): Promise<number> {
    return new Promise((resolve, reject) => {
      const socket = this.socket(path, headers)
      socket.on('open', () => resolve(101))
      socket.on('unexpected-response', (_, response) => resolve(response.statusCode ?? 0))
      socket.on('error', reject)
    })
  }

  /** A client with the cookie and the origin of a page, which a program cannot have from a browser. */
  page(path: string, { cookie, nonce }: { cookie: string; nonce: string }) {
    const openTransport = (): Promise<Transport> =>
      new Promise((resolve, reject) => {
        const socket = this.socket(path, { cookie, origin: this.origin })
        const transport: Transport = {
          reliable: true,
          bufferedBytes: 0,
          onBytes: undefined,
          onClose: undefined,
          send: (bytes) => socket.send(bytes),
          close: (code, reason) => socket.close(code, reason),
        }
        socket.on('message', (data: Buffer) => transport.onBytes?.(new Uint8Array(data)))
        socket.on('close', (code, reason) => transport.onClose?.(code, reason.toString()))
        socket.on('open', () => resolve(transport))
        socket.on('error', reject)
      })
    const address = { path: `${this.#base}/inspect/live/${path}`, openTransport }
    return connect(address, { credentials: { nonce }, logger: false })
  }
}

const sites: [string, () => Site][] = [
  ['with rooms', () => new Site(new Server({ logger: searchedLogger }).define('arena', arena))],
  ['with one game', () => new Site(new Server({ game: arena, logger: searchedLogger }) as Server)],
  [
    'with a path of run',
    () => new Site(new Server({ logger: searchedLogger }).define('arena', arena), { base: '/play' }),
  ],
  [
    'with one game at a path',
    () => new Site(new Server({ game: arena, logger: searchedLogger }) as Server, { base: '/play' }),
  ],
  ['with TLS', () => new Site(new Server({ logger: searchedLogger }).define('arena', arena), { tls: first })],
  [
    'whose game allows no other page',
    () => new Site(new Server({ logger: searchedLogger }).define('arena', arena), { allowedOrigins: [] }),
  ],
]

describe.each(sites)('the inspector of a server %s', (name, make) => {
  test('is seen and used by its own page', async () => {
    const site = await make().run()
    const login = await site.logIn()
    expect(login.setCookie).toMatch(/; HttpOnly; SameSite=Strict/)
    expect(login.setCookie.includes('; Secure')).toBe(site.isSecure)
    if (name !== 'with one game' && name !== 'with one game at a path')
      await site.server.createRoom('arena', { id: '1' })
    const key = [...site.server.rooms.keys()][0]!
    const look = await site.page('look/abcdefgh', login)
    const ask = (what: string, data: object): Promise<unknown> => look.request(what as never, data as never)
    await ask('look', { room: key })
    expect(await ask('tree', { path: [] })).toMatchObject({ kind: 'object' })
    await ask('pause', { nonce: login.nonce })
    expect(site.server.rooms.get(key)?.machine.running).toBe(false)
    await ask('resume', { nonce: login.nonce })
    const dashboard = await site.page('dashboard/now', login)
    await expect
      .poll(() => (dashboard.store.state as { reading?: object }).reading)
      .toMatchObject({ rooms: { total: 1 } })
    await look.disconnect()
    await dashboard.disconnect()
  })

  test('cannot be seen or used by a page of another origin, even if the browser would send its cookie', async () => {
    const site = await make().run()
    const { cookie, nonce } = await site.logIn()
    const origins = ['https://evil.example', 'http://localhost:1', 'null', `${site.origin}.evil.example`, 'file://']
    // a browser adds the origin to what a page asks for, unless it is a plain GET
    for (const origin of origins) {
      const evil = { origin, cookie }
      expect((await site.ask('GET', '/session', evil)).status).toBe(403)
      expect((await site.ask('GET', '/session', { ...evil, [header]: nonce })).status).toBe(403)
      expect((await site.ask('POST', '/login', { ...evil, [header]: '1' }, JSON.stringify({ token }))).status).toBe(403)
      expect((await site.ask('POST', '/logout', { ...evil, [header]: nonce }, '')).status).toBe(403)
      expect((await site.ask('GET', '/recordings/1', { ...evil, [header]: nonce })).status).toBe(403)
      const preflight = await site.ask('OPTIONS', '/login', {
        ...{ origin, 'access-control-request-method': 'POST', 'access-control-request-headers': header },
      })
      expect(preflight.headers).not.toHaveProperty('access-control-allow-origin')
      for (const path of ['look/abcdefgh', 'dashboard/now']) expect(await site.upgrade(path, evil)).toBe(403)
    }
    // a form, an image or a link sends no header of the page's choice
    const form = { cookie, 'content-type': 'text/plain' }
    expect((await site.ask('POST', '/login', form, JSON.stringify({ token }))).status).toBe(403)
    expect((await site.ask('POST', '/logout', form, '')).status).toBe(403)
    const plain = await site.ask('GET', '/session', { cookie })
    expect([plain.status, plain.text.includes(nonce)]).toEqual([403, false])
    expect((await site.ask('GET', '/session', { cookie, [header]: '1', 'sec-fetch-site': 'cross-site' })).status).toBe(
      403,
    )
    // a page without the cookie, which browsers keep from other sites
    expect((await site.ask('GET', '/session', { [header]: nonce, origin: site.origin })).status).toBe(401)
    expect(await site.upgrade('look/abcdefgh', { origin: site.origin })).toBe(401)
    // and the session is as it was
    const still = await site.ask('GET', '/session', { cookie, [header]: nonce, origin: site.origin })
    expect([still.status, still.headers['x-frame-options']]).toEqual([200, 'DENY'])
  })
})

test('a page that has the cookie alone opens a socket, and gets into no room', async () => {
  const site = await new Site(new Server({ logger: searchedLogger }).define('arena', arena)).run()
  const { cookie } = await site.logIn()
  for (const nonce of ['', 'x'.repeat(43)]) {
    await expect(site.page('look/abcdefgh', { cookie, nonce })).rejects.toThrow(/header_missing/)
  }
})

test('a page of another origin sees nothing of an inspector that needs no login', async () => {
  const site = await new Site(new Server({ logger: searchedLogger }).define('arena', arena)).run(null)
  const own = await site.ask('GET', '/session', { [header]: '1' })
  expect(JSON.parse(own.text)).toMatchObject({ right: 'act', open: true })
  for (const evil of [
    { origin: 'https://evil.example' },
    // a name of its own for this machine
    { host: 'evil.example' },
    { host: 'evil.example', origin: 'http://evil.example' },
    { 'sec-fetch-site': 'cross-site' },
  ]) {
    expect((await site.ask('GET', '/session', { ...evil, [header]: '1' })).status).toBe(403)
    expect(await site.upgrade('look/abcdefgh', { origin: 'https://evil.example', ...evil })).toBe(403)
  }
})

test('sockets of the inspector close at once when the server stops, and come back with it', async () => {
  const site = await new Site(new Server({ logger: searchedLogger }).define('arena', arena)).run()
  const login = await site.logIn()
  const look = await site.page('look/abcdefgh', login)
  const { port } = site.server
  // with the time that a slow client would have
  await site.server.shutdown({ drainMs: 60_000 })
  // what the server has sent may still be on its way
  await vi.waitFor(() => expect(look.status).not.toBe('connected'))
  await look.disconnect()
  await site.server.run({ port: port! })
  expect(await site.upgrade('look/abcdefgh', { origin: site.origin, cookie: login.cookie })).toBe(101)
})
