import { maxPresentedBytes } from '@tygase/protocol'
import { decodePayload } from '@tygase/protocol/payload'
import { describe, expect, test } from 'vitest'
import { ClientError } from '../src/index.js'
import { setStage, turnOf } from './support/stage.js'

describe('what a client presents', () => {
  test.each([
    [{}, undefined],
    [{ credentials: { token: 'x' } }, { credentials: { token: 'x' } }],
    [{ ticket: 't' }, { ticket: 't' }],
    [
      { credentials: null, ticket: 't' },
      { credentials: null, ticket: 't' },
    ],
  ])('with the options %j goes with its hello', async (options, presented) => {
    const { server, connected } = setStage()
    await connected(options)
    expect(decodePayload(server.hello!.credentials)).toEqual(presented)
  })

  test.each([
    ['no plain value', () => {}],
    ['more than fits', 'x'.repeat(maxPresentedBytes)],
  ])('cannot be %s', async (_, credentials) => {
    const { dial, server } = setStage()
    await expect(dial({ credentials })).rejects.toMatchObject({ code: 'invalid_argument' })
    expect(server.dials).toBe(0)
  })
})

describe('a refusal', () => {
  test.each([
    ['room_full: the room takes no more clients', { code: 'room_full', message: 'the room takes no more clients' }],
    ['banned: until: Monday', { code: 'banned', message: 'until: Monday' }],
    ['Go away: now', undefined],
    ['the server does not let this client in', undefined],
  ])('for the reason %j has the code and the words %j', async (reason, refusal) => {
    const { clock, server, dial } = setStage()
    server.refusal = 'refused'
    server.refusalReason = reason
    const refused = dial().catch((error: unknown) => error)
    await turnOf(clock)
    clock.advance(100)
    expect(await refused).toMatchObject({ code: 'connect_refused', closeInfo: { code: 'refused', reason } })
    expect(((await refused) as ClientError).refusal).toEqual(refusal)
  })

  test('is nothing that another error has', () => {
    expect(new ClientError('connect_timeout', 'x').refusal).toBeUndefined()
    const closeInfo = { code: 'kicked', reason: 'a: b', byPeer: true } as const
    expect(new ClientError('connection_closed', 'x', { closeInfo }).refusal).toBeUndefined()
  })
})
