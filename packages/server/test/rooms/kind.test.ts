import { machineOptionRows, storeOptionRows } from '@tygase/gamestate/internal'
import { memoryStorage } from '@tygase/storage'
import { expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { roomOptionRows } from '../../src/option-tables.js'
import { field, setRoomStage } from '../support/stage.js'

const storage = memoryStorage()
const save = { version: 1, storage }

test.each<[string, object]>([
  ['onCreate', { onCreate: 'x' }],
  ['onJoin', { onJoin: 'x' }],
  ['onLeave', { onLeave: 1 }],
  ['onTick', { onTick: {} }],
  ['onShutdown', { onShutdown: true }],
  ['auth', { auth: null }],
  ["handler of 'add'", { handlers: { add: 'x' } }],
  ["handler of 'add'", { handlers: { add: undefined } }],
  ["'dance'", { handlers: { dance: () => {} } }],
  ["'toString'", { handlers: { toString: () => {} } }],
  ['private', { private: 'yes' }],
  ['sendMembers', { sendMembers: 0 }],
  ['maxClients', { maxClients: '8' }],
  ['idleGraceMs', { idleGraceMs: '30' }],
  ['latencyIntervalMs', { latencyIntervalMs: '30' }],
  ['metadata', { metadata: { map: 'x'.repeat(50_000) } }],
  ['metadata', { metadata: { map: () => {} } }],
  ['metadata', { metadata: 'lava' }],
  ['storage', { save: { version: 1 } }],
  ['version', { save: { ...save, version: -1 } }],
  ['version', { save: { ...save, version: '1' } }],
  ['intervalMs', { save: { ...save, intervalMs: -5 } }],
  ['migrate', { save: { ...save, migrate: 'x' } }],
  ['maxSavedRooms', { save: { ...save, maxSavedRooms: 0 } }],
  ['sendEveryTicks', { sendEveryTicks: 0 }],
  ['maxBufferedBytes', { maxBufferedBytes: 0 }],
  ['handOverHost', { handOverHost: 'no' }],
  ['maxVersions', { maxVersions: 0 }],
  ['maxAheadMs', { maxAheadMs: -1 }],
  ['maxAheadMs', { maxAheadMs: 60_001 }],
  ['maxRewindMs', { maxRewindMs: -1 }],
  ['maxRewindMs', { maxRewindMs: 5001 }],
  ['maxRewindMs', { maxRewindMs: Number.POSITIVE_INFINITY }],
  ['maxAgeMs', { maxAgeMs: -1 }],
  ['maxQueuedEvents', { maxQueuedEvents: 0 }],
  ['seed', { seed: 'x' }],
  ['maxChannels', { channels: { maxChannels: 0 } }],
  ['graceMs', { limits: { graceMs: -1 } }],
])('a wrong %s is refused where a kind of room is defined', (name, options) => {
  const server = new Server()
  expect(() => server.define('field', field, options)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(name) }),
  )
  // and leaves nothing behind
  expect(() => server.define('field', field)).not.toThrow()
})

test.each<[string, object]>([
  ['nothing', {}],
  ['hooks and handlers', { onJoin: () => {}, handlers: { add: () => {} } }],
  ['what is saved in a storage of its own', { save }],
  [
    'no end of times',
    { idleGraceMs: Number.POSITIVE_INFINITY, save: { ...save, intervalMs: Number.POSITIVE_INFINITY } },
  ],
])('%s is taken', async (_, options) => {
  const { server } = await setRoomStage({}, options)
  expect((await server.createRoom('field')).status).toBe('open')
})

test('a state to begin with is not made before there is a room', () => {
  let made = 0
  const game = { ...field, initialState: () => ({ ...field.initialState(), made: made++ }) }
  new Server().define('field', game)
  expect(made).toBe(0)
})

test.each([...storeOptionRows, ...machineOptionRows].filter(({ name }) => name in roomOptionRows && name !== 'seed'))(
  'the option $name of a room has the default of the store or the machine that gets it',
  ({ name, default: usual, code }) => {
    expect(roomOptionRows[name as keyof typeof roomOptionRows]).toMatchObject({ default: usual, ...(code && { code }) })
  },
)
