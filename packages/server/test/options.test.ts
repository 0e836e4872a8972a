import { describe, expect, test } from 'vitest'
import { checkCounts, settle } from '../src/option-rows.js'
import { roomOptionRows, runOptionRows, serverOptionRows } from '../src/option-tables.js'
import { setRoomStage } from './support/stage.js'

const invalid = expect.objectContaining({ code: 'invalid_argument' })

describe('the tables of options', () => {
  test.each([
    ['new Server', Object.values(serverOptionRows)],
    ['a kind of room', Object.values(roomOptionRows)],
    ['run', runOptionRows],
  ])('of %s name each option once, with a meaning in a sentence', (_, rows) => {
    const names = rows.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    for (const { meaning } of rows) expect(meaning).toMatch(/^[A-Z`].*\.$/s)
  })

  test('have keys that are the names', () => {
    for (const rows of [serverOptionRows, roomOptionRows]) {
      for (const [key, { name }] of Object.entries(rows)) expect(name).toBe(key)
    }
  })

  test('give the defaults, which pass their own checks', () => {
    const settled = settle('a kind of room', roomOptionRows, {})
    expect(settled).toMatchObject({ maxClients: Number.POSITIVE_INFINITY, sendEveryTicks: 1, hostShutsDown: 'nothing' })
    expect(settle('a kind of room', roomOptionRows, settled)).toEqual(settled)
    expect(settle('new Server', serverOptionRows, settle('new Server', serverOptionRows, {}))).toMatchObject({
      maxSessions: 10_000,
    })
  })
})

test.each<[Record<string, number>]>([[{ a: 1 }], [{ a: Number.POSITIVE_INFINITY, b: 5 }]])(
  'counts are %j',
  (counts) => {
    expect(() => checkCounts(counts)).not.toThrow()
  },
)

test.each([0, -1, 1.5, Number.NaN, Number.NEGATIVE_INFINITY, '3' as never])('a count is not %s', (count) => {
  expect(() => checkCounts({ many: count })).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining('many') }),
  )
})

describe('an unknown option', () => {
  test('of a call throws, and the call does nothing', async () => {
    const { server } = await setRoomStage()
    const room = await server.createRoom('field', { id: '1' })
    const wrong = { reson: 'typo' } as never
    await expect(server.createRoom('field', wrong)).rejects.toEqual(invalid)
    await expect(server.shutdown(wrong)).rejects.toEqual(invalid)
    expect(() => server.listRooms(wrong)).toThrow(invalid)
    expect(() => room.reserve(wrong)).toThrow(invalid)
    expect(() => room.close(wrong)).toThrow(invalid)
    expect(() => room.dispatchEvent('news' as never, 'x' as never, wrong)).toThrow(invalid)
    expect(() => room.channels.create('chat', wrong)).toThrow(invalid)
    expect([server.running, server.rooms.size, room.status, room.channels.has('chat')]).toEqual([
      true,
      1,
      'open',
      false,
    ])
  })

  test.each([
    [{ maxClient: 8 }, "a kind of room has no option 'maxClient': did you mean 'maxClients'?"],
    [{ ONJOIN: () => {} }, "a kind of room has no option 'ONJOIN': did you mean 'onJoin'?"],
    [{ size: 8 }, /^a kind of room has no option 'size'; it has seed, .*, onShutdown$/],
  ])('%j is refused with the option that it is like, or with all', async (options, message) => {
    await expect(setRoomStage({}, options as never)).rejects.toThrow(message)
  })

  test.each([[{ channels: { clientsMay: true } }], [{ save: { intervall: 5 } }], [{ limits: { gracems: 5 } }]])(
    'within %j throws',
    async (options) => {
      await expect(setRoomStage({}, options as never)).rejects.toEqual(invalid)
    },
  )
})
