import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createHttp, type Http } from '../../src/http/create-http.js'

let base: string
let http: Http

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'static-'))
  const dir = join(base, 'public')
  await mkdir(join(dir, 'sub'), { recursive: true })
  await writeFile(join(base, 'secret.txt'), 'secret')
  await writeFile(join(dir, 'index.html'), '<p>hello</p>')
  await writeFile(join(dir, 'game.js'), 'let a = 1')
  await writeFile(join(dir, 'data'), Uint8Array.of(1, 2, 3))
  await writeFile(join(dir, 'empty.css'), '')
  await writeFile(join(dir, '.env'), 'secret')
  await writeFile(join(dir, 'sub', 'index.html'), '<p>below</p>')
  await writeFile(join(dir, 'large.bin'), new Uint8Array(1_000_000).fill(7))
  await symlink(join(base, 'secret.txt'), join(dir, 'out.txt'))
  await symlink(join(dir, 'game.js'), join(dir, 'inside.js'))
  await utimes(join(dir, 'game.js'), 1_700_000_000, 1_700_000_000)
  http = createHttp({ staticFiles: { path: '/files', dir } })
})

afterAll(() => rm(base, { recursive: true }))

const ask = (path: string, init: RequestInit = {}) => http.request(new Request(`http://localhost${path}`, init))

describe('static files', () => {
  it.each([
    ['/files/', 'text/html; charset=utf-8', '<p>hello</p>'],
    ['/files/index.html', 'text/html; charset=utf-8', '<p>hello</p>'],
    ['/files/sub/', 'text/html; charset=utf-8', '<p>below</p>'],
    ['/files/game.js', 'text/javascript; charset=utf-8', 'let a = 1'],
    ['/files/game.js?v=2', 'text/javascript; charset=utf-8', 'let a = 1'],
    ['/files/inside.js', 'text/javascript; charset=utf-8', 'let a = 1'],
    ['/files/data', 'application/octet-stream', '\u0001\u0002\u0003'],
    ['/files/empty.css', 'text/css; charset=utf-8', ''],
  ])('are given out with their type: %s', async (path, type, text) => {
    const response = await ask(path)
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe(type)
    expect(response.headers.get('content-length')).toBe(String(text.length))
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
    expect(await response.text()).toBe(text)
  })

  it('come whole, however large', async () => {
    const body = new Uint8Array(await (await ask('/files/large.bin')).arrayBuffer())
    expect(body.length).toBe(1_000_000)
    expect(body.every((byte) => byte === 7)).toBe(true)
  })

  it.each([
    '/files/missing.js',
    '/files/sub',
    '/files/.env',
    '/files/out.txt',
    '/files/..%2fsecret.txt',
    '/files/%2e%2e%2fsecret.txt',
    '/files/sub/..%5c..%5csecret.txt',
    '/files/game.js%00.html',
    '/files//etc/passwd',
    '/files/game.js/',
    '/other/game.js',
    '/filesgame.js',
  ])('are not found where there is nothing for clients: %s [M35]', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })

  it('say what HEAD asks, without the bytes', async () => {
    const response = await ask('/files/game.js', { method: 'HEAD' })
    expect(response.headers.get('content-length')).toBe('9')
    expect(await response.text()).toBe('')
  })

  it('are not sent again to who has them', async () => {
    const { headers } = await ask('/files/game.js')
    const etag = headers.get('etag') ?? ''
    const modified = headers.get('last-modified') ?? ''
    expect(modified).toBe('Tue, 14 Nov 2023 22:13:20 GMT')
    const statusFor = async (having: Record<string, string>) =>
      (await ask('/files/game.js', { headers: having })).status
    expect(await statusFor({ 'if-none-match': `"other", ${etag}` })).toBe(304)
    expect(await statusFor({ 'if-none-match': '*' })).toBe(304)
    expect(await statusFor({ 'if-none-match': '"other"', 'if-modified-since': modified })).toBe(200)
    expect(await statusFor({ 'if-modified-since': modified })).toBe(304)
    expect(await statusFor({ 'if-modified-since': 'Tue, 14 Nov 2023 22:13:19 GMT' })).toBe(200)
    expect(await statusFor({ 'if-modified-since': 'yesterday' })).toBe(200)
  })

  it('are asked for again each time, or after as long as is said', async () => {
    expect((await ask('/files/game.js')).headers.get('cache-control')).toBe('no-cache')
    const lasting = createHttp({ staticFiles: { path: '/', dir: join(base, 'public'), maxAgeS: 60 } })
    const response = await lasting.request('/game.js')
    expect(response.headers.get('cache-control')).toBe('public, max-age=60')
    expect(await response.text()).toBe('let a = 1')
  })

  it('stand behind the routes of the user', async () => {
    const own = createHttp({
      staticFiles: { path: '/', dir: join(base, 'public') },
      routes: (app) => app.get('/game.js', (c) => c.text('mine')),
    })
    expect(await (await own.request('/game.js')).text()).toBe('mine')
    expect(await (await own.request('/')).text()).toBe('<p>hello</p>')
  })

  it.each(['', 'files', '/a b', '/*', '/:id', '//'])('are not below %j: invalid_argument', (path) => {
    expect(() => createHttp({ staticFiles: { path, dir: base } })).toThrow(
      expect.objectContaining({ code: 'invalid_argument' }),
    )
  })
})
