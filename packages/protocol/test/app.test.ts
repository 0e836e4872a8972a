import { decodeValue, encodeValue } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import {
  type Credentials,
  type GameInfo,
  isReserved,
  maxCredentialsBytes,
  readCredentials,
  readGameInfo,
  writeCredentials,
  writeGameInfo,
} from '../src/internal.js'

const room = { kind: 'arena', id: '42', maxClients: 8, metadata: { map: 'ice' } }
const info: GameInfo = { host: 'a', running: true, tickRate: 20, sendEveryTicks: 1, tick: 7, atMs: 350.5, room }

describe('information about the game', () => {
  test.each([
    info,
    { ...info, host: null },
    { ...info, tickRate: 1.5 },
    { ...info, atMs: -3 },
    { ...info, time: 0.25 },
    { ...info, maxRewindMs: 250 },
    { ...info, room: { ...room, maxClients: null, metadata: null } },
  ])('%o is read as it was written', (value) => {
    expect(readGameInfo(decodeValue(writeGameInfo(value)))).toEqual(value)
  })

  test('may have no metadata', () => {
    const without = { ...info, room: { ...room, metadata: undefined } }
    expect(readGameInfo(decodeValue(writeGameInfo(without)))).toEqual(without)
  })

  test('from a later server may have more parts', () => {
    const later = { ...info, weather: 'fine', room: { ...room, floor: 3 } }
    expect(readGameInfo(later)).toMatchObject(info)
  })

  test.each([
    undefined,
    null,
    'x',
    [],
    {},
    { ...info, host: 1 },
    { ...info, running: 'yes' },
    { ...info, tickRate: 0 },
    { ...info, tickRate: Number.NaN },
    { ...info, tickRate: Number.POSITIVE_INFINITY },
    { ...info, sendEveryTicks: '1' },
    { ...info, maxRewindMs: -1 },
    { ...info, tick: -1 },
    { ...info, atMs: Number.NaN },
    { ...info, time: -1 },
    { ...info, time: '1' },
    { ...info, room: undefined },
    { ...info, room: [] },
    { ...info, room: { ...room, kind: 1 } },
    { ...info, room: { ...room, id: undefined } },
    { ...info, room: { ...room, maxClients: '8' } },
    { ...info, room: { ...room, maxClients: undefined } },
  ])('is not %o', (value) => {
    expect(readGameInfo(value)).toBeUndefined()
  })
})

describe('credentials', () => {
  test.each<Credentials>([
    {},
    { credentials: { token: 'x' } },
    { ticket: 't' },
    { data: { name: 'Ada' } },
    { version: 0 },
    { credentials: null, ticket: 't', data: null, version: 3 },
  ])('%o are read as they were written', (credentials) => {
    expect(readCredentials(writeCredentials(credentials))).toEqual(credentials)
  })

  test('take no bytes if there are none', () => {
    expect(writeCredentials({})).toEqual(new Uint8Array(0))
  })

  test.each([
    ['a value that cannot travel', { data: () => {} }, 'invalid_value'],
    ['more bytes than fit into a hello', { credentials: 'x'.repeat(maxCredentialsBytes) }, 'value_too_large'],
  ])('of %s are refused when they are written', (_, credentials, code) => {
    expect(() => writeCredentials(credentials)).toThrow(expect.objectContaining({ code }))
  })

  test.each([
    ['no payload', new Uint8Array([0x16])],
    ['no object', encodeValue('x')],
    ['an array', encodeValue([])],
    ['a ticket that is no text', encodeValue({ ticket: 1 })],
    ['a version that is no number', encodeValue({ version: '1' })],
    ['a version below 0', encodeValue({ version: -1 })],
    ['a version with a fraction', encodeValue({ version: 1.5 })],
    ['more bytes than are allowed', encodeValue({ credentials: 'x'.repeat(maxCredentialsBytes) })],
  ])('with %s are refused when they are read', (_, bytes) => {
    expect(readCredentials(bytes)).toBeUndefined()
  })
})

test('names that begin with $ are reserved', () => {
  expect([isReserved('$x'), isReserved('x$'), isReserved('')]).toEqual([true, false, false])
})
