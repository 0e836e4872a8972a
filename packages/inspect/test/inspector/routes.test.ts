import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@tygase/gamestate/internal'
import { createHttp } from '@tygase/http'
import { VirtualClock } from '@tygase/testkit/internal'
import { afterEach, describe, expect, test } from 'vitest'
import { Access } from '../../src/inspector/access.js'
import { Recordings } from '../../src/inspector/recordings.js'
import { addRoutes } from '../../src/inspector/routes.js'
import { tokens } from './stage.js'

const folders: string[] = []
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

/** A page of two files, with a secret beside it, served at a path. */
function serve(base: string) {
  const root = mkdtempSync(join(tmpdir(), 'inspect-'))
  folders.push(root)
  const folder = join(root, 'page')
  mkdirSync(join(folder, 'assets'), { recursive: true })
  writeFileSync(join(folder, 'index.html'), '<h1>the page</h1>')
  writeFileSync(join(folder, 'assets', 'page.js'), 'run()')
  writeFileSync(join(root, 'secret.txt'), 'secret')
  symlinkSync(join(root, 'secret.txt'), join(folder, 'link.txt'))
  const clock = new VirtualClock()
  const logger = silentLogger
  const access = new Access({ auth: tokens, origins: [], sessionMs: 1000, clock, logger, note() {}, onEnd() {} })
  const recordings = new Recordings(clock, logger)
  const http = createHttp({
    ...(base !== '' && { path: base }),
    routes: (app) =>
      addRoutes(app, { path: '/inspect', access, recordings, kinds: () => [], hasDashboard: false, folder }),
    logger: false,
  })
  return async (path: string, headers: Record<string, string> = {}) => {
    const request = new Request(`http://game.example${base}${path}`, { headers: { host: 'game.example', ...headers } })
    const answer = await http.request(request, '203.0.113.7')
    return { answer, status: answer.status, text: await answer.text() }
  }
}

describe.each(['', '/play', '/a/inspect'])('the page below %j', (base) => {
  test('is there with its files, before a login', async () => {
    const ask = serve(base)
    expect(await ask('/inspect/')).toMatchObject({ status: 200, text: '<h1>the page</h1>' })
    expect(await ask('/inspect/assets/page.js')).toMatchObject({ status: 200, text: 'run()' })
    const { answer } = await ask('/inspect/')
    expect(answer.headers.get('content-security-policy')).toBe(
      "default-src 'self'; connect-src 'self' ws://game.example wss://game.example; img-src 'self' data: blob:; " +
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
    )
    expect(answer.headers.get('x-frame-options')).toBe('DENY')
  })

  test('is found without the slash at its end, which its files need', async () => {
    const { answer, status } = await serve(base)('/inspect')
    expect([status, answer.headers.get('location')]).toEqual([302, `${base}/inspect/`])
  })

  test.each([
    '/inspect/../secret.txt',
    '/inspect/%2e%2e/secret.txt',
    '/inspect/..%2fsecret.txt',
    '/inspect/link.txt',
    '/inspect/nothing.js',
  ])('has no file outside of its folder: %s', async (path) => {
    const { status, text } = await serve(base)(path)
    expect([status, text.includes('secret\n') || text === 'secret']).toEqual([404, false])
  })

  test('is shown in no answer to another origin', async () => {
    expect((await serve(base)('/inspect/', { origin: 'https://evil.example' })).status).toBe(403)
    expect((await serve(base)('/inspect/', { 'sec-fetch-site': 'cross-site' })).status).toBe(403)
  })
})

test('a host that is no host is in no policy', async () => {
  const { answer } = await serve('')('/inspect/', { host: "evil.example; script-src 'unsafe-inline'" })
  expect(answer.headers.get('content-security-policy')).toContain("connect-src 'self'; img-src")
})
