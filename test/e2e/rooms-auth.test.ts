import { createTokens, tokenAuth } from '@tygase/auth'
import type { Transport } from '@tygase/protocol'
import { describe, expect, test } from 'vitest'
import type { WebSocket } from 'ws'
import type { arena } from './support/arena.js'
import { connect } from './support/patient.js'
import { refusalOf, runRooms } from './support/room-stage.js'
import { openStranger } from './support/stranger.js'

const secret = 'a secret of thirty-two characters'
const options = { secret, issuer: 'https://lobby.example', gameId: 'arena' }
const tokens = createTokens(options)

/** A token that anybody can write: signed by nobody. */
function unsigned(): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const exp = 4_000_000_000
  return `${part({ alg: 'none' })}.${part({ sub: 'ada', iss: options.issuer, aud: 'arena', exp })}.`
}

describe('a room that asks for tokens', () => {
  test('lets in who has one, by its name, and shows it to the others [G1] [G3]', async () => {
    const { server, join } = await runRooms({ auth: tokenAuth(tokens) })
    const credentials = await tokens.issue('ada', { expiresInS: 60, claims: { name: 'Ada' } })
    const connection = await join('/arena/42', { credentials })
    expect([...server.rooms.get('arena/42')!.clients.values()].map(({ userId }) => userId)).toEqual(['ada'])
    expect([...connection.members.values()].map(({ userId, name }) => [userId, name])).toEqual([['ada', 'Ada']])
  })

  test.each([
    ['none', async () => undefined, 'token_missing'],
    ['one that nobody has signed', async () => unsigned(), 'token_invalid'],
    ['one of another secret', () => forged({ secret: secret.toUpperCase() }), 'token_invalid'],
    ['one of another issuer', () => forged({ issuer: 'https://elsewhere.example' }), 'token_invalid'],
    ['one of another game', () => forged({ gameId: 'chess' }), 'token_invalid'],
  ])('refuses who has %s, and makes no room for it [G2]', async (_, make, code) => {
    const { server, join } = await runRooms({ auth: tokenAuth(tokens) })
    expect(await refusalOf(join('/arena/42', { credentials: await make() }))).toBe(code)
    expect(server.stats).toMatchObject({ rooms: 0, sessions: 0 })
  })
})

test('a token in the header of the upgrade does as well [G3]', async () => {
  const { server, url } = await runRooms({ auth: tokenAuth(tokens) })
  const authorization = `Bearer ${await tokens.issue('ada', { expiresInS: 60 })}`
  const { socket, opened } = openStranger(url('/arena/42'), { headers: { authorization } })
  await opened
  const connection = await connect<typeof arena>({ path: '/arena/42', openTransport: () => transportOf(socket) })
  expect([...server.rooms.get('arena/42')!.clients.values()].map(({ userId }) => userId)).toEqual(['ada'])
  await connection.disconnect()
})

async function forged(other: Partial<typeof options>): Promise<string> {
  return createTokens({ ...options, ...other }).issue('ada', { expiresInS: 60 })
}

/** A WebSocket that is open, as a transport. */
function transportOf(socket: WebSocket): Transport {
  const transport: Transport = {
    reliable: true,
    bufferedBytes: 0,
    send: (bytes) => socket.send(bytes),
    close: (code, reason) => socket.close(code, reason),
    onBytes: undefined,
    onClose: undefined,
  }
  socket.on('message', (bytes: Buffer) => transport.onBytes?.(new Uint8Array(bytes)))
  socket.on('close', (code, reason) => transport.onClose?.(code, reason.toString()))
  return transport
}
