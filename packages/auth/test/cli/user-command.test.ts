import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '@tygase/server'
import { lmdbStorage } from '@tygase/storage'
import { expect, test } from 'vitest'
import { runCli } from '../../src/cli/run-cli.js'
import { Accounts } from '../../src/index.js'
import { tempFolder } from '../temp-folder.js'
import { fakeTerminal, run } from './stage.js'

const folder = tempFolder()
let count = 0
const newDb = (): string => join(folder, `${++count}.db`)

async function within<Result>(db: string, work: (storage: Storage) => Promise<Result>): Promise<Result> {
  const storage = lmdbStorage({ path: db })
  try {
    return await work(storage)
  } finally {
    await storage.close()
  }
}

/** The user id, or the code of the refusal. */
function login(db: string, name: string, password: string): Promise<string> {
  return within(db, (storage) =>
    new Accounts({ storage }).login(name, password).then(
      ({ userId }) => userId,
      ({ code }) => code,
    ),
  )
}

test('a user is added, given another password, listed and removed [R14]', async () => {
  const db = newDb()
  expect(await run(['user', 'add', 'Foo', '--db', db], { input: 'first password\n' })).toEqual({
    status: 0,
    out: 'Foo was added\n',
    err: '',
  })
  expect(await login(db, 'foo', 'first password')).toBe('foo')
  const changed = await run(['user', 'passwd', 'foo', '--db', db], { input: 'second password\n' })
  expect(changed).toEqual({ status: 0, out: 'foo has another password\n', err: '' })
  expect(await login(db, 'foo', 'first password')).toBe('login_failed')
  expect(await login(db, 'foo', 'second password')).toBe('foo')
  const { status, out } = await run(['user', 'list'], { env: { TYGASE_DB: db } })
  expect(status).toBe(0)
  expect(out).toMatch(/^Foo\t\d{4}-\d\d-\d\dT[\d:.]+Z\n$/)
  expect(await run(['user', 'remove', 'FOO', '--db', db])).toEqual({
    status: 0,
    out: 'FOO was removed\n',
    err: '',
  })
  expect(await run(['user', 'list', '--db', db])).toEqual({ status: 0, out: '', err: '' })
})

const refused: [what: string, args: string[], input: string, message: string][] = [
  ['a name that is had', ['add', 'FOO'], 'long enough', 'the user FOO exists already'],
  ['an unsafe name', ['add', '../x'], 'long enough', 'a name has 1 to 32 letters'],
  ['an empty name', ['add', ''], 'long enough', 'a name has 1 to 32 letters'],
  ['a short password', ['add', 'bar'], '1234567', 'a password has at least 8 characters'],
  ['a user whom nobody knows', ['remove', 'bar'], '', 'there is no user bar'],
  ['a password for a user whom nobody knows', ['passwd', 'bar'], 'long enough', 'there is no user bar'],
]

test.each(refused)('%s is refused: it ends with 1 and says why [R14]', async (_, args, input, message) => {
  const db = newDb()
  const foo = { name: 'foo', hash: 'of foo', addedAt: 'then' }
  await within(db, (storage) => storage.put('account/foo', foo))
  const { status, out, err } = await run(['user', ...args, '--db', db], { input })
  expect([status, out]).toEqual([1, ''])
  expect(err).toContain(`tygase: ${message}`)
  expect(await within(db, (storage) => storage.list(''))).toEqual([{ key: 'account/foo', value: foo }])
})

const unasked = refused.filter(([, [action], input]) => action !== 'remove' && input !== '1234567')

test.each(unasked)('%s is refused before a password is asked for [R14]', async (_, args, _input, message) => {
  const db = newDb()
  await within(db, (storage) => storage.put('account/foo', { name: 'foo', hash: 'of foo', addedAt: 'then' }))
  const { io, shown } = fakeTerminal()
  expect(await runCli(['user', ...args, '--db', db], io)).toBe(1)
  expect(shown()).toMatch(new RegExp(`^tygase: ${message}`))
})

test('a name that is refused makes no file', async () => {
  const db = newDb()
  expect((await run(['user', 'add', '../x', '--db', db], { input: 'long enough' })).status).toBe(1)
  expect(existsSync(db)).toBe(false)
})

test('a list of more users than a page has all of them', async () => {
  const db = newDb()
  const names = Array.from({ length: 205 }, (_, i) => `user${String(i).padStart(3, '0')}`)
  await within(db, (storage) =>
    storage.batch(
      names.map((name) => ({ type: 'put', key: `account/${name}`, value: { name, hash: '', addedAt: 'then' } })),
    ),
  )
  expect((await run(['user', 'list', '--db', db])).out).toBe(names.map((name) => `${name}\tthen\n`).join(''))
})

test('Ctrl-C instead of a password ends with 130 and adds nobody', async () => {
  const db = newDb()
  const { io, press, shows } = fakeTerminal()
  const running = runCli(['user', 'add', 'foo', '--db', db], io)
  await shows('Password: ')
  press('\x03')
  expect(await running).toBe(130)
  expect((await run(['user', 'list', '--db', db])).out).toBe('')
})
