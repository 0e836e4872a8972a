import { defineGame } from '@tygase/gamestate'
import { MemoryJournal } from '@tygase/testkit'
import { expect, test } from 'vitest'
import { Server } from '../../src/index.js'
import { setRoomStage } from '../support/stage.js'

const counting = defineGame({
  tickRate: 20,
  initialState: () => ({ count: 0 }),
  timeStep: (state) => void state.count++,
})

const handOver = { handOver: true, endSessions: true }

async function setHandOver() {
  const journal = new MemoryJournal()
  const stage = await setRoomStage()
  const { server, clock } = stage
  const define = (each: Server) =>
    each.define('count', counting, {
      save: { journal },
      runWhenEmpty: true,
      onShutdown: ({ id }) =>
        id === 'slow' ? new Promise((resolve) => void clock.schedule(1000, () => resolve())) : undefined,
    })
  define(server)
  const next = define(new Server({ clock, logger: false }))
  return { ...stage, journal, next }
}

test('rooms that are handed over stand still in one moment: none waits for the slow hook of another', async () => {
  const { server, pass, journal } = await setHandOver()
  const quick = await server.createRoom('count', { id: 'quick' })
  const slow = await server.createRoom('count', { id: 'slow' })
  await pass(200)
  const ended = server.shutdown(handOver)
  const { tick } = quick.machine
  await pass(950)
  expect(quick.machine.tick).toBeGreaterThanOrEqual(tick + 18)
  await pass(200)
  await ended
  expect(Math.abs(quick.machine.tick - slow.machine.tick)).toBeLessThanOrEqual(1)
  expect(journal.entries.slice(-2).map(({ kind, room }) => [kind, room])).toEqual([
    ['snapshot', 'count/quick'],
    ['snapshot', 'count/slow'],
  ])
})

test('the next process begins with the bytes that it was left, and makes the next tick at once', async () => {
  const { server, pass, journal, next } = await setHandOver()
  const { machine } = await server.createRoom('count', { id: 'quick' })
  await pass(500)
  const ended = server.shutdown(handOver)
  await pass(100)
  await ended
  const left = journal.entries.at(-1)!
  const { length } = journal.entries
  await next.run({ port: false })
  const room = next.rooms.get('count/quick')!
  expect(room.store.version).toBe(machine.tick + 1)
  expect(room.store.state).toEqual({ count: machine.tick + 1 })
  expect(journal.entries[length]).toEqual(left)
})

test('a room behind whose snapshot something was written begins with a snapshot of its own', async () => {
  const { server, pass, journal, next } = await setHandOver()
  await server.createRoom('count', { id: 'quick' })
  await pass(500)
  const { entries } = journal
  const before = entries.findLast(({ kind }) => kind === 'snapshot')!
  expect(entries.at(-1)!.kind).toBe('record')
  await next.run({ port: false })
  const own = journal.entries.slice(entries.length).find(({ kind }) => kind === 'snapshot')!
  expect(own.bytes).not.toEqual(before.bytes)
})
