import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { Connection } from '@tygase/client'
import type { Immutable } from '@tygase/gamestate'
import { restoreState } from '@tygase/server/internal'
import { lmdbStorage } from '@tygase/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { often } from '../support/effort.js'
import { bundleProgram } from './support/bundle-program.js'
import { connect } from './support/patient.js'
import { type Hall, type hall, serveSavedRooms } from './support/room-saving.js'

const kills = often(5, 8)
const rooms = ['hall/a', 'hall/b'] as const
const program = join(root, '.cache/e2e/room-saving.mjs')
const folder = mkdtempSync(join(tmpdir(), 'tygase-'))
const path = join(folder, 'rooms.db')
const children = new Set<ChildProcess>()

beforeAll(async () => {
  const code = `import { ${serveSavedRooms.name} } from './room-saving.js'
        await ${serveSavedRooms.name}(process.argv[2], Number(process.argv[3]))`
  await bundleProgram({ code }, program, ['lmdb', 'ws'])
})

afterAll(() => {
  for (const child of children) child.kill('SIGKILL')
  rmSync(folder, { recursive: true, force: true })
})

/** A process that serves and saves. @param saved gets the last number acknowledged of each room */
async function startServer(port: number, saved: Map<string, number>) {
  const child = spawn(process.execPath, [program, path, `${port}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  children.add(child)
  let saves = 0
  let onSave = (): void => {}
  const ended = new Promise<string | number | null>((resolve) => {
    child.once('close', (code, signal) => {
      children.delete(child)
      resolve(signal ?? code)
    })
  })
  const listening = new Promise<number>((resolve, reject) => {
    child.once('close', () => reject(new Error('the server has ended before it listened')))
    createInterface({ input: child.stdout }).on('line', (line) => {
      const [what, first = '', second] = line.split(' ')
      if (what === 'port') return resolve(Number(first))
      saved.set(first, Number(second))
      saves++
      onSave()
    })
  })
  return {
    port: await listening,
    /** Waits for so many more saves of all rooms together. */
    waitForSaves: (count: number) =>
      new Promise<void>((resolve) => {
        const last = saves + count
        onSave = () => {
          if (saves >= last) resolve()
        }
      }),
    end: (signal: NodeJS.Signals) => {
      child.kill(signal)
      return ended
    },
  }
}

/** Resolves with the code when the session has ended. */
const closeCodeOf = (connection: Connection<typeof hall>): Promise<string | undefined> =>
  new Promise((resolve) => {
    connection.onStatus((status, info) => status === 'closed' && resolve(info?.code))
  })

const isWhole = ({ number, pages }: Immutable<Hall>): boolean =>
  [...pages.values()].every((page) => page.number === number)

test('rooms whose process is killed with kill -9 while they play come back as they were acknowledged as saved, or later, and whole [G4] [R12]', async () => {
  const saved = new Map<string, number>()
  /** Of each room: what was written into its book, and at which number. */
  const written = new Map(rooms.map((room) => [room, new Map<string, number>()]))
  let port = 0
  let before: Promise<string | undefined>[] = []
  for (let round = 0; round < kills; round++) {
    const acknowledged = new Map(saved)
    const server = await startServer(port, saved)
    port = server.port
    const guests: Connection<typeof hall>[] = []
    for (const room of rooms) {
      const guest = await connect<typeof hall>(`ws://localhost:${port}/${room}`)
      guests.push(guest)
      const { number, book } = guest.state
      const atLeast = acknowledged.get(room) ?? 0
      expect(number, `${room} after kill ${round}`).toBeGreaterThanOrEqual(atLeast)
      expect(isWhole(guest.state), `${room} after kill ${round} is whole`).toBe(true)
      const kept = [...written.get(room)!].filter(([, at]) => at < atLeast).map(([name]) => name)
      expect(book, `what is in the book of ${room} after kill ${round}`).toEqual(expect.arrayContaining(kept))
      expect(book.every((name) => name.startsWith(room))).toBe(true)
      // those who were there when the process died have left, as the rules have it
      await guest.waitUntil(({ guests }) => guests.size === 1 && guests.has(guest.clientId))
      const name = `${room} ${round}`
      written.get(room)!.set(name, await guest.request('sign', name))
    }
    // sessions do not outlast their process, and their clients are told so
    expect(await Promise.all(before)).toEqual(before.map(() => 'resume_failed'))
    before = guests.map(closeCodeOf)
    // from the midst of the first saves to well after what was written is kept
    await server.waitForSaves(4 + ((round * 37) % 60))
    expect(await server.end('SIGKILL')).toBe('SIGKILL')
  }

  const last = await startServer(port, saved)
  expect(await Promise.all(before)).toEqual(before.map(() => 'resume_failed'))
  const books = new Map<string, readonly string[]>()
  for (const room of rooms) {
    const guest = await connect<typeof hall>(`ws://localhost:${port}/${room}`)
    await guest.request('sign', `${room} at last`)
    await guest.disconnect()
  }
  expect(await last.end('SIGTERM')).toBe(0)
  const storage = lmdbStorage({ path })
  for (const room of rooms) {
    const { state } = (await restoreState<Hall>(storage, `rooms/${room}`, { version: 1 }))!
    expect([isWhole(state), state.number >= saved.get(room)!, state.guests.size]).toEqual([true, true, 0])
    books.set(room, state.book)
  }
  await storage.close()
  // what was written before an orderly end is there, and most of what was written before the others
  for (const room of rooms) {
    expect(books.get(room)?.at(-1)).toBe(`${room} at last`)
    expect(books.get(room)?.length).toBeGreaterThan(kills / 2)
  }
})
