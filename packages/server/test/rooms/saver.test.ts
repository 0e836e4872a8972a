import { memoryStorage } from '@tygase/storage'
import { describe, expect, test } from 'vitest'
import { restoreState, saveState } from '../../src/rooms/saved-state.js'
import type { Storage } from '../../src/storage.js'
import { type Field, field, refusalOf, setRoomStage } from '../support/stage.js'

const save = { version: 1, intervalMs: 1000 }

/** What is kept of a room: the ids beside its state, and those that its state speaks of. */
async function keptOf(storage: Storage): Promise<[readonly string[], string[]] | undefined> {
  const saved = await restoreState<Field>(storage, 'rooms/field/1', { version: 1 })
  return saved && [saved.clientIds, [...saved.state.here.keys()]]
}

describe('a room that is restored has no rows of clients that were there when it was saved', () => {
  test.each([
    ['its process was killed', async () => {}],
    ['its server was shut down', (server: { shutdown(): Promise<void> }) => server.shutdown()],
  ])('where %s', async (_, end) => {
    const storage = memoryStorage()
    const first = await setRoomStage({ storage }, { save })
    const ids = [(await first.joined('/field/1')).session.clientId, (await first.joined('/field/1')).session.clientId]
    await first.pass(1500)
    await end(first.server)
    expect(await keptOf(storage)).toEqual([ids, ids])
    let seen: unknown
    const ticks: number[] = []
    const second = await setRoomStage(
      { storage },
      {
        save,
        onCreate: ({ store }) => {
          seen = [...(store.state as unknown as Field).here.keys()]
        },
        onTick: (_room, tick) => ticks.push(tick),
      },
    )
    const savedTick = (await restoreState(storage, 'rooms/field/1', { version: 1 }))!.tick
    const { store, session } = await second.joined('/field/1')
    expect(seen).toEqual([])
    expect([...store!.state.here.keys()]).toEqual([session.clientId])
    expect(ticks[0]).toBe(savedTick + 2)
    await second.pass(1500)
    expect(await keptOf(storage)).toEqual([[session.clientId], [session.clientId]])
  })

  test('and a leave from before it was saved does not run twice', async () => {
    const storage = memoryStorage()
    const { joined, pass, clock } = await setRoomStage({ storage }, { save })
    const [a, b] = [await joined('/field/1'), await joined('/field/1')]
    a.session.close('disconnected', '', clock.now())
    a.flush()
    await pass(1500)
    expect(await keptOf(storage)).toEqual([[b.session.clientId], [b.session.clientId]])
  })

  test('and one that was saved without ids is restored as it is', async () => {
    const storage = memoryStorage()
    const state = field.initialState()
    state.here.set('ghost', { joins: 1 } as never)
    await saveState<Field>(storage, 'rooms/field/1', { state, tick: 5, version: 1 })
    const { server } = await setRoomStage({ storage }, { save })
    const room = await server.createRoom<typeof field>('field', { id: '1' })
    expect([[...room.store.state.here.keys()], room.store.version]).toEqual([['ghost'], 5])
  })
})

test('the game time of a room that is restored goes on where it was: joins and leaves in its pauses do not count', async () => {
  const storage = memoryStorage()
  const first = await setRoomStage({ storage }, { save })
  const client = await first.joined('/field/1')
  void client.send('add', 1)
  client.flush()
  await first.pass(1000)
  const played = first.server.rooms.get('field/1')!
  played.pause()
  for (let i = 0; i < 5; i++) await first.joined('/field/1')
  const { time, tick } = played.machine
  expect(tick).toBeGreaterThan(time * field.tickRate)
  await first.server.shutdown({ endSessions: true })

  const second = await setRoomStage({ storage }, { save })
  const restored = await second.server.createRoom<typeof field>('field', { id: '1' })
  expect(restored.machine.time).toBeCloseTo(time, 9)
  await second.joined('/field/1')
  await second.pass(1000)
  const { machine } = restored
  expect(machine.time).toBeCloseTo((machine.tick - machine.untimedTicks) / field.tickRate, 9)
  expect(machine.time - time).toBeLessThan(1.3)
})

describe('of a kind of room', () => {
  test('no more are saved than may be, those that were there before counted; what is beyond is logged once', async () => {
    const storage = memoryStorage()
    await storage.put('rooms/other/1', 'not of this kind')
    const first = await setRoomStage({ storage }, { save })
    await (await first.server.createRoom('field', { id: '1' })).close()
    const { server, log } = await setRoomStage({ storage }, { save: { ...save, maxSavedRooms: 2 } })
    const rooms = await Promise.all(['1', '2', '3', '4'].map((id) => server.createRoom('field', { id })))
    await Promise.all(rooms.map((room) => room.close()))
    expect((await storage.list('rooms/field/')).length).toBe(2)
    expect(await storage.get('rooms/field/1')).toBeDefined()
    expect(log.warnings).toEqual(['rooms are not saved: there are too many of their kind in the storage'])
  })

  test('those that were there before are counted once each, also if the storage lists them in several parts', async () => {
    const storage = memoryStorage()
    for (let i = 0; i < 250; i++) await storage.put(`rooms/field/old-${i}`, 'a room')
    const { server } = await setRoomStage({ storage }, { save: { ...save, maxSavedRooms: 252 } })
    for (const id of ['1', '2', '3']) await (await server.createRoom('field', { id })).close()
    const isKept = async (id: string): Promise<boolean> => (await storage.get(`rooms/field/${id}`)) !== undefined
    expect(await Promise.all(['1', '2', '3'].map(isKept))).toEqual([true, true, false])
  })

  test('one that is forgotten leaves nothing, and makes place for another', async () => {
    const storage = memoryStorage()
    const { server } = await setRoomStage({ storage }, { save: { ...save, maxSavedRooms: 1 } })
    const room = await server.createRoom('field', { id: '1' })
    await room.close({ forget: true, reason: 'enough' })
    expect(await storage.list('rooms/')).toEqual([])
    await (await server.createRoom('field', { id: '2' })).close()
    await (await server.createRoom('field', { id: '3' })).close()
    expect((await storage.list('rooms/')).map(({ key }) => key)).toEqual(['rooms/field/2'])
  })

  test('one that is closing already may still be forgotten', async () => {
    const storage = memoryStorage()
    const { server } = await setRoomStage({ storage }, { save })
    const room = await server.createRoom('field', { id: '1' })
    await Promise.all([room.close({ reason: 'enough' }), room.close({ forget: true })])
    expect(await storage.list('rooms/')).toEqual([])
  })

  test.each([0, 1.5, Number.NaN])('maxSavedRooms is not %s', async (maxSavedRooms) => {
    await expect(setRoomStage({}, { save: { version: 1, maxSavedRooms } })).rejects.toMatchObject({
      code: 'invalid_argument',
    })
  })
})

describe('of a room that a client has made', () => {
  /** One comes to a room, does something there or nothing, and leaves. */
  async function visit(stage: Awaited<ReturnType<typeof setRoomStage>>, path: string, amount = 0) {
    const client = await stage.joined(path)
    if (amount !== 0) void client.send('add', amount)
    await stage.pass(100)
    client.session.close('disconnected', '', stage.clock.now())
    client.flush()
    await stage.pass(100)
  }

  test('nothing is saved when nothing has happened in it, and it takes no place of one in which something has', async () => {
    const storage = memoryStorage()
    const stage = await setRoomStage({ storage }, { save: { ...save, maxSavedRooms: 2 }, idleGraceMs: 500 })
    for (let i = 0; i < 4; i++) await visit(stage, `/field/${i}`)
    await visit(stage, '/field/played', 5)
    await stage.pass(1000)
    expect([stage.server.rooms.size, (await storage.list('rooms/')).map(({ key }) => key)]).toEqual([
      0,
      ['rooms/field/played'],
    ])
    expect(stage.log.warnings).toEqual([])
  })

  test('a state that was saved while a client was there is deleted when all is as it was before', async () => {
    const storage = memoryStorage()
    const stage = await setRoomStage({ storage }, { save: { ...save, maxSavedRooms: 1 } })
    const client = await stage.joined('/field/1')
    await stage.pass(1500)
    expect((await storage.list('rooms/')).length).toBe(1)
    client.session.close('disconnected', '', stage.clock.now())
    client.flush()
    await stage.pass(100)
    expect((await storage.list('rooms/')).length).toBe(0)
    await visit(stage, '/field/2', 5)
    expect((await storage.list('rooms/')).map(({ key }) => key)).toEqual(['rooms/field/2'])
  })

  test('what was saved before stays, though nothing has happened since', async () => {
    const storage = memoryStorage()
    const stage = await setRoomStage({ storage }, { save, idleGraceMs: 500 })
    await visit(stage, '/field/1', 5)
    await stage.pass(1000)
    await visit(stage, '/field/1')
    await stage.pass(1000)
    expect((await storage.list('rooms/')).length).toBe(1)
  })
})

describe('a room that is restored is what it was', () => {
  const metadata = { map: 'ice' }

  /** A private room that was locked and saved, and the server that has restored it since. */
  async function restored(roomOptions: Parameters<typeof setRoomStage>[1] = {}) {
    const storage = memoryStorage()
    const first = await setRoomStage({ storage }, { save })
    const room = await first.server.createRoom('field', { id: '1', private: true })
    room.metadata = metadata
    room.lock()
    await room.close()
    return setRoomStage({ storage }, { save, ...roomOptions })
  }

  test('private, locked, with its metadata: a client without a ticket is refused with room_locked, and its kind does not lead to it', async () => {
    const { server, joined } = await restored()
    expect(refusalOf(await joined('/field/1'))).toBe('room_locked')
    const room = server.rooms.get('field/1')!
    expect([room.isPrivate, room.isLocked, room.metadata, room.isOpen]).toEqual([true, true, metadata, false])
    expect([server.listRooms(), server.stats.sessions]).toEqual([[], 0])
    const { ticket } = room.reserve()
    expect(refusalOf(await joined('/field/1', { ticket }))).toBeUndefined()
    await joined('/field')
    expect([room.clients.size, server.rooms.size]).toEqual([1, 2])
  })

  test('and is known as such before clients find it: a client that asks for any room gets another one', async () => {
    const { server, join, pass } = await restored({ onCreate: (room) => room.unlock() })
    const [own, other] = [join('/field/1').client, join('/field').client]
    await pass(200)
    expect([own, other].map(refusalOf)).toEqual([undefined, undefined])
    expect(server.rooms.get('field/1')!.clients.size).toBe(1)
    expect(server.rooms.size).toBe(2)
  })

  test('unless createRoom is given other traits', async () => {
    const { server } = await restored()
    const room = await server.createRoom('field', { id: '1', private: false, metadata: { map: 'sand' } })
    expect([room.isPrivate, room.isLocked, room.metadata]).toEqual([false, true, { map: 'sand' }])
  })

  test('what it is like is saved on the interval, though its state has not changed', async () => {
    const storage = memoryStorage()
    const { server, joined, pass } = await setRoomStage({ storage }, { save })
    await joined('/field/1')
    await pass(1500)
    server.rooms.get('field/1')!.lock()
    await pass(1500)
    expect((await restoreState<Field>(storage, 'rooms/field/1', { version: 1 }))!.extra).toMatchObject({ locked: true })
  })

  test.each([undefined, 'rubbish', { private: 1, locked: true, metadata: {} }, { private: true, locked: true }])(
    'and what its kind is where %j was saved',
    async (extra) => {
      const storage = memoryStorage()
      await saveState<Field>(storage, 'rooms/field/1', { state: field.initialState(), tick: 5, version: 1, extra })
      const { server } = await setRoomStage({ storage }, { save, metadata })
      const room = await server.createRoom('field', { id: '1' })
      expect([room.isPrivate, room.isLocked, room.metadata]).toEqual([false, false, metadata])
    },
  )
})
