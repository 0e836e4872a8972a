import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { afterAll, expect, test } from 'vitest'
import { runTygase } from '../src/run-tygase.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

/** A folder of a game that has installed a package of this name. */
function gameWith(name: string, files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), 'tygase-command-'))
  folders.push(folder)
  const installed = join(folder, 'node_modules', name)
  mkdirSync(installed, { recursive: true })
  for (const [file, text] of Object.entries(files)) writeFileSync(join(installed, file), text)
  return folder
}

async function run(args: readonly string[], folder: string) {
  const said = { out: '', err: '' }
  const status = await runTygase(args, {
    folder,
    env: {},
    stdin: Readable.from([]),
    write(text) {
      said.out += text
    },
    writeError(text) {
      said.err += text
    },
  })
  return { status, ...said }
}

const owner = {
  'package.json': JSON.stringify({ name: '@tygase/auth', type: 'module', exports: { './cli': './cli.js' } }),
  'cli.js': 'export async function runCli(args, io) { io.write(JSON.stringify(args)); return 7 }',
}

test('a command is run by the package that the game has installed, with its name and all arguments', async () => {
  const folder = gameWith('@tygase/auth', owner)
  expect(await run(['user', 'add', '--db', 'x', '--help'], folder)).toEqual({
    status: 7,
    out: '["user","add","--db","x","--help"]',
    err: '',
  })
})

test('a command of a package that is too old for it says how to get a newer one', async () => {
  const folder = gameWith('@tygase/auth', {
    ...owner,
    'package.json': JSON.stringify({ name: '@tygase/auth', type: 'module', exports: { '.': './cli.js' } }),
  })
  expect(await run(['token', 'issue'], folder)).toEqual({
    status: 1,
    out: '',
    err: "tygase: the installed @tygase/auth has no command 'token'; for a newer one: npm install @tygase/auth@latest\n",
  })
})

test('an error inside of the owner is not taken for a missing package', async () => {
  const folder = gameWith('@tygase/auth', { ...owner, 'cli.js': "import 'not-installed-at-all'" })
  await expect(run(['user'], folder)).rejects.toThrow(/not-installed-at-all/)
})

test.each([
  [['--help'], 0],
  [['-h'], 0],
  [['help'], 0],
  [[], 2],
  [['usr'], 2],
  [['usr', '--help'], 2],
  [['--what'], 2],
])('%j shows all commands, and ends with %i', async (args, status) => {
  const shown = await run(args, tmpdir())
  expect(shown.status).toBe(status)
  const [text, other] = status === 0 ? [shown.out, shown.err] : [shown.err, shown.out]
  expect(text).toMatch(/tygase user .*\(@tygase\/auth\)\n {2}tygase token .*\n {2}tygase load .*\(@tygase\/load\)/)
  expect(other).toBe('')
})

test.each([
  [['usr'], "tygase: 'usr' is not a command\n"],
  [[], 'tygase: name a command\n'],
  [['--what'], "tygase: Unknown option '--what'"],
])('%j says first what is wrong', async (args, message) => {
  expect((await run(args, tmpdir())).err.startsWith(message)).toBe(true)
})

test.each(['--version', '-v'])('%s shows the version of the package', async (flag) => {
  expect(await run([flag], tmpdir())).toEqual({
    status: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\S*\n$/),
    err: '',
  })
})
