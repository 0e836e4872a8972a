import { generateKeyPairSync } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { createTokens } from '../../src/index.js'
import { tempFolder } from '../temp-folder.js'
import { run } from './stage.js'

const folder = tempFolder()
const { publicKey, privateKey } = generateKeyPairSync('ed25519', {
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}
const privateFile = fileOf('private.pem', privateKey)
const publicFile = fileOf('public.pem', publicKey)
const env = { TYGASE_TOKEN_SECRET: 'a secret of tests, 32 bytes and more' }
const flags = ['--issuer', 'lobby', '--game', 'arena']

const issue = (...more: string[]) => run(['token', 'issue', 'ada', ...flags, ...more], { env })

test('a token that was issued says what it was told, to the library and to verify', async () => {
  const { status, out, err } = await issue('--expires', '2 h', '--claims', '{"name": "Ada", "team": 7}')
  expect([status, err]).toEqual([0, ''])
  const tokens = createTokens({ secret: env.TYGASE_TOKEN_SECRET, issuer: 'lobby', gameId: 'arena' })
  const identity = await tokens.verify(out.trim())
  expect(identity).toMatchObject({ userId: 'ada', name: 'Ada', claims: { name: 'Ada', team: 7 } })
  const verified = await run(['token', 'verify', ...flags], { env, input: out })
  expect(verified.status).toBe(0)
  expect(JSON.parse(verified.out)).toEqual({
    userId: 'ada',
    name: 'Ada',
    claims: { name: 'Ada', team: 7 },
    expiresAt: new Date(identity.expiresAtMs ?? 0).toISOString(),
  })
})

test('keys of a pair are read from files: the private one issues and verifies, the public one verifies', async () => {
  const { out } = await issue('--key-file', privateFile)
  for (const file of [privateFile, publicFile]) {
    expect((await run(['token', 'verify', ...flags, '--key-file', file], { input: out })).status).toBe(0)
  }
  const byPublic = await run(['token', 'issue', 'ada', ...flags, '--key-file', publicFile])
  expect(byPublic).toMatchObject({ status: 1, out: '', err: expect.stringContaining('private key') })
})

test.each([
  ['another game', ['--issuer', 'lobby', '--game', 'chess']],
  ['another issuer', ['--issuer', 'elsewhere', '--game', 'arena']],
])('a token for %s is refused with 1', async (_, other) => {
  const { out } = await issue()
  expect(await run(['token', 'verify', ...other], { env, input: out })).toEqual({
    status: 1,
    out: '',
    err: 'tygase: the token is not valid for this game\n',
  })
})

test.each([
  ['no secret', {}, 'TYGASE_TOKEN_SECRET must have at least 32 characters'],
  ['a short secret', { TYGASE_TOKEN_SECRET: 'swordfish' }, 'TYGASE_TOKEN_SECRET must have at least 32 characters'],
])('with %s it ends with 2 and does not print it', async (_, wrongEnv, message) => {
  const { status, out, err } = await run(['token', 'issue', 'ada', ...flags], { env: wrongEnv })
  expect([status, out]).toEqual([2, ''])
  expect(err).toContain(message)
  expect(err).not.toContain('swordfish')
})

test('a file that holds no key is refused, and nothing of it printed', async () => {
  const broken = fileOf('broken.pem', '-----BEGIN PRIVATE KEY-----\nswordfish\n-----END PRIVATE KEY-----\n')
  const { status, err } = await issue('--key-file', broken)
  expect(status).toBe(2)
  expect(err).toContain('does not contain a readable private key')
  expect(err).not.toContain('swordfish')
  const { status: ofText } = await issue('--key-file', fileOf('text.pem', 'swordfish'))
  expect(ofText).toBe(1)
})
