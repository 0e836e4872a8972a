import { silentLogger } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { parseRoomPath } from '../../src/rooms/registry.js'
import { field, setRoomStage } from '../support/stage.js'

describe('the path of a room', () => {
  test.each([
    ['/arena', '', { kind: 'arena', id: undefined }],
    ['/arena/42', '', { kind: 'arena', id: '42' }],
    ['/arena/A-b_9', '', { kind: 'arena', id: 'A-b_9' }],
    ['/games/arena/42', '/games', { kind: 'arena', id: '42' }],
    ['/games', '', { kind: 'games', id: undefined }],
  ])('%s below %j', (path, base, read) => {
    expect(parseRoomPath(path, base)).toEqual(read)
  })

  test.each([
    ['', ''],
    ['/', ''],
    ['arena', ''],
    ['//42', ''],
    ['/arena/', ''],
    ['/arena/%34', ''],
    ['/arena/..', ''],
    ['/arena/a b', ''],
    ['/_arena/1', ''],
    ['/arena/1/2', ''],
    ['/arena/1', '/games'],
    ['/gamesarena/1', '/games'],
    ['/arena\n/1', ''],
  ])('is not %j below %j', (path, base) => {
    expect(parseRoomPath(path, base)).toBeUndefined()
  })
})

test('a new id is one that a path can have, and no two are the same', async () => {
  const { server } = await setRoomStage()
  for (let i = 0; i < 200; i++) await server.createRoom('field')
  const ids = [...server.rooms.values()].map(({ id }) => id)
  expect(new Set(ids).size).toBe(200)
  expect(ids.filter((id) => parseRoomPath(`/arena/${id}`)?.id !== id)).toEqual([])
})

test('a room whose first state cannot be made is refused with room_failed, and the log has the cause and the name', async () => {
  const entries: unknown[] = []
  const logger = { ...silentLogger, error: (entry: unknown) => void entries.push(entry) }
  const server = new Server({ logger })
  const bug = new Error('a bug')
  const initialState = () => {
    throw bug
  }
  server.define('field', { ...field, initialState })
  await expect(server.createRoom('field', { id: '7' })).rejects.toMatchObject({ code: 'room_failed', cause: bug })
  expect([entries, server.rooms.size]).toEqual([[{ err: bug, room: 'field/7' }], 0])
})
