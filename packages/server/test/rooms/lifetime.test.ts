import { memoryStorage } from '@tygase/storage'
import { describe, expect, test } from 'vitest'
import { refusalOf, setRoomStage } from '../support/stage.js'

describe('an empty room', () => {
  test('goes when its grace is over, with its machine and every timer; the next client finds a new one [G9]', async () => {
    const { server, joined, pass, clock } = await setRoomStage({}, { idleGraceMs: 5000 })
    const client = await joined('/field/1')
    void client.send('add', 5)
    await pass(100)
    const room = server.rooms.get('field/1')!
    client.session.close('disconnected', '', clock.now())
    client.flush()
    await pass(4900)
    expect(server.rooms.get('field/1')).toBe(room)
    await pass(300)
    expect([server.rooms.size, room.status, room.machine.running]).toEqual([0, 'closed', false])
    await pass(2000)
    expect(clock.pending).toBe(0)
    const next = await joined('/field/1')
    expect(server.rooms.get('field/1')).not.toBe(room)
    expect(next.store?.state.sum).toBe(0)
  })

  test('rests meanwhile: its time stands still, and the one timer there is ends it', async () => {
    const { server, clock, pass } = await setRoomStage({}, { idleGraceMs: 60_000 })
    const room = await server.createRoom('field', { id: '1' })
    await pass(2000)
    expect([room.machine.running, room.machine.tick, clock.pending]).toEqual([false, 0, 1])
  })

  test('200 of them that are kept need no timer at all', async () => {
    const { server, clock, pass } = await setRoomStage({}, { idleGraceMs: Number.POSITIVE_INFINITY })
    for (let i = 0; i < 200; i++) await server.createRoom('field')
    await pass(1000)
    expect([server.rooms.size, clock.pending]).toEqual([200, 0])
  })

  test('runs the leaves of its last clients before it rests', async () => {
    const { server, joined, pass, clock } = await setRoomStage()
    const client = await joined('/field/1')
    const room = server.rooms.get('field/1')!
    client.session.close('disconnected', '', clock.now())
    client.flush()
    await pass(500)
    expect(room.machine.running).toBe(false)
    expect((room.store.state as { here: { size: number } }).here.size).toBe(0)
  })

  test('goes on where it was if a client comes in time', async () => {
    const { server, joined, pass, clock } = await setRoomStage({}, { idleGraceMs: 5000 })
    const client = await joined('/field/1')
    void client.send('add', 5)
    await pass(100)
    client.session.close('disconnected', '', clock.now())
    client.flush()
    await pass(4000)
    const next = await joined('/field/1')
    expect(next.store?.state.sum).toBe(5)
    await pass(10_000)
    expect(server.rooms.get('field/1')?.machine.running).toBe(true)
    expect(next.session.status).toBe('connected')
  })

  test('runs on where it is to', async () => {
    const { server, pass } = await setRoomStage({}, { runWhenEmpty: true, idleGraceMs: 3000 })
    const room = await server.createRoom('field', { id: '1' })
    await pass(2000)
    expect(room.machine.tick).toBeGreaterThanOrEqual(39)
    await pass(1500)
    expect(room.status).toBe('closed')
  })

  test('waits for those for whom a place is kept, and not longer', async () => {
    const { server, pass } = await setRoomStage({}, { idleGraceMs: 1000 })
    const room = await server.createRoom('field', { id: '1' })
    room.reserve({ forMs: 3000 })
    await pass(2900)
    expect(room.status).toBe('open')
    await pass(200)
    expect(room.status).toBe('closed')
  })

  test('stays paused when its user has paused it', async () => {
    const { server, joined, pass } = await setRoomStage()
    await joined('/field/1')
    const room = server.rooms.get('field/1')!
    room.machine.stop()
    await joined('/field/1')
    await pass(500)
    expect(room.machine.running).toBe(false)
  })

  test('stays paused when its user has started and paused it while it was empty', async () => {
    const { server, joined, pass, clock } = await setRoomStage()
    const room = await server.createRoom('field', { id: '1' })
    room.machine.run(clock)
    room.machine.stop()
    await joined('/field/1')
    await pass(500)
    expect(room.machine.running).toBe(false)
  })

  test('ends as well if its machine is stopped before the leaves have run', async () => {
    const { server, joined, pass, clock } = await setRoomStage({}, { idleGraceMs: 1000 })
    const client = await joined('/field/1')
    const room = server.rooms.get('field/1')!
    client.session.close('disconnected', '', clock.now())
    client.flush()
    while (room.clients.size > 0) clock.advance(1)
    expect(room.machine.running).toBe(true)
    room.machine.stop()
    await pass(1100)
    expect([room.status, server.rooms.size]).toEqual(['closed', 0])
  })

  test('keeps a session that is suspended for its grace time', async () => {
    const { server, join, pass } = await setRoomStage({ limits: { graceMs: 3000 } }, { idleGraceMs: 0 })
    const { link } = join('/field/1')
    await pass(200)
    link.ends[1].close(4004, 'cut')
    await pass(2500)
    expect(server.rooms.size).toBe(1)
    await pass(1000)
    expect(server.rooms.size).toBe(0)
  })
})

describe('a room whose server is shut down and runs again', () => {
  test.each([
    ['stands still', true],
    ['runs', false],
  ])('has a machine that %s if it did before', async (_, isPaused) => {
    const { server, joined, pass } = await setRoomStage()
    await joined('/field/1')
    const { machine } = server.rooms.get('field/1')!
    if (isPaused) machine.stop()
    void server.shutdown()
    await pass(1000)
    expect(machine.running).toBe(false)
    await server.run({ port: false })
    expect(machine.running).toBe(!isPaused)
  })

  test('goes when it is empty, though its machine stood still', async () => {
    const { server, pass } = await setRoomStage({}, { idleGraceMs: 1000 })
    await server.createRoom('field', { id: '1' })
    void server.shutdown()
    await pass(5000)
    expect(server.rooms.size).toBe(1)
    await server.run({ port: false })
    await pass(1100)
    expect(server.rooms.size).toBe(0)
  })

  test.each([false, true])('stands still meanwhile, and sets no timer, with runWhenEmpty %s', async (runWhenEmpty) => {
    const { server, pass, clock } = await setRoomStage(
      {},
      { runWhenEmpty, onCreate: (room) => room.machine.run(clock), idleGraceMs: 1000 },
    )
    const room = await server.createRoom('field', { id: '1' })
    void server.shutdown()
    await pass(1000)
    const { tick } = room.machine
    await pass(2000)
    expect([room.status, room.machine.tick, clock.pending]).toEqual(['open', tick, 0])
  })
})

describe('a room that is being made', () => {
  const never = (): Promise<void> => new Promise(() => {})

  test('is given up if its onCreate does not end within 10 s: waiting clients are refused with room_failed', async () => {
    const { server, join, pass, log } = await setRoomStage({}, { onCreate: never })
    void server.createRoom('field', { id: '1' }).catch(() => {})
    await pass(9000)
    const { client } = join('/field/1')
    await pass(900)
    expect([client.session.status, server.rooms.size]).toEqual(['connecting', 1])
    await pass(300)
    expect([refusalOf(client), server.rooms.size, server.stats.sessions]).toEqual(['room_failed', 0, 0])
    expect(log.errors).toEqual(['a room cannot be made'])
  })

  test.each([
    ['waits for that', (room: { close(): Promise<void> }) => room.close()],
    ['never ends', (room: { close(): Promise<void> }) => Promise.all([room.close(), never()]).then(never)],
  ])('is over when its onCreate closes it and %s: who waits is refused with room_closed', async (_, onCreate) => {
    let shutdowns = 0
    const { server, join, pass } = await setRoomStage({}, { onCreate, onShutdown: () => void shutdowns++ })
    const { client } = join('/field/1')
    await pass(100)
    expect([refusalOf(client), server.rooms.size, shutdowns]).toEqual(['room_closed', 0, 1])
  })

  test('gives up at once when the server shuts down for good, and after 5 s when it is to run again', async () => {
    for (const [endSessions, ms] of [
      [true, 0],
      [false, 5000],
    ] as const) {
      const { server, pass } = await setRoomStage({}, { onCreate: never })
      const made = server.createRoom('field').catch(({ code }) => code)
      await pass(100)
      let isDown = false
      void server.shutdown({ endSessions }).then(() => {
        isDown = true
      })
      await pass(Math.max(10, ms - 10))
      expect(isDown).toBe(endSessions)
      await pass(20)
      expect([isDown, await made, server.rooms.size]).toEqual([true, 'room_closed', 0])
    }
  })

  test('fails with room_failed or room_closed in whatever turn it is closed, when its storage fails', async () => {
    const codes = new Set<unknown>()
    for (let turns = 0; turns < 20; turns++) {
      let fail = (_: Error): void => {}
      const get = () =>
        new Promise<never>((_, reject) => {
          fail = reject
        })
      const storage = Object.assign(memoryStorage(), { get })
      const { server, pass } = await setRoomStage({ storage }, { save: { version: 1 } })
      const made = server.createRoom('field', { id: '1' }).catch(({ code }) => code)
      const room = server.rooms.get('field/1')!
      fail(new Error('the disk is full'))
      for (let i = 0; i < turns; i++) await Promise.resolve()
      void room.close()
      await pass(10)
      codes.add(await made)
      expect([room.status, server.rooms.size]).toEqual(['closed', 0])
    }
    expect(codes).toEqual(new Set(['room_closed', 'room_failed']))
  })

  test('is given up when its storage does not answer within 10 s, and what is saved stays', async () => {
    const storage = Object.assign(memoryStorage(), { get: never })
    const { server, pass, log } = await setRoomStage({ storage }, { save: { version: 1 } })
    const made = server.createRoom('field').catch(({ code }) => code)
    await pass(10_100)
    expect([await made, server.rooms.size, log.errors]).toEqual(['room_failed', 0, ['a room cannot be made']])
  })
})

describe('a room that is closed', () => {
  test.each([
    ['by its own onShutdown', (room: { close(): Promise<void> }) => void room.close()],
    ['by its own onShutdown, which waits for that', (room: { close(): Promise<void> }) => room.close()],
  ])('%s is closed once', async (_, onShutdown) => {
    let calls = 0
    const { server, joined, pass } = await setRoomStage(
      {},
      {
        onShutdown: (room) => {
          calls++
          return onShutdown(room)
        },
      },
    )
    await joined('/field/1')
    void server.shutdown({ endSessions: true })
    await pass(5100)
    expect([calls, server.rooms.size]).toEqual([1, 0])
  })

  test('has a machine that stands still, even if a hook has started it', async () => {
    const { server, pass, clock } = await setRoomStage(
      {},
      { runWhenEmpty: true, onCreate: (room) => room.machine.run(clock) },
    )
    const room = await server.createRoom('field', { id: '1' })
    await room.close()
    await pass(100)
    expect([room.status, room.machine.running]).toEqual(['closed', false])
  })

  test('sends its clients the reason, and is made anew for clients that come meanwhile', async () => {
    let endShutdown = (): void => {}
    const onShutdown = () =>
      new Promise<void>((resolve) => {
        endShutdown = resolve
      })
    const { server, joined, join, pass } = await setRoomStage({}, { onShutdown })
    const client = await joined('/field/1')
    const room = server.rooms.get('field/1')!
    const closed = room.close({ reason: 'the match is over' })
    expect(room.status).toBe('closing')
    expect(() => room.reserve()).toThrow(expect.objectContaining({ code: 'room_closed' }))
    const { client: next } = join('/field/1')
    await pass(100)
    expect(next.session.status).toBe('connecting')
    endShutdown()
    await closed
    await pass(100)
    expect(client.session.closeInfo).toMatchObject({ code: 'shutdown', reason: 'the match is over' })
    expect(next.session.status).toBe('connected')
    expect(server.rooms.get('field/1')).not.toBe(room)
  })

  test('is not kept by an onShutdown that does not end for longer than 5 s', async () => {
    const { server, joined, pass, log } = await setRoomStage({}, { onShutdown: () => new Promise(() => {}) })
    await joined('/field/1')
    void server.rooms.get('field/1')!.close()
    await pass(4900)
    expect(server.rooms.size).toBe(1)
    await pass(200)
    expect(server.rooms.size).toBe(0)
    expect(log.errors).toEqual(['onShutdown of a room has not ended in time'])
  })
})

describe('a room that is saved', () => {
  test('is there again with its state when the next client comes, and without the rows of clients that left', async () => {
    const storage = memoryStorage()
    const { server, joined, pass, clock } = await setRoomStage({ storage }, { save: { version: 1 }, idleGraceMs: 1000 })
    const client = await joined('/field/1')
    void client.send('add', 5)
    await pass(200)
    const { tick } = server.rooms.get('field/1')!.machine
    client.session.close('disconnected', '', clock.now())
    client.flush()
    await pass(3000)
    expect(server.rooms.size).toBe(0)
    const next = await joined('/field/1')
    expect(next.store?.state.sum).toBe(5)
    expect(next.store?.state.here.size).toBe(1)
    expect(server.rooms.get('field/1')!.machine.tick).toBeGreaterThan(tick)
    expect((await joined('/field/2')).store?.state.sum).toBe(0)
  })

  test('saves on its interval, and when the server is shut down', async () => {
    const storage = memoryStorage()
    const { server, joined, pass } = await setRoomStage({ storage }, { save: { version: 1, intervalMs: 1000 } })
    const client = await joined('/field/1')
    expect(await storage.get('rooms/field/1')).toBeUndefined()
    await pass(1200)
    expect(await storage.get('rooms/field/1')).toBeDefined()
    void client.send('add', 5)
    await pass(200)
    await server.shutdown({ endSessions: true })
    await server.run({ port: false })
    expect((await joined('/field/1')).store?.state.sum).toBe(5)
  })

  test('is not made where what was saved cannot be read: its clients are refused with room_failed, and it stays as it is', async () => {
    const storage = memoryStorage()
    await storage.put('rooms/field/1', 'rubbish')
    const { server, joined, log } = await setRoomStage({ storage }, { save: { version: 1 } })
    expect(refusalOf(await joined('/field/1'))).toBe('room_failed')
    await expect(server.createRoom('field', { id: '1' })).rejects.toMatchObject({ code: 'room_failed' })
    expect(server.rooms.size).toBe(0)
    expect(log.errors).toContain('a room cannot be made')
    expect(await storage.get('rooms/field/1')).toBe('rubbish')
  })

  test('ends within 5 s where its storage does not answer any more', async () => {
    const storage = Object.assign(memoryStorage(), { put: () => new Promise<void>(() => {}) })
    const { server, joined, pass, log } = await setRoomStage({ storage }, { save: { version: 1 } })
    void (await joined('/field/1')).send('add', 5)
    await pass(100)
    void server.shutdown({ endSessions: true })
    await pass(5100)
    expect([server.rooms.size, log.errors]).toEqual([0, ['the last save of a room has not ended in time']])
  })

  test('needs a storage', async () => {
    await expect(setRoomStage({}, { save: { version: 1 } })).rejects.toMatchObject({ code: 'invalid_argument' })
  })
})
