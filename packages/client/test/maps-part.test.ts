import { EntityMap } from '@tygase/gamestate'
import { registerReader } from '@tygase/gamestate/internal'
import { readArrayChange } from '@tygase/gamestate/internal/arrays'
import { readVersionMap } from '@tygase/gamestate/internal/rows'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setStage, turnOf } from './support/stage.js'
import type { VirtualServer } from './support/virtual-server.js'

type Row = { x: number }

let tests = 0

/** Commits a state that has a map, and that no replica of another test has decoded. */
function commitRow(server: VirtualServer, x: number): void {
  const rows = new EntityMap<Row>([['a', { x }]])
  server.store.commit({ count: x, words: [`of test ${tests}`], rows } as never, server.store.version + 1)
}

const wordsOf = (state: unknown) => (state as { words: string[] }).words
const rowsOf = (state: unknown) => (state as { rows: EntityMap<Row> }).rows

// as in a page that has no map of its own and never changes an array
beforeEach(() => {
  tests++
  registerReader('maps', undefined)
  registerReader('arrays', undefined)
})

afterEach(() => {
  vi.doUnmock('../src/maps-part.js')
  registerReader('maps', readVersionMap)
  registerReader('arrays', readArrayChange)
})

/** Lets the import of a module end. */
const loaded = () => vi.dynamicImportSettled()

test('a page without maps loads their reader when the first one comes, and connects', async () => {
  const { clock, server, dial } = setStage()
  commitRow(server, 1)
  const dialling = dial()
  await turnOf(clock)
  clock.advance(100)
  const bytes = server.session!.counters.snapshot().snapshotsAsked
  commitRow(server, 2)
  clock.advance(100)
  await loaded()
  const connection = await dialling
  // the messages that came meanwhile were kept: no second snapshot
  expect(rowsOf(connection.state).get('a')).toEqual({ x: 2 })
  expect(connection.store.versions()).toEqual([1, 2])
  expect(server.session!.counters.snapshot().snapshotsAsked).toBe(bytes)
})

test('a map that comes later finds its reader in the same way, and no event overtakes its version', async () => {
  const { clock, server, connected, log } = setStage()
  const connection = await connected()
  const seen: number[] = []
  connection.registerEventHandler('poke', () => void seen.push(connection.version))
  commitRow(server, 1)
  server.send('poke', undefined)
  clock.advance(200)
  expect([connection.version, seen]).toEqual([0, []])
  await loaded()
  expect([connection.version, seen]).toEqual([1, [1]])
  expect([...log.warnings, ...log.errors]).toEqual([])
})

test('an ack that comes with a map waits for it', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const seen: number[] = []
  connection.dispatchEvent('ping', { n: 1 }, { onAck: () => seen.push(connection.version) })
  server.answer = () => {
    commitRow(server, 1)
    return { kind: 'done' }
  }
  clock.advance(300)
  expect(seen).toEqual([])
  await loaded()
  expect(seen).toEqual([1])
})

test('a session that lost its transport meanwhile goes on over another one', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  commitRow(server, 1)
  clock.advance(100)
  commitRow(server, 2)
  server.link!.cut()
  await loaded()
  clock.advance(1000)
  expect([connection.status, connection.version]).toEqual(['connected', 2])
})

test('a connection that was closed meanwhile stays as it is', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  commitRow(server, 1)
  clock.advance(100)
  const closing = connection.disconnect()
  clock.advance(2000)
  await closing
  await loaded()
  expect([connection.status, connection.version]).toEqual(['closed', 0])
})

test('a reader that cannot be loaded closes the connection, which says so', async () => {
  vi.doMock('../src/maps-part.js', () => {
    throw new Error('offline')
  })
  const { clock, server, connected } = setStage()
  const connection = await connected()
  commitRow(server, 1)
  clock.advance(100)
  await loaded()
  await turnOf(clock)
  expect(connection.closeInfo).toMatchObject({ code: 'internal_error', byPeer: false })
  expect(connection.closeInfo?.reason).toContain('a part of the page cannot be loaded')
})

test('a page loads the reader of arrays when one changes, before the events of that version', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const seen: unknown[] = []
  connection.registerEventHandler('poke', () => void seen.push(wordsOf(connection.state)))
  const words = ['a', 'list', `of test ${tests}`]
  server.store.commit({ count: 1, words } as never, server.store.version + 1)
  clock.advance(200)
  // a new list has no change to read
  const before = connection.version
  server.store.commit({ count: 1, words: [...words, 'more'] } as never, server.store.version + 1)
  server.send('poke', undefined)
  clock.advance(200)
  expect([connection.version - before, seen]).toEqual([0, []])
  await loaded()
  expect(seen).toEqual([[...words, 'more']])
})

test('a map whose rows have a changed array loads both readers, one after the other', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const commit = (trail: number[]): void => {
    const rows = new EntityMap([['a', { x: tests, trail }]])
    server.store.commit({ count: 1, words: ['x'], rows } as never, server.store.version + 1)
  }
  commit([1, 2, 3, 4, 5])
  clock.advance(200)
  await loaded()
  commit([2, 3, 4, 5, 6])
  clock.advance(200)
  await loaded()
  expect(rowsOf(connection.state).get('a')).toMatchObject({ trail: [2, 3, 4, 5, 6] })
})

test('what came while one reader was loaded waits for the next one as well', async () => {
  const { clock, server, connected } = setStage()
  const connection = await connected()
  const seen: number[][] = []
  const trailOf = () => (rowsOf(connection.state).get('a') as unknown as { trail: number[] }).trail
  connection.registerEventHandler('poke', () => void seen.push(trailOf()))
  const asked = server.session!.counters.snapshot().snapshotsAsked
  for (const trail of [
    [1, 2, 3, 4, 5],
    [2, 3, 4, 5, 6],
    [3, 4, 5, 6, 7],
  ]) {
    const rows = new EntityMap([['a', { x: tests, trail }]])
    server.store.commit({ count: 1, words: ['x'], rows } as never, server.store.version + 1)
    clock.advance(100)
  }
  server.send('poke', undefined)
  clock.advance(100)
  await loaded()
  await loaded()
  clock.advance(100)
  expect(seen).toEqual([[3, 4, 5, 6, 7]])
  expect(server.session!.counters.snapshot().snapshotsAsked).toBe(asked)
})
