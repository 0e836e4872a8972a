import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../temp-folder.js'
import { run } from './stage.js'

const nowhere = join(tempFolder(), 'nowhere.db')
const tokens = ['--issuer', 'lobby', '--game', 'arena']

const ofUsers = ['user add', 'user passwd', 'user remove', 'user list', '--db']
const ofTokens = ['token issue', 'token verify', '--issuer', '--game', '--expires', '--claims', '--key-file']

test.each([
  [['--help'], [...ofUsers, ...ofTokens]],
  [['-h'], [...ofUsers, ...ofTokens]],
  [['user', '--help'], ofUsers],
  [['user', 'add', '-h'], ofUsers],
  [['token', 'issue', '--help'], ofTokens],
])('%j shows what there is of that, and nothing else', async (args, parts) => {
  const { status, out, err } = await run(args)
  expect([status, err]).toEqual([0, ''])
  expect([...ofUsers, ...ofTokens].filter((part) => out.includes(part))).toEqual(parts)
})

const wrong: [args: string[], message: string][] = [
  [[], 'name a command: user or token'],
  [['users'], "'users' is not a command"],
  [['user'], 'user takes add, list, remove or passwd'],
  [['user', 'ad', 'foo'], "'user ad' is not a command"],
  [['user', 'add', 'foo'], '--db PATH is needed, the file of the accounts'],
  [['user', 'add', '--db', nowhere], 'one NAME is needed; the password is asked for'],
  [['user', 'add', 'foo', '1234', '--db', nowhere], 'one NAME is needed; the password is asked for'],
  [['user', 'list', 'foo', '--db', nowhere], 'user list takes no foo'],
  [['user', 'list', '--db', nowhere], `there is no file ${nowhere}`],
  [['user', 'remove', 'foo', '--db', nowhere], `there is no file ${nowhere}`],
  [['user', 'passwd', 'foo', '--db', nowhere], `there is no file ${nowhere}`],
  [['user', 'list', '--issuer', 'lobby', '--db', nowhere], 'user takes no --issuer'],
  [['user', 'add', 'foo', '--password', 'x'], 'Unknown option'],
  [['token'], 'token takes issue or verify'],
  [['token', 'make'], "'token make' is not a command"],
  [['token', 'issue', 'ada'], '--issuer and --game are needed'],
  [['token', 'issue', ...tokens], 'token issue takes one USER'],
  [
    ['token', 'verify', 'a.b.c', ...tokens],
    'token verify takes no arguments: pipe the token in, or type it when asked',
  ],
  [['token', 'issue', 'ada', ...tokens, '--expires', '10'], '--expires is a time like 30 min, 12 h or 7 d, not 10'],
  [['token', 'issue', 'ada', ...tokens, '--claims', '[]'], '--claims is a JSON object, not []'],
  [['token', 'issue', 'ada', ...tokens, '--claims', '{'], '--claims is a JSON object, not {'],
  [['token', 'issue', 'ada', ...tokens, '--key-file', nowhere], `${nowhere} cannot be read`],
  [['token', 'verify', ...tokens, '--db', nowhere], 'token takes no --db'],
]

test.each(wrong)('the command line %j ends with 2 and says why', async (args, message) => {
  const { status, out, err } = await run(args)
  expect([status, out]).toEqual([2, ''])
  expect(err).toMatch(/^tygase: .*\ntygase --help says more\.\n$/)
  expect(err).toContain(message)
  expect(existsSync(nowhere)).toBe(false)
})
