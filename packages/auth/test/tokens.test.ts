import { createHmac, generateKeyPairSync } from 'node:crypto'
import { SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { createTokens, type TokenOptions } from '../src/index.js'
import type { TokenKeys } from '../src/signing-key.js'

const secret = 'a secret of tests, 32 bytes and more'
const clock = { now: () => 1_700_000_000_000 }
const nowS = clock.now() / 1000
const base = { secret, issuer: 'lobby', gameId: 'arena', clock } as const

const pairs: [what: string, keys: Required<TokenKeys>][] = [
  ['Ed25519', generateKeyPairSync('ed25519')],
  ['P-256', generateKeyPairSync('ec', { namedCurve: 'P-256' })],
  ['RSA', generateKeyPairSync('rsa', { modulusLength: 2048 })],
  [
    'PEM text',
    generateKeyPairSync('ed25519', {
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    }),
  ],
]

const refused = (code: string) => expect.objectContaining({ name: 'RefusalError', code })
const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A token with any header and claims, signed with the secret as HS256 whatever the header says. */
function forged(header: object, claims: object, key: string = secret): string {
  const text = `${part(header)}.${part(claims)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

const header = { alg: 'HS256', typ: 'JWT' }
const claims = { iss: 'lobby', aud: 'arena', sub: 'ada', exp: nowS + 60 }

describe('a token', () => {
  test('says who somebody is, and until when', async () => {
    const tokens = createTokens(base)
    const token = await tokens.issue('ada', { expiresInS: 90, claims: { name: 'Ada', team: ['red', 7] } })
    expect(await tokens.verify(token)).toEqual({
      userId: 'ada',
      name: 'Ada',
      claims: { name: 'Ada', team: ['red', 7] },
      expiresAtMs: clock.now() + 90_000,
    })
  })

  test('holds for an hour where it is not told for how long, and says nothing else then', async () => {
    const tokens = createTokens(base)
    const identity = await tokens.verify(await tokens.issue('ada'))
    expect(identity).toEqual({ userId: 'ada', claims: {}, expiresAtMs: clock.now() + 3_600_000 })
  })

  test.each(pairs)('is issued with a private key and verified with the public one: %s', async (_, keys) => {
    const options = { issuer: 'lobby', gameId: 'arena', clock }
    const token = await createTokens({ ...options, keys }).issue('ada')
    const reader = createTokens({ ...options, keys: { publicKey: keys.publicKey } })
    expect((await reader.verify(token)).userId).toBe('ada')
    await expect(reader.issue('ada')).rejects.toMatchObject({ code: 'key_invalid' })
  })

  test('is refused with token_expired from its last millisecond on [G2]', async () => {
    let nowMs = clock.now()
    const tokens = createTokens({ ...base, clock: { now: () => nowMs } })
    const token = await tokens.issue('ada', { expiresInS: 60 })
    nowMs += 59_999
    expect((await tokens.verify(token)).userId).toBe('ada')
    nowMs += 1
    await expect(tokens.verify(token)).rejects.toEqual(refused('token_expired'))
  })

  test('is for the game that it was issued for, and for no other [G2]', async () => {
    const tokens = createTokens(base)
    const token = await tokens.issue('ada', { gameId: '41' })
    expect((await tokens.verify(token, '41')).userId).toBe('ada')
    await expect(tokens.verify(token, '42')).rejects.toEqual(refused('token_invalid'))
    await expect(tokens.verify(token)).rejects.toEqual(refused('token_invalid'))
  })
})

const wrong: [what: string, token: string][] = [
  ['another issuer', forged(header, { ...claims, iss: 'elsewhere' })],
  ['no issuer', forged(header, { ...claims, iss: undefined })],
  ['another game', forged(header, { ...claims, aud: 'chess' })],
  ['no game', forged(header, { ...claims, aud: undefined })],
  ['another game, and expired', forged(header, { ...claims, aud: 'chess', exp: nowS - 1 })],
  ['no user', forged(header, { ...claims, sub: undefined })],
  ['a user without a name', forged(header, { ...claims, sub: '' })],
  ['a user that is no text', forged(header, { ...claims, sub: 7 })],
  ['a user of 257 characters', forged(header, { ...claims, sub: 'a'.repeat(257) })],
  ['no end', forged(header, { ...claims, exp: undefined })],
  ['an end that is no number', forged(header, { ...claims, exp: 'never' })],
  ['a time at which it begins that is to come', forged(header, { ...claims, nbf: nowS + 10 })],
  ['another secret', forged(header, claims, 'another secret of at least 32 bytes')],
  ['alg none and no signature', `${part({ alg: 'none' })}.${part(claims)}.`],
  ['alg none and a signature', forged({ alg: 'none' }, claims)],
  ['alg None', `${part({ alg: 'None' })}.${part(claims)}.`],
  ['another algorithm of the same key', forged({ alg: 'HS512' }, claims)],
  ['no algorithm', forged({ typ: 'JWT' }, claims)],
  ['a header that must be understood and is not', forged({ ...header, crit: ['b64'], b64: false }, claims)],
  ['two parts', 'a.b'],
  ['five parts', 'a.b.c.d.e'],
  ['nothing in it', ''],
  ['no JSON in it', `${Buffer.from('x').toString('base64url')}.x.x`],
  ['more than 8,192 characters', forged(header, { ...claims, more: 'x'.repeat(8192) })],
]

describe('verify', () => {
  const tokens = createTokens(base)

  test('takes the token that the table below spoils', async () => {
    expect((await tokens.verify(forged(header, claims))).userId).toBe('ada')
  })

  test.each(wrong)('refuses a token with %s, with token_invalid [G2]', async (_, token) => {
    await expect(tokens.verify(token)).rejects.toEqual(refused('token_invalid'))
  })

  test('refuses what is no text', async () => {
    for (const token of [undefined, null, 7, {}]) {
      await expect(tokens.verify(token as never)).rejects.toEqual(refused('token_invalid'))
    }
  })

  test('refuses a token with any one character changed', async () => {
    const token = await tokens.issue('ada')
    for (let at = 0; at < token.length; at++) {
      // the last character of a signature has bits that mean nothing
      if (at === token.length - 1) continue
      const other = token[at] === 'A' ? 'B' : 'A'
      const changed = token.slice(0, at) + other + token.slice(at + 1)
      await expect(tokens.verify(changed), `character ${at}`).rejects.toEqual(refused('token_invalid'))
    }
  })

  test('does not take the public key of a pair for a secret', async () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      publicKeyEncoding: { type: 'spki', format: 'pem' },
      privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    })
    const reader = createTokens({ issuer: 'lobby', gameId: 'arena', clock, keys: { publicKey, privateKey } })
    await expect(reader.verify(forged(header, claims, publicKey))).rejects.toEqual(refused('token_invalid'))
  })

  test('reads what another library has issued', async () => {
    const token = await new SignJWT({ name: 'Ada' })
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer('lobby')
      .setAudience(['arena', 'chess'])
      .setSubject('ada')
      .setExpirationTime(nowS + 5)
      .sign(Buffer.from(secret))
    expect((await tokens.verify(token)).name).toBe('Ada')
  })
})

const [, ed25519] = pairs[0]!
const badOptions: [what: string, options: object, code: string][] = [
  ['a short secret', { secret: 'x'.repeat(31) }, 'key_invalid'],
  ['a secret that is no text', { secret: 7 }, 'key_invalid'],
  ['neither secret nor keys', { secret: undefined }, 'invalid_argument'],
  ['both secret and keys', { keys: ed25519 }, 'invalid_argument'],
  ['no issuer', { issuer: '' }, 'invalid_argument'],
  ['an unknown option', { isuer: 'lobby' }, 'invalid_argument'],
  ['no game', { gameId: undefined }, 'invalid_argument'],
  ['a key that is none', { secret: undefined, keys: { publicKey: 'x' } }, 'key_invalid'],
  ['a private key for a public one', { secret: undefined, keys: { publicKey: ed25519.privateKey } }, 'key_invalid'],
  [
    'keys that are no pair',
    { secret: undefined, keys: { ...ed25519, privateKey: generateKeyPairSync('ed25519').privateKey } },
    'key_invalid',
  ],
  [
    'RSA of 1,024 bits',
    { secret: undefined, keys: generateKeyPairSync('rsa', { modulusLength: 1024 }) },
    'key_invalid',
  ],
  [
    'a curve that is not P-256',
    { secret: undefined, keys: generateKeyPairSync('ec', { namedCurve: 'P-384' }) },
    'key_invalid',
  ],
]

test.each(badOptions)('createTokens refuses %s', (_, options, code) => {
  const create = () => createTokens({ ...base, ...options } as TokenOptions)
  expect(create).toThrow(expect.objectContaining({ name: 'AuthError', code }))
})

test.each([
  ['a user id of nothing', '', {}],
  ['a user id with a line end', 'a\nb', {}],
  ['no time at all', 'ada', { expiresInS: 0 }],
  ['more than 366 days', 'ada', { expiresInS: 367 * 24 * 3600 }],
  ['a claim of the token itself', 'ada', { claims: { aud: 'chess' } }],
  ['a game without a name', 'ada', { gameId: '' }],
])('issue refuses %s with invalid_argument', async (_, userId, options) => {
  await expect(createTokens(base).issue(userId, options)).rejects.toMatchObject({ code: 'invalid_argument' })
})

test.each([1, 366 * 24 * 3600])('issue takes the least and the most time, %i s', async (expiresInS) => {
  const tokens = createTokens(base)
  const { expiresAtMs } = await tokens.verify(await tokens.issue('ada', { expiresInS }))
  expect(expiresAtMs).toBe(clock.now() + expiresInS * 1000)
})
