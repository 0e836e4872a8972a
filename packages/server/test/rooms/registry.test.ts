import { createSeededRandom } from '@tygase/testkit/sim'
import { describe, expect, test } from 'vitest'
import { newRoomId, parseRoomPath } from '../../src/rooms/room-path.js'

describe('the path of a room', () => {
  test.each([
    ['/arena', '', { name: 'arena', id: undefined }],
    ['/arena/42', '', { name: 'arena', id: '42' }],
    ['/arena/A-b_9', '', { name: 'arena', id: 'A-b_9' }],
    ['/games/arena/42', '/games', { name: 'arena', id: '42' }],
    ['/games', '', { name: 'games', id: undefined }],
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

test('a new id is one that a path can have, and no two are the same', () => {
  const random = createSeededRandom(3)
  const ids = Array.from({ length: 1000 }, () => newRoomId(random))
  expect(new Set(ids).size).toBe(1000)
  expect(ids.filter((id) => parseRoomPath(`/arena/${id}`)?.id !== id)).toEqual([])
})
