import { EntityMap } from '@tygase/gamestate'
import { registerMapReader } from '@tygase/gamestate/internal'
import { readVersionMap } from '@tygase/gamestate/internal/rows'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { setStage, turnOf } from './support/stage.js'
import type { VirtualServer } from './support/virtual-server.js'

type Row = { x: number }

/** Commits a state that has a map. */
function commitRow(server: VirtualServer, x: number): void {
  const rows = new EntityMap<Row>([['a', { x }]])
  server.store.commit({ count: x, words: [], rows } as never, server.store.version + 1)
}

const rowsOf = (state: unknown) => (state as { rows: EntityMap<Row> }).rows

// as in a page that has no map of its own
beforeEach(() => registerMapReader(undefined))

afterEach(() => {
  vi.doUnmock('@tygase/gamestate/internal/rows')
  registerMapReader(readVersionMap)
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
  vi.doMock('@tygase/gamestate/internal/rows', () => {
    throw new Error('offline')
  })
  const { clock, server, connected } = setStage()
  const connection = await connected()
  commitRow(server, 1)
  clock.advance(100)
  await loaded()
  await turnOf(clock)
  expect(connection.closeInfo).toMatchObject({ code: 'internal_error', byPeer: false })
  expect(connection.closeInfo?.reason).toContain('the part of the page that reads maps cannot be loaded')
})
