import { openReplay } from '@tygase/record/replay'
import { describe, expect, test } from 'vitest'
import { inspectHeader } from '../../src/shared/http-answers.js'
import { cards, Stage } from './stage.js'

async function stageWithLook() {
  const stage = await new Stage().run()
  const room = await stage.makeRoom('a')
  const player = await stage.player('a')
  const look = await stage.look('act', 'cards/a')
  return { stage, room, player, look }
}

describe('an action', () => {
  test('sends an event as the server, and as a client', async () => {
    const { stage, room, player, look } = await stageWithLook()
    await stage.request(look, 'send', { name: 'deal', data: { by: 5 } })
    await stage.request(look, 'send', { name: 'shuffle' })
    await stage.request(look, 'send', { name: 'deal', data: { by: 2 }, clientId: player.clientId })
    await stage.pass(500)
    expect(room.store.state).toMatchObject({ round: 7, deep: { list: [3, 2, 1] } })
    expect(player.store.state.round).toBe(7)
    for (const [data, code] of [
      [{ name: 'deal', data: { by: 'x' } }, 'request_invalid'],
      [{ name: 'deal' }, 'request_invalid'],
      [{ name: 'toString' }, 'not_found'],
      [{ name: '__proto__' }, 'not_found'],
      [{ name: 'dealt', data: {} }, 'not_found'],
      [{ name: 'deal', data: { by: 1 }, clientId: 'nobody' }, 'look_failed'],
    ] as const)
      await expect(stage.request(look, 'send', data)).rejects.toMatchObject({ code })
  })

  test('sends an event to clients, to all or to some', async () => {
    const { stage, player, look } = await stageWithLook()
    const other = await stage.player('a')
    const got: unknown[] = []
    player.registerEventHandler('dealt', ({ round }) => void got.push(['player', round]))
    other.registerEventHandler('dealt', ({ round }) => void got.push(['other', round]))
    await stage.request(look, 'dispatch', { name: 'dealt', data: { round: 1 } })
    await stage.pass(200)
    await stage.request(look, 'dispatch', { name: 'dealt', data: { round: 2 }, to: [other.clientId] })
    await stage.pass(200)
    expect(got.sort()).toEqual([
      ['other', 1],
      ['other', 2],
      ['player', 1],
    ])
    for (const [data, code] of [
      [{ name: 'deal', data: { by: 1 } }, 'not_found'],
      [{ name: '$game' }, 'not_found'],
      [{ name: 'dealt', to: ['nobody'] }, 'look_failed'],
      [{ name: 'dealt', to: 'all' }, 'request_invalid'],
    ] as const)
      await expect(stage.request(look, 'dispatch', data as never)).rejects.toMatchObject({ code })
  })

  test.each([
    [['round'], 42, { round: 42 }],
    [['deep', 'list', 1], 'two', { deep: { list: [1, 'two', 3] } }],
    [['deep', 'list', 3], 4, { deep: { list: [1, 2, 3, 4] } }],
    [['deep', 'list', 0], undefined, { deep: { list: [2, 3] } }],
    [['deep', 'more'], { a: [null, true] }, { deep: { list: [1, 2, 3], more: { a: [null, true] } } }],
    [['deep', 'constructor'], 'a key', { deep: { list: [1, 2, 3], constructor: 'a key' } }],
  ] as const)('edits the value at %j to %j, which clients see', async (path, value, expected) => {
    const { stage, room, player, look } = await stageWithLook()
    const { version } = await stage.request(look, 'edit', { path, ...(value !== undefined && { value }) })
    expect(version).toBe(room.store.version)
    expect(room.store.state).toMatchObject(expected)
    await stage.settled(player.request('deal', { by: 1 }))
    const { round: _, ...seen } = expected as Record<string, unknown>
    expect(player.store.state).toMatchObject(seen)
    expect(player.store.state.round).toBe(room.store.state.round)
  })

  test('edits a row, a field of it, and adds and deletes rows', async () => {
    const { stage, room, player, look } = await stageWithLook()
    const { clientId } = player
    await stage.request(look, 'edit', { path: ['hands', clientId, 'face'], value: 'joker' })
    await stage.request(look, 'edit', { path: ['hands', 'new'], value: { owner: clientId, face: 'two' } })
    await stage.pass(500)
    expect(player.store.state.hands.get(clientId)?.face).toBe('joker')
    expect(player.store.state.hands.get('new')?.face).toBe('two')
    await stage.request(look, 'edit', { path: ['hands', 'new'] })
    await stage.pass(500)
    expect([room.store.state.hands.size, player.store.state.hands.size]).toEqual([1, 1])
  })

  test.each([
    [{ path: [], value: 1 }, 'request_invalid'],
    [{ value: 1 }, 'request_invalid'],
    [{ path: ['__proto__'], value: {} }, 'request_invalid'],
    [{ path: ['__proto__', 'polluted'], value: 1 }, 'not_found'],
    [{ path: ['deep', '__proto__', 'polluted'], value: 1 }, 'not_found'],
    [{ path: ['deep', 'constructor', 'prototype', 'polluted'], value: 1 }, 'not_found'],
    [{ path: ['deep', 'list', 'length'], value: 0 }, 'not_found'],
    [{ path: ['deep', 'list', 9], value: 0 }, 'not_found'],
    [{ path: ['deep', 'list', -1], value: 0 }, 'not_found'],
    [{ path: ['deep', 'list', '__proto__', 'x'], value: 0 }, 'not_found'],
    [{ path: ['hands', '__proto__', 'x'], value: 0 }, 'not_found'],
    [{ path: ['hands', 'table', 'size'], value: 0 }, 'not_found'],
    [{ path: ['hands', 'a'], value: 7 }, 'request_invalid'],
    [{ path: ['hands', 'a'], value: [7] }, 'request_invalid'],
    [{ path: ['round', 'x'], value: 7 }, 'not_found'],
    [{ path: ['nowhere'] }, 'not_found'],
    [{ path: [0], value: 7 }, 'request_invalid'],
  ] as const)('that edits %j is refused with %s, and the state stays', async (data, code) => {
    const { stage, room, look } = await stageWithLook()
    const { state, version } = room.store
    await expect(stage.request(look, 'edit', data as never)).rejects.toMatchObject({ code })
    expect([room.store.state, room.store.version]).toEqual([state, version])
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined)
  })

  test('an edit is a version of its own: a look sees what it changed, and ticks go on after it', async () => {
    const { stage, room, player, look } = await stageWithLook()
    const before = room.store.version
    const { version } = await stage.request(look, 'edit', { path: ['round'], value: 100 })
    await stage.settled(player.request('deal', { by: 1 }))
    expect(player.store.state.round).toBe(101)
    const { differences } = await stage.request(look, 'diff', { from: before, to: version })
    expect(differences).toEqual([{ path: ['round'], kind: 'changed', before: '0', after: '100' }])
    // no change is no version
    const same = await stage.request(look, 'edit', { path: ['round'], value: 101 })
    expect(same.version).toBe(room.store.version)
  })

  test('kicks a client', async () => {
    const { stage, player, look } = await stageWithLook()
    await stage.request(look, 'kick', { clientId: player.clientId, reason: 'enough' })
    await stage.pass(500)
    expect(player.closeInfo).toMatchObject({ code: 'kicked', reason: 'enough' })
    await expect(stage.request(look, 'kick', { clientId: player.clientId })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(stage.request(look, 'kick', { clientId: '__proto__' })).rejects.toMatchObject({ code: 'not_found' })
  })

  test('pauses a room, steps it tick by tick, and lets it go on', async () => {
    const { stage, room, player, look } = await stageWithLook()
    await expect(stage.request(look, 'step', {})).rejects.toMatchObject({ code: 'request_invalid' })
    await stage.request(look, 'pause', {})
    const { tick } = room.machine
    await stage.pass(1000)
    expect(room.machine.tick).toBe(tick)
    const dealt = player.request('deal', { by: 3 })
    await stage.pass(500)
    expect(room.store.state.round).toBe(0)
    expect(await stage.request(look, 'step', {})).toEqual({ tick: tick + 1 })
    await stage.settled(dealt)
    expect(player.store.state.round).toBe(3)
    expect(await stage.request(look, 'step', { ticks: 9 })).toEqual({ tick: tick + 10 })
    for (const ticks of [0, 101, 1.5, '2']) {
      await expect(stage.request(look, 'step', { ticks: ticks as never })).rejects.toMatchObject({
        code: 'request_invalid',
      })
    }
    await stage.pass(500)
    expect(look.store.state.room).toMatchObject({ isPaused: true, tick: tick + 10 })
    await stage.request(look, 'resume', {})
    await stage.pass(1000)
    expect(room.machine.tick).toBeGreaterThan(tick + 25)
  })

  test('is logged before it is done, with who did it: in the log, in the access log, and in the log of the room', async () => {
    const { stage, player, look } = await stageWithLook()
    await stage.request(look, 'edit', { path: ['round'], value: 7 })
    await stage.request(look, 'kick', { clientId: player.clientId })
    await stage.request(look, 'step', {}).catch(() => {})
    const wanted = [
      { action: 'look', room: 'cards/a', right: 'act' },
      { action: 'edit', details: '{"path":["round"],"value":7}' },
      { action: 'kick', details: `{"clientId":"${player.clientId}"}` },
      { action: 'step', details: '{}' },
    ]
    const [login, ...logged] = stage.logged
    expect(login).toMatchObject({ action: 'login', right: 'act' })
    expect(logged).toMatchObject(wanted)
    const accessed = stage.accessed.filter(({ message, action }) => message === 'action' && action !== 'login')
    expect(accessed).toMatchObject(wanted.map((entry) => ({ ...entry, remote: '203.0.113.7:5' })))
    expect(new Set(logged.map(({ session }) => session)).size).toBe(1)
    // no log has what opens a session
    const { cookie, nonce } = await stage.logIn('act')
    expect(JSON.stringify([stage.logged, stage.accessed])).not.toContain(cookie.split('=')[1])
    expect(JSON.stringify([stage.logged, stage.accessed])).not.toContain(nonce)
    const { entries } = await stage.request(look, 'log', {})
    const done = entries.filter(({ kind }) => kind === 'action').map(({ name }) => name)
    expect(done.reverse()).toEqual(['edit', 'kick', 'step'])
  })

  test('that comes too often is refused', async () => {
    const { stage, room, look } = await stageWithLook()
    const ends: string[] = []
    for (let n = 0; n < 40; n++) {
      ends.push(
        await stage.request(look, n % 2 ? 'resume' : 'pause', {}).then(
          () => 'done',
          (error) => error.code,
        ),
      )
    }
    expect(ends.filter((end) => end === 'done').length).toBeLessThan(40)
    expect(ends).toContain('too_many_requests')
    expect(room.status).toBe('open')
  })
})

describe('a recording', () => {
  test('of a room is made, ended and downloaded, and plays', async () => {
    const { stage, room, player, look } = await stageWithLook()
    const { id } = await stage.request(look, 'record', {})
    await stage.settled(player.request('deal', { by: 3 }))
    await stage.pass(2000)
    expect(look.store.state.recordings.get(id)).toMatchObject({ room: 'cards/a', status: 'recording' })
    const { cookie, nonce } = await stage.logIn('act')
    const headers = { cookie, [inspectHeader]: nonce }
    expect((await stage.ask('GET', `/recordings/${id}`, { headers })).status).toBe(404)
    await stage.request(look, 'stopRecording', { id })
    await untilReady(stage, look, id)
    const answer = await stage.ask('GET', `/recordings/${id}`, { headers })
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, 'attachment'])
    const bytes = new Uint8Array(await answer.arrayBuffer())
    const replay = await openReplay(bytes, cards)
    expect(replay.info).toMatchObject({ kind: 'cards', id: 'a' })
    expect((await replay.at(replay.lastTick)).round).toBe(3)
    expect(room.status).toBe('open')
    await expect(stage.request(look, 'stopRecording', { id: '__proto__' })).rejects.toMatchObject({ code: 'not_found' })
    // it is forgotten after a while
    await stage.pass(10 * 60_000)
    expect((await stage.ask('GET', `/recordings/${id}`, { headers })).status).toBe(404)
  })

  test('ends with its room, and there are four at a time', async () => {
    const { stage, room, look } = await stageWithLook()
    const ids: string[] = []
    for (let n = 0; n < 4; n++) ids.push((await stage.request(look, 'record', {})).id)
    await expect(stage.request(look, 'record', {})).rejects.toMatchObject({ code: 'too_many_requests' })
    await stage.request(look, 'stopRecording', { id: ids[1]! })
    await untilReady(stage, look, ids[1]!)
    await stage.request(look, 'record', {})
    await stage.settled(room.close())
    for (const id of ids.slice(2)) await untilReady(stage, look, id)
    const { recordings } = look.store.state
    expect(recordings.size).toBe(4)
    expect(recordings.has(ids[1]!)).toBe(false)
  })
})

/** A recording is compressed in threads, which take no virtual time. */
async function untilReady(stage: Stage, look: Awaited<ReturnType<Stage['look']>>, id: string): Promise<void> {
  for (let turn = 0; turn < 1000; turn++) {
    await new Promise((resolve) => setImmediate(resolve))
    await stage.pass(500)
    if (look.store.state.recordings.get(id)?.status === 'ready') return
  }
  throw new Error('the recording has not ended')
}

describe('a pause', () => {
  test('ends with the look that made it, and the log says so', async () => {
    const { stage, room, look } = await stageWithLook()
    await stage.request(look, 'pause', {})
    expect(room.machine.running).toBe(false)
    const before = stage.accessed.length
    await stage.settled(look.disconnect())
    await stage.pass(15_000)
    expect(room.machine.running).toBe(true)
    expect(stage.accessed.slice(before).filter(({ message }) => message === 'action')).toMatchObject([
      { action: 'resume', room: 'cards/a', right: 'act', details: 'the look that has paused the room has ended' },
    ])
    expect(stage.logged.at(-1)).toMatchObject({ action: 'resume', room: 'cards/a' })
  })

  test('ends when the page looks at another room', async () => {
    const { stage, room, look } = await stageWithLook()
    await stage.request(look, 'pause', {})
    await stage.request(look, 'look', { room: null })
    expect(room.machine.running).toBe(true)
  })

  test('of the game itself stays, whoever looks', async () => {
    const { stage, room, look } = await stageWithLook()
    room.pause()
    await stage.request(look, 'pause', {})
    await stage.request(look, 'look', { room: null })
    expect(room.machine.running).toBe(false)
    // one that the game makes after that of the page is its own, too
    room.resume()
    await stage.request(look, 'look', { room: 'cards/a' })
    await stage.request(look, 'pause', {})
    room.resume()
    room.pause()
    await stage.request(look, 'look', { room: null })
    expect(room.machine.running).toBe(false)
  })
})
