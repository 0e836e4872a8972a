import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Accounts } from '@tygase/auth'
import { lmdbStorage } from '@tygase/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { bundleProgram } from './support/bundle-program.js'

const program = join(root, '.cache/e2e/tygase.mjs')
const folder = mkdtempSync(join(tmpdir(), 'tygase-'))
const db = join(folder, 'users.db')
const env = { TYGASE_TOKEN_SECRET: 'a secret of tests, 32 bytes and more', TYGASE_DB: db }

beforeAll(async () => {
  const code = `import { runCli } from '@tygase/auth/cli'
    process.exitCode = await runCli(process.argv.slice(2), {
      env: process.env,
      stdin: process.stdin,
      write: (text) => process.stdout.write(text),
      writeError: (text) => process.stderr.write(text),
    })`
  await bundleProgram({ code }, program, ['lmdb', 'jose'])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Runs the program in a process of its own, which has to end by itself although its input stays open. */
async function tygase(args: readonly string[], input = '') {
  const child = spawn(process.execPath, [program, ...args], { cwd: folder, env })
  const said = { out: '', err: '' }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    said.out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text) => {
    said.err += text
  })
  child.stdin.write(input)
  const status = await new Promise((resolve) => child.once('close', resolve))
  return { status, ...said }
}

test('users are kept by one process and found by another, which has the file open meanwhile [R14]', async () => {
  const storage = lmdbStorage({ path: db })
  const accounts = new Accounts({ storage })
  expect(await tygase(['user', 'add', 'foo'], 'swordfish\n')).toEqual({
    status: 0,
    out: 'foo was added\n',
    err: '',
  })
  expect(await accounts.login('foo', 'swordfish')).toMatchObject({ userId: 'foo' })
  expect((await tygase(['user', 'list'])).out).toMatch(/^foo\t.*\n$/)
  expect(await tygase(['user', 'remove', 'foo'])).toMatchObject({ status: 0 })
  await expect(accounts.login('foo', 'swordfish')).rejects.toMatchObject({ code: 'login_failed' })
  await storage.close()
})

test('a token goes from one process to another', async () => {
  const flags = ['--issuer', 'lobby', '--game', 'arena']
  const { out } = await tygase(['token', 'issue', 'ada', ...flags])
  const verified = await tygase(['token', 'verify', ...flags], out)
  expect([verified.status, JSON.parse(verified.out).userId]).toEqual([0, 'ada'])
  expect(await tygase(['token', 'verify', '--issuer', 'lobby', '--game', 'chess'], out)).toEqual({
    status: 1,
    out: '',
    err: 'tygase: the token is not valid for this game\n',
  })
})

test('help, refusals and wrong command lines end with 0, 1 and 2', async () => {
  expect(await tygase(['--help'])).toMatchObject({ status: 0, err: '' })
  expect(await tygase(['user', 'add', '../x'], 'swordfish\n')).toMatchObject({ status: 1, out: '' })
  expect(await tygase(['user', 'add', 'foo', '--password', 'x'])).toMatchObject({ status: 2, out: '' })
  expect(await tygase(['user', 'list', '--db', 'nowhere.db'])).toMatchObject({ status: 2, out: '' })
})
