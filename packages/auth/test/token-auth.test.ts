import type { AuthRequest } from '@tygase/server'
import { expect, test } from 'vitest'
import { createTokens, tokenAuth } from '../src/index.js'

const clock = { now: () => 1_700_000_000_000 }
const tokens = createTokens({ secret: new Uint8Array(32).fill(7), issuer: 'lobby', gameId: '42', clock })
const auth = tokenAuth(tokens)
const good = await tokens.issue('ada')

const patience = { signal: new AbortController().signal, timeoutMs: 4000 }
const request = (authorization?: string): AuthRequest => ({
  path: '/game/42',
  headers: authorization === undefined ? {} : { authorization },
  address: '203.0.113.7',
  ...patience,
})
const inProcess: AuthRequest = { path: '/', headers: undefined, address: undefined, ...patience }

const ways: [what: string, credentials: unknown, request: AuthRequest][] = [
  ['as the credentials', good, request()],
  ['as the token of the credentials', { token: good }, request()],
  ['in the process of the server', good, inProcess],
  ['in the header', undefined, request(`Bearer ${good}`)],
  ['in the header, written otherwise', undefined, request(`bearer  ${good} `)],
  ['in the header, beside credentials that are about something else', { skin: 'blue' }, request(`Bearer ${good}`)],
  ['as the credentials, beside a header that holds another', good, request('Bearer nonsense')],
]

test.each(ways)('a client with a token %s is let in', async (_, credentials, how) => {
  expect(await auth(credentials, how)).toEqual({ userId: 'ada', claims: {}, expiresAtMs: clock.now() + 3_600_000 })
})

const none: [what: string, credentials: unknown, request: AuthRequest][] = [
  ['nothing', undefined, request()],
  ['nothing, in the process of the server', undefined, inProcess],
  ['null', null, request()],
  ['a token that is no text', { token: 7 }, request()],
  ['a token that its credentials have inherited', Object.create({ token: good }), request()],
  ['Basic', undefined, request('Basic YWRhOmFkYQ==')],
  ['Bearer and nothing', undefined, request('Bearer ')],
  ['two tokens in the header', undefined, request(`Bearer ${good} ${good}`)],
  ['two headers', undefined, { ...request(), headers: { authorization: [`Bearer ${good}`, `Bearer ${good}`] } }],
  ['a token in the URL', undefined, { ...request(), path: `/game/42?token=${good}`, query: { token: good } }],
]

test.each(none)('a client with %s is refused with token_missing [G2]', async (_, credentials, how) => {
  await expect(auth(credentials, how)).rejects.toMatchObject({ name: 'RefusalError', code: 'token_missing' })
})

test.each([
  ['the credentials', 'nonsense', request(`Bearer ${good}`)],
  ['the header', undefined, request('Bearer nonsense')],
])('a client with nonsense in %s is refused with token_invalid [G2]', async (_, credentials, how) => {
  await expect(auth(credentials, how)).rejects.toMatchObject({ code: 'token_invalid' })
})

test('the path may name the game: a token of game 41 does not let into 42 [G2]', async () => {
  const byPath = tokenAuth(tokens, { gameIdOf: ({ path }) => path.split('/').at(-1) ?? '' })
  const of41 = await tokens.issue('ada', { gameId: '41' })
  const at = (id: number) => ({ ...request(`Bearer ${of41}`), path: `/game/${id}` })
  expect(await byPath(undefined, at(41))).toMatchObject({ userId: 'ada' })
  await expect(byPath(undefined, at(42))).rejects.toMatchObject({ code: 'token_invalid' })
})
