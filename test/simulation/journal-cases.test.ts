import { Server } from '@tygase/server'
import type { RoomCore } from '@tygase/server/internal'
import { links, MemoryJournal, type Simulation, simulate } from '@tygase/testkit'
import { describe, expect, it } from 'vitest'
import { type Bank, bank, bankOf, outside } from './support/bank.js'

const endless = { retries: Number.POSITIVE_INFINITY }

/** The bank as the newest process has it. */
const stateOf = (simulation: Simulation, key = 'bank/1'): Bank =>
  simulation.server.rooms.get(key)!.store.state as unknown as Bank

async function openBank(define: (server: Server, life: number) => void, clients = 2) {
  let lives = 0
  const play = await simulate({
    define: (server) => define(server, lives++),
    link: links.lan,
    onConnect: ({ connection }) => void connection.registerEventHandler('paid' as never, () => {}),
    clients: Array.from({ length: clients }, () => '/bank/1'),
    seed: 7,
  })
  const allConnected = () =>
    play.clients.every((client) => client.hasConnected && client.connection.status === 'connected')
  const crash = async (downMs = 100): Promise<void> => {
    play.serverProcess.crash()
    await play.serverProcess.restart({ downMs })
    await play.runUntil(allConnected, { timeoutMs: 20_000 })
  }
  const errors = () => play.problems.filter(({ level }) => level === 'error').map(({ message }) => message)
  return { play, crash, errors }
}

describe('a room that goes on in another process', () => {
  it('has its members, host, traits, pause, reserved seats and presences, and calls no hook of joins', async () => {
    const journal = new MemoryJournal()
    const hooks: string[] = []
    const { play, crash, errors } = await openBank((server, life) =>
      server.define('bank', bank, {
        save: { journal },
        maxClients: 3,
        onCreate: ({ clients }) => void hooks.push(`${life}: create with ${clients.size}`),
        onJoin: () => void hooks.push(`${life}: join`),
        onLeave: () => void hooks.push(`${life}: leave`),
      }),
    )
    const room = play.server.rooms.get('bank/1')!
    const ids = [...room.clients.keys()]
    await play.complete(play.clients[0]!.connection.request('pay' as never, { gold: 5 } as never))
    room.lock()
    room.metadata = { name: 'old' }
    const { ticket } = room.reserve({ forMs: 60_000 })
    play.clients[0]!.connection.presence.set({ x: 3 } as never)
    await play.step(300)
    room.pause()
    await play.step(300)
    const { time } = room.machine
    await crash()
    const again = play.server.rooms.get('bank/1')!
    expect(again).not.toBe(room)
    expect([...again.clients.keys()]).toEqual(ids)
    expect([again.hostClient, again.isLocked, again.metadata]).toEqual([room.hostClient, true, { name: 'old' }])
    expect([again.machine.running, again.machine.time]).toEqual([false, time])
    expect(hooks).toEqual(['0: create with 0', '0: join', '0: join', '1: create with 2'])
    await play.step(500)
    const { presence, members } = play.clients[1]!.connection
    expect([...presence.all]).toEqual([[ids[0], { x: 3 }]])
    expect([...members.values()].map(({ connected }) => connected)).toEqual([true, true])
    again.resume()
    const guest = play.addClient({ path: '/bank/1', connect: { ticket } })
    await play.complete(guest.connected)
    expect(again.clients.size).toBe(3)
    expect(errors()).toEqual([])
    await play.end()
  })

  it('ends a session at the end of its grace time, counted from the new process', async () => {
    const journal = new MemoryJournal()
    const left: string[] = []
    const { play } = await openBank((server) =>
      server.define('bank', bank, { save: { journal }, onLeave: ({ id }) => void left.push(id) }),
    )
    const { clientId } = play.clients[1]!.connection
    play.serverProcess.crash()
    play.clients[1]!.crash()
    await play.serverProcess.restart({ downMs: 20_000 })
    await play.step(29_000)
    expect(left).toEqual([])
    await play.step(2000)
    expect(left).toEqual([clientId])
    expect(stateOf(play).accounts.has(clientId)).toBe(false)
    await play.end()
  })

  it('ends for good when it has ended, and comes back no more', async () => {
    const journal = new MemoryJournal()
    const { play } = await openBank((server) => server.define('bank', bank, { save: { journal } }))
    await play.complete(play.server.rooms.get('bank/1')!.close())
    play.serverProcess.crash()
    await play.serverProcess.restart()
    expect(play.server.rooms.size).toBe(0)
  })
})

describe('an event with a handler', () => {
  it('has an id of its own, and runs once across a crash before and after its outcome', async () => {
    const journal = new MemoryJournal()
    const calls: string[] = []
    const answers: unknown[] = []
    let finish: (() => void)[] = []
    const { play, crash, errors } = await openBank((server) =>
      server.define('bank', bank, {
        save: { journal },
        handlers: {
          buy: ({ item }, _client, { id }) => {
            calls.push(`${item} ${id}`)
            return item === 'slow' ? new Promise<string>((done) => finish.push(() => done('slow'))) : `${item} bought`
          },
        },
      }),
    )
    const { connection } = play.clients[0]!
    const buy = (item: string) =>
      connection.dispatchEvent('buy' as never, { item } as never, {
        ...endless,
        onAck: (result: unknown) => void answers.push(result),
        onFail: ({ code }: { code: string }) => void answers.push(code),
      })
    buy('quick')
    await play.step(500)
    buy('slow')
    await play.step(500)
    await crash()
    await play.step(1000)
    finish = []
    buy('last')
    await play.step(1000)
    const id = connection.clientId
    expect(calls).toEqual([`quick bank/1/${id}/1`, `slow bank/1/${id}/2`, `last bank/1/${id}/3`])
    expect(answers).toEqual(['quick bought', 'event_lost', 'last bought'])
    expect(stateOf(play).accounts.get(id)?.bought).toBe(2)
    expect(errors()).toEqual([])
  })

  it('begins once that is written, and the events behind it wait for it', async () => {
    const order: string[] = []
    let journal: MemoryJournal | undefined
    const { play } = await openBank((server) => {
      journal ??= new MemoryJournal({
        clock: { now: () => 0, schedule: (ms, run) => play0().schedule(ms, run) },
        writeMs: 40,
      })
      server.define('bank', bank, { save: { journal }, handlers: { buy: ({ item }) => void order.push(item) } })
    }, 0)
    function play0() {
      return play.clock
    }
    const client = play.addClient({ path: '/bank/1' })
    await play.complete(client.connected)
    const { connection } = client
    const startMs = play.nowMs
    const done: number[] = []
    const onAck = () => void done.push(play.nowMs - startMs)
    connection.dispatchEvent('buy' as never, { item: 'a' } as never, { onAck })
    connection.dispatchEvent('pay' as never, { gold: 1 } as never, { onAck })
    connection.dispatchEvent('buy' as never, { item: 'b' } as never, { onAck })
    await play.settle()
    expect(order).toEqual(['a', 'b'])
    expect(done).toHaveLength(3)
    // two writes before its handler is called, and one before its ack
    expect(done[0]).toBeGreaterThan(80)
  })

  it('does not take events with it that wait behind it, also if one between these got lost', async () => {
    let journal: MemoryJournal | undefined
    let clock: Simulation['clock'] | undefined
    const { play, crash } = await openBank((server) => {
      const later = { now: () => 0, schedule: (ms: number, run: () => void) => clock!.schedule(ms, run) }
      journal ??= new MemoryJournal({ clock: later, writeMs: 400 })
      server.define('bank', bank, { save: { journal, snapshotMs: 100 }, handlers: { buy: () => {} } })
    }, 0)
    clock = play.clock
    const client = play.addClient({ path: '/bank/1' })
    await play.complete(client.connected)
    await play.step(2000)
    const { connection } = client
    const acked: string[] = []
    const failed: string[] = []
    const send = (name: string, retries: number): void => {
      const fates = {
        onAck: () => void acked.push(name),
        onFail: ({ code }: { code: string }) => void failed.push(`${name} ${code}`),
      }
      connection.dispatchEvent(name as never, { item: 'a', gold: 1 } as never, { retries, ...fates })
    }
    client.cut({ silent: true })
    send('buy', Number.POSITIVE_INFINITY)
    send('pay', Number.POSITIVE_INFINITY)
    send('pay', 0)
    await play.step(200)
    client.cut()
    await play.step(200)
    client.heal()
    await play.runUntil(() => connection.status === 'connected', { timeoutMs: 20_000 })
    send('pay', Number.POSITIVE_INFINITY)
    // a snapshot is made while the handler waits until it is written that it begins
    await play.step(600)
    await crash()
    await play.settle()
    expect({ acked, failed: failed.sort() }).toEqual({
      acked: ['pay', 'pay'],
      failed: ['buy event_lost', 'pay event_lost'],
    })
  })
})

describe('rules that do not make the same tick again', () => {
  it('are found by the digest with tick and key, and the room goes on from its snapshot with all its clients', async () => {
    const journal = new MemoryJournal()
    const { play, crash, errors } = await openBank((server) =>
      server.define('bank', bank, { save: { journal, snapshotMs: 5000 } }),
    )
    const [first] = play.clients
    await play.complete(first!.connection.request('pay' as never, { gold: 3 } as never))
    await play.step(5500)
    await play.complete(first!.connection.request('guess' as never))
    await play.step(1500)
    const late = play.addClient({ path: '/bank/1' })
    await play.complete(late.connected)
    await play.step(200)
    const { version } = play.server.rooms.get('bank/1')!.store
    outside.count += 100
    await crash()
    expect(errors()).toEqual([
      'the rules are not pure, or not those of before: the room goes on from its last snapshot',
    ])
    expect(JSON.stringify(play.problems)).toContain('journal_diverged')
    const { accounts, total, odd } = stateOf(play)
    expect([total, odd, accounts.size]).toEqual([3, 0, 3])
    expect(play.server.rooms.get('bank/1')!.store.version).toBeGreaterThan(version)
    // nothing is done twice, and what follows is done
    expect(await play.complete(first!.connection.request('pay' as never, { gold: 1 } as never))).toBe(4)
    await play.settle()
    expect(late.connection.state).toEqual(first!.connection.state)
  })
})

describe('another version of the game', () => {
  it('goes on with the migrated state of the last snapshot', async () => {
    const journal = new MemoryJournal()
    const migrate = (state: unknown) => ({ ...(state as Bank), total: 1000 }) as never
    const { play, errors } = await openBank((server, life) =>
      server.define('bank', life === 0 ? bank : bankOf(2), { save: { journal, migrate } }),
    )
    const [first] = play.clients
    await play.complete(first!.connection.request('pay' as never, { gold: 3 } as never))
    await play.complete(play.server.shutdown({ handOver: true }))
    play.serverProcess.crash()
    await play.serverProcess.restart()
    await play.runUntil(() => first!.connection.status === 'connected')
    expect(stateOf(play).total).toBe(1000)
    expect(await play.complete(first!.connection.request('pay' as never, { gold: 1 } as never))).toBe(1001)
    await play.settle()
    expect(errors()).toEqual([])
    await play.end()
  })

  it('refuses a page with the rules of before, which comes back as the same client once it is loaded again', async () => {
    const journal = new MemoryJournal()
    const migrate = (state: unknown) => state as never
    const { play } = await openBank(
      (server, life) => server.define('bank', life === 0 ? bank : bankOf(2), { save: { journal, migrate } }),
      0,
    )
    const page = play.addClient({ path: '/bank/1', connect: { game: bank as never } })
    await play.complete(page.connected)
    const { clientId } = page.connection
    await play.complete(play.server.shutdown({ handOver: true }))
    play.serverProcess.crash()
    await play.serverProcess.restart()
    await play.runUntil(() => page.connection.status === 'closed')
    expect(page.connection.closeInfo).toMatchObject({ code: 'refused', byPeer: true })
    expect(page.connection.closeInfo?.reason).toMatch(/^game_outdated: /)
    expect([...play.server.rooms.get('bank/1')!.clients.keys()]).toEqual([clientId])
  })

  it.each([
    ['without migrate', 2, 'saved_state_not_migrated'],
    ['of before', 0, 'saved_state_too_new'],
  ])('%s does not get the room, whose data stay', async (_, version, code) => {
    const journal = new MemoryJournal()
    const { play } = await openBank((server, life) =>
      server.define('bank', life === 1 ? bankOf(version) : bank, { save: { journal } }),
    )
    await play.complete(play.clients[0]!.connection.request('pay' as never, { gold: 3 } as never))
    play.serverProcess.crash()
    await play.serverProcess.restart()
    expect(play.server.rooms.size).toBe(0)
    expect(JSON.stringify(play.problems)).toContain('a room of another process cannot go on')
    const refused = await play.server.createRoom('bank', { id: '1' }).catch((error: Error) => error)
    expect(refused).toMatchObject({ code: 'room_failed', cause: { code } })
    play.serverProcess.crash()
    await play.serverProcess.restart()
    expect(stateOf(play).total).toBe(3)
  })
})

describe('a journal', () => {
  it('that cannot be written keeps everything back, and lets it go after a snapshot', async () => {
    const journal = new MemoryJournal()
    const heard: unknown[] = []
    const { play, errors } = await openBank((server) =>
      server.define('bank', bankOf(1, 1), {
        save: { journal },
        onJournal: ({ key }, error) => void heard.push([key, (error as { code?: string } | undefined)?.code]),
      }),
    )
    const [first] = play.clients
    journal.isFailing = true
    const answers: unknown[] = []
    first!.connection.dispatchEvent('pay' as never, { gold: 3 } as never, {
      ...endless,
      onAck: (result: unknown) => void answers.push(result),
    })
    await play.step(200)
    const { version } = first!.connection
    await play.step(2500)
    expect([answers, first!.connection.version]).toEqual([[], version])
    expect(errors()).toEqual(['the journal of a room cannot be written: clients get nothing until it can'])
    expect(heard).toEqual([['bank/1', 'journal_failed']])
    // one for each try: a second apart
    expect(play.server.stats.journalFailures).toBe(3)
    journal.isFailing = false
    await play.step(2000)
    expect(heard).toEqual([
      ['bank/1', 'journal_failed'],
      ['bank/1', undefined],
    ])
    expect(play.server.stats.journalFailures).toBe(3)
    expect(answers).toHaveLength(1)
    expect(first!.connection.version).toBeGreaterThan(version + 40)
    await play.settle()
  })

  it('refuses a client whose join data it could not keep, and is written on for the others', async () => {
    const journal = new MemoryJournal()
    const joinData = {
      '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value: made(value) }) },
    }
    const made = (value: unknown): unknown => (value === 'date' ? { at: new Date(0) } : { at: 0 })
    const { play, errors } = await openBank(
      (server) => server.define('bank', { ...bankOf(1, 1), joinData: joinData as never }, { save: { journal } }),
      0,
    )
    const plain = play.addClient({ path: '/bank/1', connect: { data: 'number' } as never })
    await play.complete(plain.connected)
    const other = play.addClient({ path: '/bank/1', connect: { data: 'date' } as never })
    await expect(play.complete(other.connected)).rejects.toThrow('join_invalid: a journal cannot keep')
    expect(errors()).toEqual(['a room with a journal takes plain join data only: joinData has returned others'])
    const before = journal.entries.length
    await play.step(2000)
    expect(journal.entries.slice(before).every(({ kind }) => kind === 'record')).toBe(true)
  })

  it('that another process has taken stops the room, without a leave', async () => {
    const journal = new MemoryJournal()
    const left: string[] = []
    const { play } = await openBank((server) =>
      server.define('bank', bankOf(1, 1), { save: { journal }, onLeave: () => void left.push('leave') }),
    )
    journal.failure = 'storage_fenced'
    journal.isFailing = true
    await play.step(500)
    expect([play.server.rooms.size, left]).toEqual([0, []])
    expect(play.clients[0]!.connection.status).not.toBe('closed')
  })

  it('that is full holds up the ticks', async () => {
    const journal = new MemoryJournal()
    const { play } = await openBank((server) => server.define('bank', bankOf(1, 1), { save: { journal } }))
    const { machine } = play.server.rooms.get('bank/1')!
    journal.isFull = true
    const { tick } = machine
    await play.step(1000)
    expect(machine.tick).toBe(tick)
    journal.isFull = false
    await play.step(1000)
    expect(machine.tick).toBeGreaterThan(tick + 15)
    expect(machine.droppedSteps).toBeGreaterThan(15)
    await play.settle()
  })
})

it('what a tick brings about is written in one piece, also if a hook ends a session in it', async () => {
  const journal = new MemoryJournal()
  const { play } = await openBank(
    (server) =>
      server.define('bank', bank, {
        save: { journal },
        onJoin: ({ id, room }) => {
          for (const client of room.clients.values()) if (client.id !== id) client.disconnect('one at a time')
        },
      }),
    1,
  )
  const next = play.addClient({ path: '/bank/1' })
  await play.complete(next.connected)
  await play.runUntil(() => play.clients[0]!.connection.status === 'closed')
  const prefixes = journal.entries.map((_, place) => journal.upTo(place + 1))
  let members = 0
  for (const prefix of prefixes) {
    const server = new Server({ logger: false }).define('bank', bank, { save: { journal: prefix } })
    await server.run({ port: false })
    const room = server.rooms.get('bank/1') as unknown as RoomCore
    // the rule of each join has sent all members an event, and no ack of it is written
    for (const link of room.links.joined.values()) {
      members++
      expect(link.ledger().outgoing.map(({ name }) => name)).toContain('paid')
    }
    await server.shutdown({ endSessions: true })
  }
  expect(members).toBeGreaterThan(1)
})

describe('an exported room', () => {
  it.each([
    ['with a journal', true],
    ['without a journal', false],
  ])('goes on at another server, %s, with its clients', async (_, isJournaled) => {
    const journal = new MemoryJournal()
    const hooks: string[] = []
    const { play, errors } = await openBank((server, life) =>
      server.define('bank', bank, {
        ...(isJournaled && { save: { journal } }),
        onJoin: () => void hooks.push(`${life}: join`),
        onLeave: () => void hooks.push(`${life}: leave`),
      }),
    )
    const [first] = play.clients
    await play.complete(first!.connection.request('pay' as never, { gold: 3 } as never))
    const room = play.server.rooms.get('bank/1')!
    const bytes = await play.complete(room.export())
    expect([room.status, play.server.rooms.size]).toEqual(['closed', 0])
    await play.step(1000)
    expect(first!.connection.status).toBe('suspended')
    play.serverProcess.crash()
    await play.serverProcess.restart()
    await play.complete(play.server.import(bytes))
    await play.runUntil(() => play.clients.every(({ connection }) => connection.status === 'connected'))
    expect(await play.complete(first!.connection.request('pay' as never, { gold: 1 } as never))).toBe(4)
    expect(hooks).toEqual(['0: join', '0: join'])
    await play.settle()
    expect(errors()).toEqual([])
  })

  it.each([
    ['with a journal', true],
    ['without a journal', false],
  ])('waits for handlers at work, %s, and begins no more: each runs once, in order', async (_, isJournaled) => {
    const journal = new MemoryJournal()
    const calls: string[] = []
    const answers: string[] = []
    let finish: (() => void) | undefined
    const { play, errors } = await openBank((server, life) =>
      server.define('bank', bank, {
        ...(isJournaled && { save: { journal } }),
        handlers: {
          buy: ({ item }) => {
            calls.push(`${life}: ${item}`)
            return item === 'slow' ? new Promise<string>((done) => (finish = () => done(item))) : item
          },
        },
      }),
    )
    const send = (client: number, name: string, data: object): void => {
      const note = (what: unknown) => void answers.push(`${client}: ${what}`)
      const fates = { onAck: note, onFail: ({ code }: { code: string }) => note(code) }
      play.clients[client]!.connection.dispatchEvent(name as never, data as never, { ...endless, ...fates })
    }
    send(0, 'buy', { item: 'slow' })
    await play.step(200)
    const room = play.server.rooms.get('bank/1')!
    const exported = room.export()
    await play.step(200)
    const { tick } = room.machine
    send(0, 'pay', { gold: 1 })
    send(1, 'buy', { item: 'quick' })
    send(1, 'pay', { gold: 2 })
    await play.step(200)
    expect(room.machine.tick).toBeGreaterThan(tick)
    expect(answers).toEqual(['0: 1'])
    finish!()
    const bytes = await play.complete(exported)
    play.serverProcess.crash()
    await play.serverProcess.restart()
    await play.complete(play.server.import(bytes))
    await play.settle()
    expect(calls).toEqual(['0: slow', '1: quick'])
    expect(answers.toSorted()).toEqual(['0: 1', '0: slow', '1: 3', '1: quick'])
    const bought = [...stateOf(play).accounts.values()].map((account) => account.bought)
    expect(bought).toEqual([1, 1])
    expect(errors()).toEqual([])
  })

  it('is refused for other bytes, and where a room of its id is', async () => {
    const { play } = await openBank((server) => server.define('bank', bank))
    await expect(play.server.import(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'saved_state_invalid' })
    const bytes = await play.complete(play.server.rooms.get('bank/1')!.export())
    await play.complete(play.server.createRoom('bank', { id: '1' }))
    await expect(play.server.import(bytes)).rejects.toMatchObject({ code: 'room_exists' })
    await expect(play.server.import(bytes, { kind: 'other' })).rejects.toMatchObject({ code: 'unknown_room' })
    const moved = await play.complete(play.server.import(bytes, { id: '2' }))
    expect([moved.key, moved.clients.size]).toEqual(['bank/2', 2])
  })
})
