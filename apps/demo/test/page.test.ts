import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest'
import { pageListener } from '../src/server/page.js'

let base = ''

beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'tygase-'))
  for (const folder of ['page', 'page-keys', 'linked']) mkdirSync(join(base, folder))
  for (const file of ['page/index.html', 'linked/index.html']) writeFileSync(join(base, file), 'this is the page')
  for (const file of ['secret', 'page-keys/secret']) writeFileSync(join(base, file), 'this is secret')
  symlinkSync('../page-keys', join(base, 'linked/keys'))
})

afterAll(() => rm(base, { recursive: true, force: true }))

/** The answer to a target that is sent as it stands. */
async function ask(target: string): Promise<string> {
  const server = createServer(pageListener(join(base, 'page')))
  onTestFinished(() => void server.close())
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  let text = ''
  for await (const part of socket) text += part
  return text
}

test('the page is served', async () => {
  expect(await ask('/')).toContain('this is the page')
})

test.each([
  '/../secret',
  '/../page-keys/secret',
  '/..%2fsecret',
  '/%2e%2e/page-keys/secret',
  '//etc/passwd',
  '/..\\secret',
])('nothing beside its folder is served: %s', async (target) => {
  expect(await ask(target)).toMatch(/^HTTP\/1\.1 40[04] /)
})

test('a folder with a link out of it is not served at all', () => {
  expect(() => pageListener(join(base, 'linked'))).toThrow('The page may not have links: keys')
})
