import { applyDelta, EntityMap, equalStates, GameStateStore, transact } from '@tygase/gamestate'
import { silentLogger, type View, type ViewKey } from '@tygase/gamestate/internal'
import { Counters } from '@tygase/protocol/internal'
import { expect, test } from 'vitest'
import type { ClientLink } from '../../src/clients/client-link.js'
import { StateSender } from '../../src/sending/state-sender.js'
import { FakeTransport } from '../support/fake-transport.js'
import { quickLink, setStage } from '../support/stage.js'

/** As much of a link as a sender sees; the session's packets are `packets`. */
function fakeConnection(base: number | undefined, packets: Uint8Array[] = []) {
  const transport = new FakeTransport()
  const connection = {
    id: 'c0',
    isJoined: true,
    isWelcomeDue: false,
    transport: transport as FakeTransport | undefined,
    stateBase: base,
    rttMs: undefined,
    charged: [] as number[],
    chargeAnswers: (ms: number) => void connection.charged.push(ms),
    isQuiet: () => false,
    flush: (_nowMs: number, state?: { version: number }) => {
      if (state !== undefined && transport.reliable) connection.stateBase = state.version
      return packets.shift()
    },
    owesState: false,
    snapshots: undefined,
    lastWriteBytes: 0,
    dropped: [] as string[],
    drop: (code: string) => connection.dropped.push(code),
  }
  // reason: a sender looks at no more of it
  return { transport, fake: connection, connection: connection as unknown as ClientLink }
}

const limits = { maxBufferedBytes: 1000, slowTimeoutMs: 500 }

interface Eyes {
  view: View<object>
  viewKey?: ViewKey<object>
}

function senderOf(store: GameStateStore<never>, eyes?: Eyes, logger = silentLogger, now = () => 0) {
  const counters = new Counters()
  const game = { precision: undefined, view: eyes?.view, viewKey: eyes?.viewKey }
  const sender = new StateSender({ store: store as never, game, ...limits, logger, counters, now })
  return Object.assign(sender, { counters })
}

function storeOf(values: number) {
  const store = new GameStateStore({ value: 0 }, { maxVersions: 4 })
  for (let version = 1; version <= values; version++) store.commit({ value: version }, version)
  return store
}

test('clients with the same base share one buffer, and another base has one of its own', () => {
  const sender = senderOf(storeOf(3) as never)
  const clients = [fakeConnection(2), fakeConnection(2), fakeConnection(1), fakeConnection(undefined)]
  for (const { connection } of clients) sender.write(connection, 0, true)
  const [first, second, third, fourth] = clients.map(({ transport }) => transport.sent[0])
  expect(first).toBe(second)
  expect(new Set([first, third, fourth]).size).toBe(3)
})

test('a base that is no longer kept gets the same snapshot as no base at all', () => {
  const sender = senderOf(storeOf(20) as never)
  const clients = [fakeConnection(1), fakeConnection(undefined), fakeConnection(99)]
  for (const { connection } of clients) sender.write(connection, 0, true)
  const sent = clients.map(({ transport }) => transport.sent[0])
  expect(sent[0]).toBeDefined()
  expect(new Set(sent).size).toBe(1)
})

test('a client at the current version gets its packet alone, and nothing when there is none', () => {
  const sender = senderOf(storeOf(3) as never)
  const packet = Uint8Array.of(1)
  const withPacket = fakeConnection(3, [packet])
  const without = fakeConnection(3)
  sender.write(withPacket.connection, 0, true)
  sender.write(without.connection, 0, true)
  expect(withPacket.transport.sent).toEqual([packet])
  expect(without.transport.sent).toEqual([])
})

test('state and packet are one message, the state first', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(2, [Uint8Array.of(7)])
  const other = fakeConnection(2)
  sender.write(client.connection, 0, true)
  sender.write(other.connection, 0, true)
  const [state] = other.transport.sent
  expect(client.transport.sent).toEqual([Uint8Array.of(...(state ?? []), 7)])
})

test('a transport that shares bytes gets the same array for all, and the own ones beside it', () => {
  const sender = senderOf(storeOf(3) as never)
  const writes: [Uint8Array, Uint8Array | undefined][] = []
  const clients = [fakeConnection(2, [Uint8Array.of(7)]), fakeConnection(2)]
  for (const { connection, transport } of clients) {
    Object.assign(transport, {
      sendShared: (shared: Uint8Array, own: Uint8Array) => writes.push([shared, own]),
      send: (shared: Uint8Array) => writes.push([shared, undefined]),
    })
    sender.write(connection, 0, true)
  }
  expect(writes[0]?.[0]).toBe(writes[1]?.[0])
  expect(writes.map(([, own]) => own)).toEqual([Uint8Array.of(7), undefined])
})

test('a client whose join has not run gets its packets and no state', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(undefined, [Uint8Array.of(1)])
  client.fake.isJoined = false
  sender.write(client.connection, 0, true)
  expect(client.transport.sent).toEqual([Uint8Array.of(1)])
})

test('all packets of a session go out, however many it has', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(3, [Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)])
  sender.write(client.connection, 0, true)
  expect(client.transport.sent).toEqual([Uint8Array.of(1), Uint8Array.of(2), Uint8Array.of(3)])
})

test('between the ticks on which state goes out only the packet does', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(2, [Uint8Array.of(1)])
  sender.write(client.connection, 0, false)
  expect(client.transport.sent).toEqual([Uint8Array.of(1)])
})

test('a client whose transport is backed up is skipped, and makes up with one delta from what it has', () => {
  const store = storeOf(1)
  const sender = senderOf(store as never)
  const slow = fakeConnection(1, [])
  slow.transport.bufferedBytes = 1001
  for (let version = 2; version <= 4; version++) {
    store.commit({ value: version }, version)
    expect(sender.write(slow.connection, 0, true)).toBe(0)
  }
  expect(slow.transport.sent).toEqual([])
  expect(sender.counters.get('writesSkipped')).toBe(3)
  slow.transport.bufferedBytes = 1000
  sender.write(slow.connection, 0, true)
  const quick = fakeConnection(1)
  sender.write(quick.connection, 0, true)
  expect(slow.transport.sent).toEqual([quick.transport.sent[0]])
  expect(equalStates(store.at(1), { value: 1 })).toBe(true)
  expect(() => applyDelta(store.at(1), slow.transport.sent[0] ?? new Uint8Array(0))).toThrow()
})

test('a client that stays backed up for too long is dropped, and one that drains in between is not', () => {
  const sender = senderOf(storeOf(3) as never)
  const [stuck, slow] = [fakeConnection(1), fakeConnection(1)]
  for (let nowMs = 0; nowMs <= 500; nowMs += 50) {
    stuck.transport.bufferedBytes = 1001
    slow.transport.bufferedBytes = nowMs === 250 ? 0 : 1001
    for (const { connection } of [stuck, slow]) sender.write(connection, nowMs, true)
    expect(stuck.fake.dropped, `after ${nowMs} ms`).toEqual(nowMs < 500 ? [] : ['too_slow'])
  }
  expect(slow.fake.dropped).toEqual([])
  expect(slow.transport.sent.length).toBe(1)
})

test('a client that was sent much has the time besides that it takes at 128 KiB a second, counted from when it was full', () => {
  const sender = senderOf(storeOf(3) as never)
  const packetOf = (kibibytes: number): Uint8Array[] => [new Uint8Array(kibibytes * 1024)]
  const [large, small] = [fakeConnection(3, packetOf(256)), fakeConnection(3, packetOf(1))]
  const isDroppedAt = new Map<unknown, number>()
  for (let nowMs = 0; nowMs <= 4000; nowMs += 10) {
    for (const { connection, transport, fake } of [large, small]) {
      sender.write(connection, nowMs, true)
      transport.bufferedBytes = 1001
      if (fake.dropped.length > 0 && !isDroppedAt.has(fake)) isDroppedAt.set(fake, nowMs)
    }
  }
  // full from 10 ms on: 500 ms, and 2 s for 256 KiB
  expect([isDroppedAt.get(large.fake), isDroppedAt.get(small.fake)]).toEqual([2510, 520])
})

test('a long packet of a session is charged to its client, a state and a short packet are not', () => {
  let nowMs = 0
  const sender = senderOf(storeOf(3) as never, undefined, silentLogger, () => nowMs++)
  const [long, short] = [fakeConnection(2, [new Uint8Array(1000)]), fakeConnection(2, [new Uint8Array(10)])]
  for (const { connection } of [long, short]) sender.write(connection, 0, true)
  expect([long.fake.charged, short.fake.charged]).toEqual([[1], []])
  const store = new GameStateStore({ text: 'x'.repeat(5000) }, { maxVersions: 4 })
  const [beside, alone] = [fakeConnection(undefined, [new Uint8Array(10)]), fakeConnection(undefined)]
  const ofLongStates = senderOf(store as never, undefined, silentLogger, () => nowMs++)
  for (const { connection } of [beside, alone]) ofLongStates.write(connection, 0, true)
  expect([beside.fake.charged, alone.fake.charged]).toEqual([[], []])
})

test('an answer of a rule takes the state along, also between the ticks on which state goes out', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(2, [Uint8Array.of(1)])
  client.fake.owesState = true
  sender.write(client.connection, 0, false)
  expect(client.transport.sent.length).toBe(1)
  expect(client.transport.sent[0]?.at(-1)).toBe(1)
  expect(client.transport.sent[0]?.length).toBeGreaterThan(1)
  expect(client.fake.owesState).toBe(false)
})

test('a write returns the bytes that went out, and encoded states are counted', () => {
  const sender = senderOf(storeOf(3) as never)
  const clients = [fakeConnection(2, [new Uint8Array(10)]), fakeConnection(2), fakeConnection(1)]
  for (const { connection, transport } of clients) {
    const bytes = sender.write(connection, 0, true)
    expect(bytes).toBe(transport.sent.reduce((sum, { length }) => sum + length, 0))
    expect(bytes).toBeGreaterThan(0)
  }
  expect(sender.counters.get('statesEncoded')).toBe(2)
  expect(sender.write(fakeConnection(3).connection, 0, true)).toBe(0)
})

test('over a transport that may lose it, a version is not sent again before word of it can have come', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(2)
  client.transport.reliable = false
  for (let nowMs = 0; nowMs < 200; nowMs += 10) sender.write(client.connection, nowMs, true)
  expect(client.transport.sent.length).toBe(2)
})

test.each([
  ['at each tick', true, 50, 9],
  ['once in ten seconds', true, 10_000, 6],
  ['over a transport that may lose packets', false, 50, 9],
])(
  'a client that asks for a large snapshot %s gets it a round trip later, then more slowly',
  (_how, reliable, everyMs, most) => {
    const load = Array.from({ length: 5000 }, (_, place) => place * 7919)
    const store = new GameStateStore({ value: 0, load }, { maxVersions: 4 })
    const sender = senderOf(store as never)
    const client = fakeConnection(undefined)
    client.transport.reliable = reliable
    const sentAtMs: number[] = []
    for (let nowMs = 0; nowMs < 15_000; nowMs += 50) {
      store.commit({ value: nowMs + 1, load }, store.version + 1)
      if (nowMs % everyMs === 0) client.fake.stateBase = undefined
      const { length } = client.transport.sent
      sender.write(client.connection, nowMs, true)
      if (client.transport.sent.length > length && client.fake.stateBase === store.version) sentAtMs.push(nowMs)
      else if (!reliable && client.transport.sent.length > length) sentAtMs.push(nowMs)
    }
    if (everyMs > 50) return expect(client.transport.sent.length).toBe(300)
    expect(sentAtMs.slice(0, 6)).toEqual([0, 100, 300, 700, 1500, 3100])
    expect(sentAtMs.length).toBeLessThanOrEqual(most)
    expect(sender.counters.get('statesEncoded')).toBe(sentAtMs.length)
  },
)

test('a client that needs snapshots of a small state gets ten a second at most', () => {
  const store = storeOf(1)
  const sender = senderOf(store as never)
  const client = fakeConnection(undefined)
  client.transport.reliable = false
  for (let nowMs = 0; nowMs < 15_000; nowMs += 50) {
    store.commit({ value: nowMs + 1 }, store.version + 1)
    client.fake.stateBase = undefined
    sender.write(client.connection, nowMs, true)
  }
  expect(client.transport.sent.length).toBe(150)
})

test('while its snapshot waits a client gets packets, but no answer of a rule', () => {
  const store = storeOf(1)
  const sender = senderOf(store as never)
  const packet = (n: number) => Uint8Array.of(n)
  const client = fakeConnection(undefined, [packet(1), packet(2), packet(3)])
  sender.write(client.connection, 0, true)
  store.commit({ value: 9 }, 2)
  client.fake.stateBase = undefined
  sender.write(client.connection, 50, true)
  const { length } = client.transport.sent
  expect(client.transport.sent.at(-1)).toEqual(packet(3))
  client.fake.owesState = true
  expect(sender.write(client.connection, 60, true)).toBe(0)
  expect(client.transport.sent.length).toBe(length)
  sender.write(client.connection, 100, true)
  expect(client.fake.owesState).toBe(false)
  expect(client.fake.stateBase).toBe(2)
})

test('a session without a transport gets nothing', () => {
  const sender = senderOf(storeOf(3) as never)
  const client = fakeConnection(2, [Uint8Array.of(1)])
  client.fake.transport = undefined
  sender.write(client.connection, 0, true)
  expect(client.transport.sent).toEqual([])
})

test('the base of a client that is backed up is kept until the client is written to again', () => {
  const store = storeOf(3)
  const sender = senderOf(store as never)
  const { connection, transport } = fakeConnection(3)
  transport.bufferedBytes = 1001
  for (let version = 4; version <= 20; version++) {
    sender.write(connection, 0, true)
    store.commit({ value: version }, version)
  }
  expect(store.versions()).toEqual([3, 17, 18, 19, 20])
  transport.bufferedBytes = 0
  sender.write(connection, 0, true)
  expect(store.versions()).toEqual([17, 18, 19, 20])
})

test('versions under way on a transport that may lose them are kept until a later one has arrived', () => {
  const store = storeOf(3)
  const sender = senderOf(store as never)
  const { connection, transport, fake } = fakeConnection(3)
  transport.reliable = false
  for (let version = 4; version <= 12; version++) {
    store.commit({ value: version }, version)
    sender.write(connection, version * 1000, true)
  }
  expect(store.versions()).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12])
  fake.stateBase = 7
  store.commit({ value: 13 }, 13)
  sender.write(connection, 13_000, true)
  expect(store.versions()).toEqual([7, 8, 9, 10, 11, 12, 13])
})

test('what a suspended client may come back with is kept, and let go when it will not', () => {
  const store = storeOf(6)
  const sender = senderOf(store as never)
  const { connection } = fakeConnection(5)
  sender.suspend(connection)
  for (let version = 7; version <= 30; version++) store.commit({ value: version }, version)
  expect(store.versions()).toEqual([3, 4, 5, 27, 28, 29, 30])
  sender.forget(connection)
  expect(store.versions()).toEqual([27, 28, 29, 30])
})

test('a client that takes less than it is sent is skipped, keeps within the limit, and slows no other client', async () => {
  const { clock, server, join } = await setStage({ maxBufferedBytes: 100 })
  const { client: quick } = join()
  const { client: slow } = join({ ...quickLink, bandwidthBytesPerSecond: 200 })
  clock.advance(2000)
  const slowConnection = server.clients.get(slow.session.clientId ?? '')
  let most = 0
  for (let i = 0; i < 200; i++) {
    quick.send('add', 1)
    clock.advance(50)
    most = Math.max(most, slowConnection?.bufferedBytes ?? 0)
  }
  expect(server.counters.get('writesSkipped')).toBeGreaterThan(50)
  expect(most).toBeLessThan(300)
  const { states } = quick
  expect(states.slice(-100).every(({ version, base }) => base === version - 1)).toBe(true)
  // it has not got all versions, but is led from each to the next by one delta
  expect(slow.states.length).toBeLessThan(states.length)
  expect(slow.states.slice(1).map(({ base }) => base)).toEqual(slow.states.slice(0, -1).map(({ version }) => version))
  clock.advance(5000)
  expect(slow.store?.state).toEqual(quick.store?.state)
})

test('a client that takes nothing is closed with too_slow, for good, and the others notice nothing', async () => {
  const { clock, server, join } = await setStage({ maxBufferedBytes: 100, slowTimeoutMs: 3000 })
  const ends: [string, string | undefined][] = []
  server.room.onLeave(({ id: clientId }, info) => ends.push([clientId, info?.code]))
  const { client: quick } = join()
  const { client: stuck } = join([quickLink, { ...quickLink, bandwidthBytesPerSecond: 1e-3 }])
  clock.advance(500)
  const clientId = [...server.clients.keys()].find((id) => id !== quick.session.clientId) ?? ''
  const sendOn = (rounds: number): void => {
    for (let i = 0; i < rounds; i++) {
      quick.send('add', 1)
      clock.advance(50)
    }
  }
  sendOn(40)
  expect(ends).toEqual([])
  sendOn(40)
  expect(ends).toEqual([[clientId, 'too_slow']])
  expect(server.clients.size).toBe(1)
  expect(quick.store?.state.sum).toBeGreaterThan(70)
  expect(stuck.session.status).not.toBe('connected')
})

/** Even clients see even values only, by rounding down; each has its id's last digit as the key. */
function halfBlind(): Eyes {
  const parity = (clientId: string): number => Number(clientId.slice(-1)) % 2
  return {
    view: (state, clientId) => {
      const { value } = state as { value: number }
      return { value: parity(clientId) === 0 ? value - (value % 2) : value }
    },
    viewKey: (_, clientId) => String(parity(clientId)),
  }
}

test('clients with one view key and one base share one buffer, and no client gets that of another view', () => {
  const sender = senderOf(storeOf(3) as never, halfBlind())
  const clients = ['c1', 'c2', 'c3', 'c4'].map((clientId) => {
    const client = fakeConnection(2)
    client.fake.id = clientId
    return client
  })
  for (const { connection } of clients) sender.write(connection, 0, true)
  const [odd, even, odder, evener] = clients.map(({ transport }) => transport.sent[0])
  expect(odder).toBe(odd)
  expect(evener).toBe(even)
  expect(even).not.toEqual(odd)
  expect(sender.counters.get('statesEncoded')).toBe(2)
})

test('keys of views may have any characters: no client gets the bytes of another view', () => {
  // by version and client: put one after the other with colons between, both pairs of keys are the same text
  const keys: Record<string, string[]> = { ann: ['a', 'b:c'], bob: ['a:b', 'c'] }
  const keyOf: ViewKey<object> = (state, clientId) => keys[clientId]![(state as { value: number }).value - 2]!
  const view: View<object> = (state, clientId) => ({ secret: `${clientId} sees ${keyOf(state, clientId)}` })
  const store = storeOf(3)
  const sender = senderOf(store as never, { view, viewKey: keyOf })
  const sentTo = (by: StateSender, id: string): Uint8Array => {
    const { connection, transport } = fakeConnection(2)
    by.write(Object.assign(connection, { id }), 0, true)
    return transport.sent[0]!
  }
  const together = [sentTo(sender, 'ann'), sentTo(sender, 'bob')]
  const alone = ['ann', 'bob'].map((id) => sentTo(senderOf(store as never, { view, viewKey: keyOf }), id))
  expect(together).toEqual(alone)
  const [anns, bobs] = together.map((bytes) => new TextDecoder('latin1').decode(bytes))
  expect([anns, bobs]).toEqual([expect.stringContaining('b:c'), expect.not.stringContaining('ann')])
})

test('a client whose view fails gets its packet and no state, and stays where it was', () => {
  const view = (): never => {
    throw new Error('no view')
  }
  const sender = senderOf(storeOf(3) as never, { view })
  const packet = Uint8Array.of(1, 2)
  const { connection, transport } = fakeConnection(2, [packet])
  sender.write(connection, 0, true)
  expect(transport.sent).toEqual([packet])
  expect(connection.stateBase).toBe(2)
})

test('kinds of rows that were gone before a view showed the map whole are not sent', () => {
  const rows = new EntityMap<Record<string, number>>([
    ['ann', { x: 1 }],
    ['bob', { x: 1, werewolf: 1 }],
  ])
  const store = new GameStateStore<{ rows: EntityMap<Record<string, number>> }>({ rows })
  store.commit(transact(store.state as { rows: typeof rows }, (draft) => void draft.rows.delete('bob')).state, 1)
  const { connection, transport } = fakeConnection(undefined)
  senderOf(store as never, { view: (state) => state }).write(connection, 0, true)
  const text = new TextDecoder('latin1').decode(transport.sent[0])
  expect(text).toContain('ann')
  expect(text).not.toContain('werewolf')
})

test('that views fail is logged once, and once that they do so no more', () => {
  let isBroken = true
  const view: View<object> = (state) => {
    if (isBroken) throw new Error('no view')
    return state
  }
  const store = storeOf(1)
  const logged: string[] = []
  const log = (level: string) => (_: object, text: string) => void logged.push(`${level}: ${text}`)
  const logger = { ...silentLogger, error: log('error'), info: log('info') }
  const sender = senderOf(store as never, { view }, logger)
  const clients = ['a', 'b', 'c'].map((id) => Object.assign(fakeConnection(0).connection, { id }))
  const writeAll = (version: number): void => {
    store.commit({ value: version }, version)
    for (const connection of clients) sender.write(connection, 0, true)
  }
  for (const version of [2, 3, 4]) writeAll(version)
  expect(logged).toEqual(['error: a state cannot be sent'])
  sender.forget(clients.pop()!)
  isBroken = false
  for (const version of [5, 6]) writeAll(version)
  expect(logged).toEqual(['error: a state cannot be sent', 'info: states can be sent again'])
})

test('a client whose transport throws loses it, and resumes with what it has heard', async () => {
  const { clock, server, join } = await setStage()
  const { client } = join()
  clock.advance(500)
  const [connection] = server.clients.values()
  const statuses: string[] = []
  server.room.onSuspend(() => statuses.push('suspended'))
  server.room.onResume(() => statuses.push('resumed'))
  const { transport } = connection as ClientLink
  const fail = (): never => {
    throw new Error('broken pipe')
  }
  Object.assign(transport!, { send: fail, sendShared: fail })
  const acked: string[] = []
  for (const word of ['one', 'two', 'three']) {
    server.dispatchEvent('news', word, { retries: Number.POSITIVE_INFINITY, onAck: () => acked.push(word) })
  }
  clock.advance(200)
  expect(statuses[0]).toBe('suspended')
  expect(acked).toEqual([])
  expect(client.heard).toEqual([])
})
