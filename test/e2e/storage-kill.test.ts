import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@tygase/server'
import { restoreState } from '@tygase/server/internal'
import { lmdbStorage } from '@tygase/storage'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { root } from '../architecture/repository.js'
import { often } from '../support/effort.js'
import { bundleProgram } from './support/bundle-program.js'
import { type Board, pieces, type Sealed, saveWithoutEnd, stateKey, sumOf, writers } from './support/storage-saving.js'

const kills = often(15, 50)
const program = join(root, '.cache/e2e/storage-saving.mjs')
const folder = mkdtempSync(join(tmpdir(), 'tygase-'))
const path = join(folder, 'game.db')

beforeAll(async () => {
  const code = `import { ${saveWithoutEnd.name} } from './storage-saving.js'
        await ${saveWithoutEnd.name}(process.argv[2], Number(process.argv[3]))`
  await bundleProgram({ code }, program, ['lmdb'])
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Lets a process save until it has acknowledged so many, and kills it. @returns the last number acknowledged of each key */
async function saveAndKill(first: number, acknowledgements: number): Promise<Map<string, number>> {
  const child = spawn(process.execPath, [program, path, `${first}`], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  let count = 0
  child.stdout.setEncoding('utf8')
  child.stdout.on('data', (part: string) => {
    text += part
    count += part.split('\n').length - 1
    if (count >= acknowledgements) child.kill('SIGKILL')
  })
  const signal = await new Promise((resolve) => child.once('close', (_code, by) => resolve(by)))
  expect(signal).toBe('SIGKILL')
  const last = new Map<string, number>()
  for (const line of text.split('\n').slice(0, -1)) {
    const [key = '', number] = line.split(' ')
    last.set(key, Number(number))
  }
  return last
}

/** What is wrong with what is kept, given what was acknowledged. */
async function faultsOf(storage: Storage, acknowledged: ReadonlyMap<string, number>): Promise<string[]> {
  const faults: string[] = []
  const kept = new Map((await storage.list('', { limit: 1000 })).map(({ key, value }) => [key, value as Sealed]))
  const saved = await restoreState<Board>(storage, stateKey, { version: 1 })
  kept.delete(stateKey)
  for (const [key, value] of kept) if (value.sum !== sumOf(value)) faults.push(`${key} is torn`)
  for (let i = 0; i < writers; i++) {
    const [left, right] = [kept.get(`left/${i}`), kept.get(`right/${i}`)]
    if (left?.number !== right?.number) faults.push(`of pair ${i} one half is kept`)
  }
  const xs = new Set([...(saved?.state.pieces.values() ?? [])].map(({ x }) => x))
  if (saved && !(xs.size === 1 && xs.has(saved.tick) && saved.state.pieces.size === pieces))
    faults.push('state is torn')
  for (const [key, number] of acknowledged) {
    const there = key === stateKey ? saved?.tick : kept.get(key)?.number
    if (!(there !== undefined && there >= number)) faults.push(`${key}: ${number} was acknowledged, ${there} is kept`)
  }
  return faults
}

test('a process killed with kill -9 again and again while it saves loses nothing that was acknowledged, and nothing is torn [R12]', async () => {
  const acknowledged = new Map<string, number>()
  let total = 0
  for (let round = 0; round < kills; round++) {
    // from before everybody's first save to the midst of many
    const last = await saveAndKill(round * 1_000_000, 1 + ((round * 37) % 150))
    for (const [key, number] of last) acknowledged.set(key, number)
    total += last.size
    const storage = lmdbStorage({ path })
    const faults = await faultsOf(storage, acknowledged)
    await storage.close()
    expect(faults, `after kill ${round + 1}`).toEqual([])
  }
  expect(total).toBeGreaterThan(kills)
})

test('the check would find a value that is lost, torn or half of a pair', async () => {
  const storage = lmdbStorage({ path: join(folder, 'bad.db') })
  const data = new Uint8Array(3)
  await storage.put('one/0', { number: 2, data, sum: sumOf({ number: 1, data }) })
  await storage.put('left/0', { number: 2, data, sum: sumOf({ number: 2, data }) })
  expect(await faultsOf(storage, new Map([['one/1', 5]]))).toEqual([
    'one/0 is torn',
    'of pair 0 one half is kept',
    'one/1: 5 was acknowledged, undefined is kept',
  ])
  await storage.close()
})
