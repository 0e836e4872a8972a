import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempFolder } from '../storage/temp-folder.js'
import { run } from './stage.js'

const nowhere = join(tempFolder(), 'nowhere.db')
const tokens = ['--issuer', 'lobby', '--game', 'arena']

test.each([[['--help']], [['-h']], [['user', '--help']], [['token', 'issue', '--help']]])(
  '%j shows what there is',
  async (args) => {
    const { status, out, err } = await run(args)
    expect([status, err]).toEqual([0, ''])
    for (const part of ['user add', 'user passwd', 'user remove', 'user list', 'token issue', 'token verify', '--db']) {
      expect(out).toContain(part)
    }
  },
)

const wrong: [args: string[], message: string][] = [
  [[], 'user or token?'],
  [['users'], 'there is no users'],
  [['user'], 'user takes add, list, remove or passwd'],
  [['user', 'ad', 'foo'], 'there is no user ad'],
  [['user', 'add', 'foo'], '--db says in which file the accounts are'],
  [['user', 'add', '--db', nowhere], 'one NAME, please; the password is asked for'],
  [['user', 'add', 'foo', '1234', '--db', nowhere], 'one NAME, please; the password is asked for'],
  [['user', 'list', 'foo', '--db', nowhere], 'user list takes no foo'],
  [['user', 'list', '--db', nowhere], `there is no file ${nowhere}`],
  [['user', 'remove', 'foo', '--db', nowhere], `there is no file ${nowhere}`],
  [['user', 'passwd', 'foo', '--db', nowhere], `there is no file ${nowhere}`],
  [['user', 'list', '--issuer', 'lobby', '--db', nowhere], 'user takes no --issuer'],
  [['user', 'add', 'foo', '--password', 'x'], 'Unknown option'],
  [['token'], 'token takes issue or verify'],
  [['token', 'make'], 'there is no token make'],
  [['token', 'issue', 'ada'], '--issuer and --game say whose tokens, and for which game'],
  [['token', 'issue', ...tokens], 'one USER, please'],
  [['token', 'verify', 'a.b.c', ...tokens], 'the token is piped in, or typed when it is asked for'],
  [['token', 'issue', 'ada', ...tokens, '--expires', '10'], '--expires is a time like 30 min, 12 h or 7 d, not 10'],
  [['token', 'issue', 'ada', ...tokens, '--claims', '[]'], '--claims is an object as JSON, not []'],
  [['token', 'issue', 'ada', ...tokens, '--claims', '{'], '--claims is an object as JSON, not {'],
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
