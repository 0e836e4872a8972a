import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { createHttp } from '../src/create-http.js'
import { serveFiles } from '../src/files.js'

let base = ''

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tygase-'))
  for (const folder of [
    'public',
    'public/sub',
    'public/.well-known',
    'public/.git',
    'public-keys',
    'public/linked-index',
  ])
    mkdirSync(join(base, folder))
  for (const file of ['public/index.html', 'public/a.txt', 'public/sub/index.html', 'public/sub/b.txt'])
    writeFileSync(join(base, file), `this is ${file}`)
  for (const file of ['public/.well-known/acme', 'public/.git/config', 'public/.env'])
    writeFileSync(join(base, file), `this is ${file}`)
  for (const file of ['secret', 'public-keys/secret', 'public-keys/index.html'])
    writeFileSync(join(base, file), 'this is secret')
  const links: [to: string, from: string][] = [
    ['../public-keys/secret', 'public/link-to-neighbour'],
    ['../public-keys', 'public/linked-neighbour'],
    ['../secret', 'public/link-to-parent'],
    ['/etc/passwd', 'public/link-to-system'],
    ['a.txt', 'public/link-inside'],
    ['../../public-keys/index.html', 'public/linked-index/index.html'],
  ]
  for (const [to, from] of links) symlinkSync(to, join(base, from))
  symlinkSync('public', join(base, 'current'))
})

afterAll(() => rm(base, { recursive: true, force: true }))

/** The answer to a target that is sent as it stands, over the network. */
async function ask(target: string, root = 'public', prefix?: string): Promise<{ status: number; text: string }> {
  const files = serveFiles({ root: join(base, root), ...(prefix !== undefined && { prefix }) })
  const http = createHttp({ logger: false, routes: (app) => app.use('/*', files) })
  const server = createServer(http.requestListener)
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const part of socket) text += part
  return { status: Number(text.split(' ')[1]), text: text.slice(text.indexOf('\r\n\r\n') + 4) }
}

describe('files of a folder', () => {
  test.each([
    ['/a.txt', 'this is public/a.txt'],
    ['/sub/b.txt', 'this is public/sub/b.txt'],
    ['/', 'this is public/index.html'],
    ['/sub/', 'this is public/sub/index.html'],
    ['/link-inside', 'this is public/a.txt'],
    ['/.well-known/acme', 'this is public/.well-known/acme'],
    // the URL parser resolves it before anything else sees it
    ['/sub/../a.txt', 'this is public/a.txt'],
  ])('are served: %s', async (target, text) => {
    expect(await ask(target)).toEqual({ status: 200, text: expect.stringContaining(text) })
  })

  test('are served from a folder that is a link, and below a prefix', async () => {
    expect((await ask('/a.txt', 'current')).status).toBe(200)
    expect((await ask('/files/a.txt', 'public', '/files')).status).toBe(200)
    for (const target of ['/a.txt', '/filesa.txt', '/files/../secret', '/files/link-to-parent']) {
      expect((await ask(target, 'public', '/files')).status).toBe(404)
    }
  })

  test.each([
    '/link-to-neighbour',
    '/linked-neighbour/secret',
    '/linked-neighbour/',
    '/linked-index/',
    '/link-to-parent',
    '/link-to-system',
    '/../secret',
    '/../public-keys/secret',
    '/../../../../../../etc/passwd',
    '//etc/passwd',
    '/etc/passwd',
    '/..%2fsecret',
    '/%2e%2e/secret',
    '/%2e%2e%2fpublic-keys%2fsecret',
    '/..%5csecret',
    '/..\\secret',
    '/sub/..%2f..%2fsecret',
    '/%252e%252e/secret',
    '/a.txt%00',
    '/.env',
    '/.git/config',
    '/sub/nowhere',
  ])('are all that is served: nothing is found at %s', async (target) => {
    const { status, text } = await ask(target)
    expect([400, 404]).toContain(status)
    expect(text).not.toMatch(/this is|root:/)
  })

  test.each([{}, { root: '' }, { root: 1 }, { root: 'public', index: 'a' }])(
    'with the options %j throw invalid_argument',
    (options) => {
      expect(() => serveFiles(options as { root: string })).toThrow(
        expect.objectContaining({ code: 'invalid_argument' }),
      )
    },
  )
})
