import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { boolean, ConfigError, duration, integer, list, readConfig, secret, text } from '../../src/config/index.js'
import { tempFolder } from '../temp-folder.js'

const folder = tempFolder()
let count = 0

function fileOf(content: unknown): string {
  const path = join(folder, `${++count}.json`)
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

const spec = {
  port: integer({ min: 0, max: 65_535, default: 8080, env: 'PORT' }),
  hostname: text({ default: 'localhost' }),
  debug: boolean({ default: true }),
  allowedOrigins: list({ default: [] }),
  graceMs: duration({ default: 30_000 }),
}

function problemsOf(read: () => unknown): readonly string[] {
  try {
    read()
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'config_invalid') {
      expect(error.message).toBe(error.problems.join('\n'))
      return error.problems
    }
    throw error
  }
  return []
}

test('where nothing is given every setting has its default [G12]', () => {
  const config = readConfig(spec)
  expect(config).toEqual({ port: 8080, hostname: 'localhost', debug: true, allowedOrigins: [], graceMs: 30_000 })
  expect(Object.isFrozen(config)).toBe(true)
})

test('the environment comes before the file, the file before the default [G12]', () => {
  const file = fileOf({ port: 1, hostname: 'from-file', allowedOrigins: ['https://game.example'] })
  const config = readConfig(spec, { env: { PORT: '2', DEBUG: 'no' }, file })
  expect(config).toEqual({
    port: 2,
    hostname: 'from-file',
    debug: false,
    allowedOrigins: ['https://game.example'],
    graceMs: 30_000,
  })
})

test.each([
  ['debug', 'DEBUG'],
  ['maxSessions', 'MAX_SESSIONS'],
  ['maxSessionsPerIPAddress', 'MAX_SESSIONS_PER_IP_ADDRESS'],
  ['port2', 'PORT2'],
])('the variable of %s is %s, behind the prefix [G12]', (key, variable) => {
  expect(readConfig({ [key]: text() }, { env: { [`GAME_${variable}`]: 'x' }, prefix: 'GAME_' })).toEqual({ [key]: 'x' })
})

test('a variable that a setting names has no prefix, and an empty one counts as not given', () => {
  expect(readConfig(spec, { env: { PORT: '1', HOSTNAME: 'x' }, prefix: 'GAME_' })).toMatchObject({
    port: 1,
    hostname: 'localhost',
  })
  expect(readConfig(spec, { env: { PORT: '', DEBUG: '' } })).toMatchObject({ port: 8080, debug: true })
})

test('all that is wrong is named at once, each with its variable or its key [G12]', () => {
  const file = fileOf({ hostname: 7, allowedOrigins: 'a,,b', colour: 'red', __proto__x: 1 })
  const read = () =>
    readConfig({ ...spec, name: text() }, { env: { PORT: '70000', DEBUG: 'maybe', GRACE_MS: '10' }, file })
  expect(problemsOf(read)).toEqual([
    'PORT has to be a whole number from 0 to 65535, not "70000"',
    `"hostname" in ${file} has to be a text, not 7`,
    'DEBUG has to be true or false, not "maybe"',
    `"allowedOrigins" in ${file} has to be a list of texts, not "a,,b"`,
    'GRACE_MS has to be a time like 250 ms, 10 s or 5 min, from 0 ms, not "10"',
    `NAME or "name" in ${file} is missing: a text`,
    `"colour" in ${file} is no setting`,
    `"__proto__x" in ${file} is no setting`,
  ])
})

test('a wrong value of the environment is not made up for by a right one of the file [G12]', () => {
  expect(problemsOf(() => readConfig(spec, { env: { PORT: 'x' }, file: fileOf({ port: 1 }) })).length).toBe(1)
})

test('a secret is never printed, right or wrong [G12]', () => {
  const withSecret = { tokenSecret: secret({ minLength: 10 }), port: integer() }
  const right = readConfig(withSecret, { env: { TOKEN_SECRET: 'swordfish and more', PORT: '1' } })
  expect(right.tokenSecret.reveal()).toBe('swordfish and more')
  expect(JSON.stringify(right)).toBe('{"tokenSecret":"[secret]","port":1}')
  expect(problemsOf(() => readConfig(withSecret, { env: { TOKEN_SECRET: 'swordfish', PORT: '1' } }))).toEqual([
    'TOKEN_SECRET has to be a secret of at least 10 characters',
  ])
  const file = fileOf('{"tokenSecret": "swordfish" oops}')
  expect(() => readConfig(withSecret, { file })).toThrow(/^(?!.*swordfish)/)
})

test.each([
  ['is not there', join(folder, 'nowhere.json')],
  ['is no JSON', fileOf('{port: 1}')],
  ['is a list', fileOf([])],
  ['is null', fileOf('null')],
])('a file that %s is refused with config_file_unreadable [G12]', (_, file) => {
  const refused = expect.objectContaining({ code: 'config_file_unreadable', message: expect.stringContaining(file) })
  expect(() => readConfig(spec, { file })).toThrow(refused)
})

test('the type of each value follows from its setting', () => {
  const config = readConfig(spec)
  const typed: { readonly port: number; readonly debug: boolean; readonly allowedOrigins: readonly string[] } = config
  expect(typed.port).toBe(8080)
  // @ts-expect-error: a port is no text
  const wrong: string = config.port
  expect(wrong).toBe(8080)
})
