import { applyDelta, encodeDelta } from '@tygase/gamestate'
import { encodeValue } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { Stage } from './stage.js'

const most = 48 * 1024

async function stageWithRoom() {
  const stage = await new Stage().run()
  const room = await stage.makeRoom('a')
  const player = await stage.player('a')
  return { stage, room, player }
}

describe('a look', () => {
  test('shows the rooms of the server, searched, sorted and by pages', async () => {
    const stage = await new Stage().run()
    for (let n = 0; n < 130; n++) await stage.makeRoom(`r${String(n).padStart(3, '0')}`)
    await stage.player('r007')
    const look = await stage.look('inspect')
    const shown = async (query: object) => {
      await stage.request(look, 'browse', query)
      await stage.pass(500)
      const { rooms } = look.store.state
      expect([...rooms.rows.keys()].sort()).toEqual([...rooms.order].sort())
      return [rooms.total, rooms.matching, rooms.order.length, rooms.order[0]]
    }
    expect(await shown({})).toEqual([130, 130, 50, 'cards/r000'])
    expect(await shown({ count: 100, from: 50 })).toEqual([130, 130, 80, 'cards/r050'])
    expect(await shown({ search: 'R12' })).toEqual([130, 10, 10, 'cards/r120'])
    expect(await shown({ sort: 'clients', descending: true })).toEqual([130, 130, 50, 'cards/r007'])
    expect(await shown({ sort: 'key', descending: true, count: 1 })).toEqual([130, 130, 1, 'cards/r129'])
    expect(await shown({ search: 'nowhere' })).toEqual([130, 0, 0, undefined])
  })

  test('lists no rooms while a room is looked at: the page does not show them', async () => {
    const { stage } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    await stage.pass(1000)
    await stage.makeRoom('b')
    await stage.pass(1000)
    expect(look.store.state.rooms.total).toBe(1)
    await stage.request(look, 'look', { room: null })
    await stage.pass(500)
    expect([look.store.state.rooms.total, look.store.state.rooms.rows.size]).toEqual([2, 2])
  })

  test('shows the room that it is asked for, with its clients, events and versions', async () => {
    const { stage, room, player } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    await stage.settled(player.request('deal', { by: 3 }))
    await stage.pass(1000)
    const { room: shown, clients, right } = look.store.state
    expect(right).toBe('inspect')
    expect(shown).toMatchObject({
      ...{ key: 'cards/a', status: 'open', isPaused: false, tickRate: 20, hasView: true, clients: 1 },
      ...{ oldestVersion: 0, hostClient: player.clientId, droppedTicks: 0, metadata: '{}' },
    })
    expect(shown?.versions).toBe(room.store.versionCount)
    expect(shown?.events.map(({ name, from, hasSchema }) => [name, from, hasSchema])).toEqual([
      ['deal', 'client', true],
      ['shuffle', 'server', false],
      ['dealt', 'out', false],
    ])
    expect(JSON.parse(shown?.events[0]?.schema ?? '')).toMatchObject({ properties: { by: { maximum: 100 } } })
    expect(clients.get(player.clientId)).toMatchObject({
      status: 'connected',
      isHost: true,
      address: 'unknown',
      baseLag: 0,
    })
    await stage.request(look, 'look', { room: null })
    await stage.pass(500)
    expect([look.store.state.room, look.store.state.clients.size]).toEqual([null, 0])
  })

  test('shows the state as a tree, node by node, of any version', async () => {
    const { stage, player } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    await stage.settled(player.request('deal', { by: 3 }))
    await stage.settled(player.request('deal', { by: 4 }))
    const now = await stage.request(look, 'tree', { path: [] })
    expect(now.children).toEqual([
      { key: 'round', kind: 'number', text: '7', size: 0 },
      { key: 'deep', kind: 'object', text: '{"list":[1,2,3]}', size: 1 },
      { key: 'hands', kind: 'map', text: expect.stringContaining('"face":"ace-of-'), size: 1 },
      { key: 'secret', kind: 'text', text: '"the deck: QKA"', size: 0 },
    ])
    const row = await stage.request(look, 'tree', { path: ['hands', player.clientId] })
    expect(row.children.map(({ key }) => key)).toEqual(['owner', 'face'])
    const value = await stage.request(look, 'tree', { path: ['round'], version: now.version - 1 })
    expect(value).toMatchObject({ kind: 'number', text: '3', cut: false, children: [] })
    const { differences } = await stage.request(look, 'diff', { from: now.version - 1, to: now.version })
    expect(differences).toEqual([{ path: ['round'], kind: 'changed', before: '3', after: '7' }])
  })

  test('keeps versions that the room has forgotten, while it looks', async () => {
    const { stage, room, player } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    for (let n = 0; n < 40; n++) await stage.settled(player.request('deal', { by: 1 }))
    expect(room.store.at(1)).toBe(undefined)
    const tree = await stage.request(look, 'tree', { path: ['round'], version: 1 })
    expect(tree).toMatchObject({ version: 1, text: '0' })
    // those of half a minute
    await stage.pass(40_000)
    for (let n = 0; n < 40; n++) await stage.settled(player.request('deal', { by: 1 }))
    const gone = stage.request(look, 'tree', { path: ['round'], version: 1 })
    await expect(gone).rejects.toMatchObject({ code: 'version_gone' })
  })

  test('shows what bytes are spent on: the parts sum to the deltas', async () => {
    const { stage, room, player } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    const versions = [room.store.version]
    for (let n = 0; n < 10; n++) {
      await stage.settled(player.request('deal', { by: 1 }))
      versions.push(room.store.version)
    }
    const [from, to] = [versions[0]!, versions.at(-1)!]
    const one = await stage.request(look, 'bytes', { from, to })
    const delta = encodeDelta(room.store.at(from), room.store.state)
    expect(one).toMatchObject({ from, to, deltas: 1, total: delta.length, others: 0 })
    const each = await stage.request(look, 'bytes', { from, to, each: true })
    expect(each.deltas).toBe(10)
    for (const { total, parts, others } of [one, each])
      expect(parts.reduce((sum, { bytes }) => sum + bytes, others)).toBe(total)
    const whole = await stage.request(look, 'bytes', { to })
    expect(whole).toMatchObject({ to, deltas: 1, total: encodeDelta(undefined, room.store.state).length })
    expect(whole.parts.map(({ path }) => path.join('.'))).toEqual(
      expect.arrayContaining(['secret', 'hands.*.face', 'hands.*.owner', 'hands.(structure)', '(structure)']),
    )
    expect(whole).not.toHaveProperty('from')
  })

  test('shows a log of what reached the rules and how that ended, and what they sent', async () => {
    const { stage, player } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    for (const by of [3, -1, 13, 'no' as never]) {
      await stage.settled(player.request('deal', { by })).catch(() => {})
    }
    const other = await stage.player('a')
    await stage.settled(other.disconnect())
    await stage.pass(1000)
    const { entries, oldest } = await stage.request(look, 'log', {})
    const lines = entries.map(({ kind, name, clientId, text, outcome }) => {
      const who = clientId === player.clientId ? 'player' : clientId === other.clientId ? 'other' : 'server'
      return `${who} ${kind} ${name} ${text} ${outcome}`.trim()
    })
    expect(lines.reverse()).toEqual([
      'player event deal {"by":3}',
      'server sent dealt {"round":3} to all',
      'player refused deal {"by":-1} too_few: no',
      'player failed deal {"by":13} … Error: unlucky',
      expect.stringMatching(/^player refused deal \{"by":"no"\} event_invalid: /),
      'other join join',
      'other leave leave',
    ])
    expect(oldest).toBe(1)
    const marks = look.store.state.room?.marks ?? []
    expect(marks.map(({ kind, count }) => [kind, count])).toEqual([
      ['event', 2],
      ['refused', 1],
      ['failed', 1],
      ['refused', 1],
      ['join', 1],
      ['leave', 1],
    ])
    expect(marks.map(({ tick }) => tick)).toEqual([...marks.map(({ tick }) => tick)].sort((a, b) => a - b))
    expect(look.store.state.room?.log).toEqual([...entries].reverse())
    const searched = await stage.request(look, 'log', { search: 'UNLUCKY' })
    expect(searched.entries).toHaveLength(1)
    const before = await stage.request(look, 'log', { before: 3, count: 1 })
    expect(before.entries.map(({ number }) => number)).toEqual([2])
    const [first] = entries
    expect(await stage.request(look, 'entry', { number: first!.number })).toEqual({
      text: expect.any(String),
      cut: false,
    })
    await expect(stage.request(look, 'entry', { number: 999 })).rejects.toMatchObject({ code: 'not_found' })
  })
})

describe('what a client sees', () => {
  test('is what the view leaves: no byte of what it hides is in any answer about it', async () => {
    const { stage, room, player } = await stageWithRoom()
    const other = await stage.player('a')
    const look = await stage.look('inspect', 'cards/a')
    await stage.settled(player.request('deal', { by: 3 }))
    const to = room.store.version
    const { clientId } = player
    const hidden = [`ace-of-${other.clientId}`, 'the deck']
    const answers = [
      await stage.request(look, 'tree', { path: [], clientId }),
      await stage.request(look, 'tree', { path: ['hands'], clientId }),
      await stage.request(look, 'tree', { path: ['secret'], clientId }),
      await stage.request(look, 'diff', { from: 0, to, clientId }),
      await stage.request(look, 'bytes', { from: 0, to, each: true, clientId }),
      await stage.request(look, 'bytes', { to, clientId }),
    ]
    const textOf = (value: unknown): string =>
      Buffer.from(encodeValue(value)).toString('latin1') + JSON.stringify(value)
    for (const answer of answers) for (const text of hidden) expect(textOf(answer)).not.toContain(text)
    // an answer about all of the state has both
    const all = await stage.request(look, 'tree', { path: [] })
    for (const text of hidden) expect(textOf(all)).toContain(text)
    const gone = stage.request(look, 'tree', { path: ['hands', other.clientId], clientId })
    await expect(gone).rejects.toMatchObject({ code: 'not_found' })
    // and it is what the client has
    const { children } = await stage.request(look, 'tree', { path: ['hands'], clientId })
    expect(children.map(({ key }) => key)).toEqual([...player.store.state.hands.keys()])
    const { total } = await stage.request(look, 'bytes', { to, clientId })
    const seen = room.machine.game.view!(room.store.state, clientId)
    const snapshot = encodeDelta(undefined, seen, { isView: true })
    expect(total).toBe(snapshot.length)
    expect(applyDelta(undefined, snapshot)).toEqual(player.store.state)
  })

  test('is refused with the reason if the view throws, and the look goes on', async () => {
    const { stage } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    const failed = stage.request(look, 'tree', { path: [], clientId: 'cursed' })
    await expect(failed).rejects.toMatchObject({
      code: 'look_failed',
      message: expect.stringContaining('no view for it'),
    })
    expect((await stage.request(look, 'tree', { path: [] })).size).toBe(4)
  })
})

describe('a hostile request', () => {
  const deep = (levels: number): unknown => (levels === 0 ? 1 : { a: deep(levels - 1) })

  test.each([
    ['tree', { path: ['__proto__'] }, 'not_found'],
    ['tree', { path: ['constructor', 'prototype'] }, 'not_found'],
    ['tree', { path: ['deep', 'list', 'length'] }, 'not_found'],
    ['tree', { path: ['deep', 'list', -1] }, 'not_found'],
    ['tree', { path: ['deep', 'list', 0.5] }, 'not_found'],
    ['tree', { path: ['deep', 'list', '0'] }, 'not_found'],
    ['tree', { path: ['hands', 'table'] }, 'not_found'],
    ['tree', { path: ['hands', '__proto__'] }, 'not_found'],
    ['tree', { path: ['secret', 0] }, 'not_found'],
    ['tree', { path: ['round', 'toFixed'] }, 'not_found'],
    ['tree', { path: new Array(33).fill('a') }, 'request_invalid'],
    ['tree', { path: ['a'.repeat(1001)] }, 'request_invalid'],
    ['tree', { path: [['deep']] }, 'request_invalid'],
    ['tree', { path: [{ toString: 'deep' }] }, 'request_invalid'],
    ['tree', { path: 'deep' }, 'request_invalid'],
    ['tree', { path: { length: 1, 0: 'deep' } }, 'request_invalid'],
    ['tree', { path: [], version: -1 }, 'request_invalid'],
    ['tree', { path: [], version: 1.5 }, 'request_invalid'],
    ['tree', { path: [], from: 1e300 }, 'request_invalid'],
    ['tree', { path: [], count: 201 }, 'request_invalid'],
    ['tree', { path: [], count: 0 }, 'request_invalid'],
    ['tree', { path: [], clientId: 7 }, 'request_invalid'],
    ['tree', {}, 'request_invalid'],
    ['tree', [], 'request_invalid'],
    ['tree', null, 'request_invalid'],
    ['tree', 'path', 'request_invalid'],
    ['tree', { path: [], hasOwnProperty: 1 }, 'request_invalid'],
    ['diff', { from: 0 }, 'request_invalid'],
    ['diff', { from: 0, to: '1' }, 'request_invalid'],
    ['bytes', { from: 5, to: 0 }, 'request_invalid'],
    ['bytes', { to: 0, each: 1 }, 'request_invalid'],
    ['log', { count: 101 }, 'request_invalid'],
    ['log', { search: 'x'.repeat(1001) }, 'request_invalid'],
    ['entry', { number: -1 }, 'request_invalid'],
    ['look', { room: '__proto__' }, 'not_found'],
    ['look', { room: 'cards/nowhere' }, 'not_found'],
    ['look', { room: ['cards/a'] }, 'request_invalid'],
    ['browse', { sort: 'constructor' }, 'request_invalid'],
    ['browse', { count: 101 }, 'request_invalid'],
    ['browse', { search: deep(20) }, 'request_invalid'],
  ] as const)('%s %j is refused with %s', async (name, data, code) => {
    const { stage, player } = await stageWithRoom()
    for (let n = 0; n < 5; n++) await stage.settled(player.request('deal', { by: 1 }))
    const look = await stage.look('inspect', 'cards/a')
    await expect(stage.request(look, name, data as never)).rejects.toMatchObject({ code })
    expect(look.status).toBe('connected')
  })

  test('for a room before one is looked at, or after it has ended, is refused', async () => {
    const { stage, room } = await stageWithRoom()
    const look = await stage.look('act')
    for (const name of ['tree', 'log', 'pause'] as const)
      await expect(stage.request(look, name, { path: [] } as never)).rejects.toMatchObject({
        code: name === 'tree' ? 'not_found' : expect.stringMatching(/not_found|request_invalid/),
      })
    await stage.request(look, 'look', { room: 'cards/a' })
    await stage.settled(room.close())
    await expect(stage.request(look, 'pause', {})).rejects.toMatchObject({ code: 'not_found' })
    // what happened last can still be looked at
    expect((await stage.request(look, 'tree', { path: [] })).size).toBe(4)
    await stage.pass(500)
    expect(look.store.state.room?.status).toBe('closed')
  })

  test('for huge parts of a state gets answers of at most 48 KiB', async () => {
    const { stage, room } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    const huge = (n: number) => ({
      list: Array.from({ length: 50_000 }, (_, i) => i * n),
      keys: Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`${'k'.repeat(700)}${i}`, n])),
      long: `${n}`.repeat(100_000),
      wide: 'ü€😀'.repeat(30_000),
      bytes: new Uint8Array(200_000).fill(n),
      nested: Array.from({ length: 500 }, () => deep(25)),
    })
    const before = room.store.version
    for (const n of [1, 2]) room.store.commit({ ...room.store.state, ...huge(n) } as never, room.store.version + 1)
    const to = room.store.version
    const asked = [
      ...['list', 'keys', 'long', 'wide', 'bytes', 'nested'].map((key) => ['tree', { path: [key] }] as const),
      ['tree', { path: [] }],
      ['tree', { path: ['keys'], from: 2999 }],
      ['diff', { from: to - 1, to }],
      ['diff', { from: before, to }],
      ['bytes', { from: before, to, each: true }],
      ['bytes', { to }],
    ] as const
    for (const [name, data] of asked) {
      const answer = await stage.request(look, name, data as never)
      expect(encodeValue(answer as never).length).toBeLessThan(most)
    }
    const list = await stage.request(look, 'tree', { path: ['list'], from: 49_990 })
    expect(list.children.map(({ key }) => key)).toEqual([
      49_990, 49_991, 49_992, 49_993, 49_994, 49_995, 49_996, 49_997, 49_998, 49_999,
    ])
    expect(await stage.request(look, 'tree', { path: ['keys'] })).toMatchObject({ size: 3000 })
    expect((await stage.request(look, 'diff', { from: to - 1, to })).cut).toBe(true)
    const end = await stage.request(look, 'tree', { path: ['nested', 3, ...new Array(25).fill('a')] })
    expect(end.text).toBe('1')
  })

  test('for a log of long names and data gets short ones', async () => {
    const { stage, player } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    for (let n = 0; n < 150; n++) {
      player.dispatchEvent('deal', { by: 1, junk: 'x'.repeat(5000) } as never)
      if (n % 30 === 0) await stage.pass(200)
    }
    await stage.pass(2000)
    const { entries } = await stage.request(look, 'log', {})
    expect(entries.length).toBeGreaterThan(50)
    expect(encodeValue(entries).length).toBeLessThan(most)
    const sizes = [...look.store.versions()].map((version) => encodeDelta(undefined, look.store.at(version)!).length)
    expect(Math.max(...sizes)).toBeLessThan(64 * 1024)
    const last = entries.find(({ kind }) => kind === 'event')
    const full = await stage.request(look, 'entry', { number: last!.number })
    expect([full.text.length, full.cut]).toEqual([expect.any(Number), false])
  })

  test('that comes too often is refused, and not those of another session', async () => {
    const { stage } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    const other = await stage.look('inspect', 'cards/a', 'bbbb')
    const count = async (name: 'tree' | 'diff', data: object, times: number): Promise<number> => {
      const asked = Array.from({ length: times }, () => look.request(name as never, data as never))
      const ends = await stage.settled(Promise.allSettled(asked))
      const refused = ends.filter((end) => end.status === 'rejected' && end.reason.code === 'too_many_requests')
      return times - refused.length
    }
    expect(await count('diff', { from: 0, to: 0 }, 60)).toBeLessThan(25)
    // the request `look` was one of them
    expect(await count('tree', { path: [] }, 300)).toBeLessThan(150)
    expect((await stage.request(other, 'tree', { path: [] })).size).toBe(4)
    await stage.pass(60_000)
    expect(await count('tree', { path: [] }, 20)).toBe(20)
  })
})

describe('while nobody looks', () => {
  test('no room is listened to, nothing is scheduled and nothing is kept', async () => {
    const { stage, room, player } = await stageWithRoom()
    await stage.settled(player.disconnect())
    room.pause()
    await stage.pass(5000)
    const idle = stage.time.clock.pending
    const spied: string[] = []
    const watch = <Target extends object>(target: Target, name: keyof Target & string): void => {
      const own = target[name] as (...args: unknown[]) => () => void
      Object.defineProperty(target, name, {
        value: (...args: unknown[]) => {
          spied.push(`+${name}`)
          const off = own.apply(target, args)
          return () => {
            spied.push(`-${name}`)
            off()
          }
        },
      })
    }
    watch(room.store, 'subscribe')
    watch(room.machine, 'onTick')
    watch(room.machine, 'onDropped')
    watch(room, 'onSuspend')
    watch(room, 'onResume')
    const look = await stage.look('inspect', 'cards/a')
    expect(spied).toEqual(['+subscribe', '+onTick', '+onDropped', '+onSuspend', '+onResume'])
    await stage.settled(look.disconnect())
    await stage.pass(60_000)
    expect(spied.slice(5)).toEqual(['-subscribe', '-onTick', '-onDropped', '-onSuspend', '-onResume'])
    expect(stage.time.clock.pending).toBeLessThanOrEqual(idle)
  })

  test('a page that is lost leaves its room alone after its time', async () => {
    const { stage } = await stageWithRoom()
    const look = await stage.look('inspect', 'cards/a')
    await stage.pass(1000)
    await stage.inspector.close()
    await stage.pass(1000)
    expect(look.status).toBe('closed')
    expect(stage.server.mounts.find('/inspect/live/look/aaaa')).toBe(undefined)
  })
})
