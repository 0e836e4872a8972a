import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { Accounts, createPasswords } from '@tygase/auth'
import { connect } from '@tygase/client'
import { defineGame } from '@tygase/gamestate'
import { openJournal } from '@tygase/record'
import { Server, type Storage } from '@tygase/server'
import { type Journal, restoreState } from '@tygase/server/internal'
import { lmdbStorage } from '@tygase/storage'
import { VirtualClock } from '@tygase/testkit/internal'
import { remount } from './small-disk.js'

/** A size that holds all that a scenario writes. */
const enough = 32 * 1024 * 1024

type Outcome = 'done' | { readonly code: string; readonly message: string; readonly cause: string }

async function outcomeOf(work: () => Promise<unknown>): Promise<Outcome> {
  try {
    await work()
    return 'done'
  } catch (error) {
    const { code, message, cause } = error as Error & { code: string }
    return { code, message, cause: cause instanceof Error ? cause.message : '' }
  }
}

/** Takes all that is left of the disk. */
function fill(folder: string): void {
  try {
    for (let i = 0; ; i++) writeFileSync(`${folder}/filler-${i}`, new Uint8Array(4096))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error
  }
}

const large = (fill: number): Uint8Array => new Uint8Array(100_000).fill(fill)

async function full(folder: string): Promise<object> {
  const storage = lmdbStorage({ path: `${folder}/game.db` })
  await storage.put('before', 'all is well')
  const single: Outcome[] = []
  for (let i = 0; i < 30; i++) single.push(await outcomeOf(() => storage.put(`large/${i}`, large(i))))
  const done = single.filter((outcome) => outcome === 'done').length
  const together = await Promise.all([
    ...Array.from({ length: 10 }, (_, i) => outcomeOf(() => storage.put(`other/${i}`, large(i)))),
    outcomeOf(() =>
      storage.batch([
        { type: 'put', key: 'half', value: 1 },
        { type: 'put', key: 'other half', value: large(1) },
      ]),
    ),
  ])
  const kept = (await storage.list('large/')).length
  const half = await storage.get('half')
  remount(folder, `size=${enough}`)
  const later = await outcomeOf(() => storage.put('later', large(7)))
  const found = [await storage.get('before'), ((await storage.get('later')) as Uint8Array | undefined)?.length]
  await storage.close()
  const again = lmdbStorage({ path: `${folder}/game.db` })
  const keptAgain = (await again.list('large/')).length
  await again.close()
  return { done, failed: single.at(-1), together, kept, keptAgain, half: half ?? null, later, found }
}

async function openedWhenFull(folder: string): Promise<object> {
  const path = `${folder}/old.db`
  const old = lmdbStorage({ path })
  await old.put('key', 'value')
  await old.close()
  fill(folder)
  const made = await outcomeOf(async () => lmdbStorage({ path: `${folder}/new.db` }))
  const storage = lmdbStorage({ path })
  const value = await storage.get('key')
  // more than the room that the file has left
  const write = await outcomeOf(() => storage.put('large', new Uint8Array(600_000)))
  remount(folder, `size=${enough}`)
  const later = await outcomeOf(() => storage.put('large', large(1)))
  await storage.close()
  const madeLater = await outcomeOf(async () => {
    const other = lmdbStorage({ path: `${folder}/new.db` })
    await other.put('key', 1)
    await other.close()
  })
  return { made, value, write, later, madeLater }
}

async function readOnly(folder: string): Promise<object> {
  const path = `${folder}/game.db`
  const first = lmdbStorage({ path })
  await first.put('key', 'value')
  await first.close()
  remount(folder, 'ro')
  const opened = await outcomeOf(async () => lmdbStorage({ path }))
  const made = await outcomeOf(async () => lmdbStorage({ path: `${folder}/other.db` }))
  remount(folder, 'rw')
  const later = await outcomeOf(async () => {
    const storage = lmdbStorage({ path })
    await storage.put('key', 'other')
    await storage.close()
  })
  return { opened, made, later }
}

/** Holds the file, as a process does that is stopped in the midst of a write, and lets go when its input ends. */
const holder = `
  import { open } from 'lmdb'
  import { readSync } from 'node:fs'
  const database = open({ path: process.argv[1], noSubdir: true, encoding: 'binary', keyEncoding: 'binary', overlappingSync: false })
  database.transactionSync(() => {
    process.stdout.write('held')
    readSync(0, new Uint8Array(1))
  })
  await database.close()`

async function locked(folder: string): Promise<object> {
  const path = `${folder}/game.db`
  const clock = new VirtualClock()
  const storage = lmdbStorage({ path, clock, writeTimeoutMs: 30_000 })
  await storage.put('key', 'value')
  const args = ['--input-type=module', '-e', holder, path]
  const child = spawn(process.execPath, args, { cwd: import.meta.dirname, stdio: ['pipe', 'pipe', 'inherit'] })
  await new Promise((resolve) => child.stdout.once('data', resolve))
  const writing = outcomeOf(() => storage.put('key', 'late'))
  clock.advance(29_999)
  const value = await storage.get('key')
  clock.advance(1)
  const late = await writing
  const next = await outcomeOf(() => storage.put('other', 1))
  child.stdin.end()
  await new Promise((resolve) => child.once('close', resolve))
  let later = await outcomeOf(() => storage.put('other', 2))
  // the late write ends in a later turn
  while (later !== 'done') {
    await new Promise((resolve) => setImmediate(resolve))
    later = await outcomeOf(() => storage.put('other', 2))
  }
  const found = [await storage.get('key'), await storage.get('other')]
  await storage.close()
  return { late, next, value, later, found }
}

async function accounts(folder: string): Promise<object> {
  const storage = lmdbStorage({ path: `${folder}/game.db` })
  const errors: string[] = []
  const logger = { debug() {}, info() {}, warn() {}, error: (_: object, message: string) => void errors.push(message) }
  const cheap = createPasswords({ N: 2, r: 1, p: 1 })
  const old = new Accounts({ storage, logger, passwords: cheap })
  await old.add('ada', 'a long password')
  fill(folder)
  // the room that the file has left
  for (let i = 0; (await outcomeOf(() => storage.put(`filler/${i}`, large(1)))) === 'done'; ) i++
  for (let i = 0; (await outcomeOf(() => storage.put(`last/${i}`, i))) === 'done'; ) i++
  const added = await outcomeOf(() => old.add('bob', 'a long password'))
  // the hash of this login is renewed, and there is no room for it
  const now = new Accounts({ storage, logger, passwords: createPasswords({ N: 4, r: 1, p: 1 }) })
  const login = await outcomeOf(() => now.login('ada', 'a long password'))
  const wrong = await outcomeOf(() => now.login('ada', 'a wrong password'))
  const changed = await outcomeOf(() => now.setPassword('ada', 'another password'))
  const removed = await outcomeOf(() => now.remove('bob'))
  remount(folder, `size=${enough}`)
  const later = await outcomeOf(() => now.add('cleo', 'a long password'))
  const loginLater = await outcomeOf(() => now.login('ada', 'a long password'))
  await storage.close()
  return { added, login, wrong, changed, removed, later, loginLater, errors }
}

const pile = defineGame({
  initialState: () => ({ ticks: 0, blob: new Uint8Array() }),
  tickRate: 10,
  timeStep: (state) => {
    state.ticks++
    // as a state that grows does
    if (state.ticks === 1) state.blob = Uint8Array.from({ length: 3_000_000 }, (_, i) => (i * 2_654_435_761) >>> 13)
  },
})

async function rooms(folder: string): Promise<object> {
  const storage: Storage = lmdbStorage({ path: `${folder}/game.db` })
  const logged: { message: string; code: unknown; cause: unknown }[] = []
  const error = (details: object, message: string): void => {
    const { err } = details as { err: Error & { code?: string } }
    logged.push({ message, code: err.code, cause: (err.cause as Error | undefined)?.message })
  }
  const clock = new VirtualClock()
  const logger = { debug() {}, info() {}, warn() {}, error }
  const server = new Server({ storage, clock, logger })
  server.define('pile', pile, { save: { version: 1, intervalMs: 1000 } })
  await server.run({ port: false })
  const room = await server.createRoom('pile', { id: 'a' })
  const connecting = connect<typeof pile>(server.at('/pile/a'), { clock })
  const play = async (ms: number): Promise<void> => {
    for (const end = clock.now() + ms; clock.now() < end; ) {
      clock.advance(50)
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  await play(1000)
  const client = await connecting
  while (logged.length < 3) await play(1000)
  const failures = [...logged]
  const before = room.machine.tick
  await play(1000)
  const ticksBetween = room.machine.tick - before
  remount(folder, `size=${enough}`)
  let savedTick = 0
  while (savedTick < before) {
    await play(1000)
    savedTick = (await restoreState(storage, 'rooms/pile/a', { version: 1 }))?.tick ?? 0
  }
  const isConnected = client.status === 'connected'
  await Promise.all([server.shutdown(), play(2000)])
  const last = await restoreState(storage, 'rooms/pile/a', { version: 1 })
  await storage.close()
  return { failures, ticksBetween, isConnected, isLastSaved: last?.tick === room.machine.tick }
}

async function journal(folder: string): Promise<object> {
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const written = (of: Journal): Promise<Outcome> =>
    outcomeOf(
      () =>
        new Promise<void>((resolve, reject) =>
          of.whenWritten('room', (error) => (error === undefined ? resolve() : reject(error as Error))),
        ),
    )
  const first = openJournal(`${folder}/journal`)
  await first.open(silent)
  first.append('room', 'snapshot', new Uint8Array([0]))
  const records: Outcome[] = []
  while (records.at(-1) === 'done' || records.length === 0) {
    first.append('room', 'record', large(records.length))
    records.push(await written(first))
  }
  first.append('room', 'record', large(0))
  const behind = await written(first)
  remount(folder, `size=${enough}`)
  first.append('room', 'snapshot', new Uint8Array([1]))
  first.append('room', 'record', large(7))
  const healed = await written(first)
  await first.close()
  const second = openJournal(`${folder}/journal`)
  const found = (await second.open(silent)).map(({ snapshot, records: kept }) => [snapshot[0], kept.length])
  await second.close()
  return { done: records.length - 1, failed: records.at(-1), behind, healed, found }
}

const scenarios = { full, openedWhenFull, readOnly, locked, accounts, rooms, journal }

export type Scenario = keyof typeof scenarios

/** Plays a scenario on a small disk, and prints how it went. */
export async function runDiskProgram(name: string, folder: string): Promise<void> {
  const rejections: string[] = []
  process.on('unhandledRejection', (reason) => void rejections.push(String(reason)))
  const result = await scenarios[name as Scenario](folder)
  // a rejection that nobody takes is reported in a later turn
  for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve))
  console.log(JSON.stringify({ ...result, rejections }))
}
