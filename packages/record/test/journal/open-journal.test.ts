import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@tygase/gamestate/internal'
import type { Journal } from '@tygase/server/internal'
import { describe, expect, test } from 'vitest'
import { openJournal } from '../../src/index.js'
import { bytesOf, textsOf } from './stage.js'
import { tempFolder } from './temp-folder.js'

function written(journal: Journal, room: string): Promise<unknown> {
  return new Promise((resolve) => journal.whenWritten(room, resolve))
}

describe('a journal in a folder', () => {
  test.each(['process', 'disk'] as const)('survives the %s', async (durable) => {
    const folder = join(tempFolder(), 'made', 'here')
    const first = openJournal(folder, { durable })
    expect(await first.open(silentLogger)).toEqual([])
    first.append('arena/1', 'snapshot', bytesOf('a'))
    first.append('arena/1', 'record', bytesOf('b'))
    expect(await written(first, 'arena/1')).toBe(undefined)
    await first.close()
    const second = openJournal(folder)
    expect(textsOf(await second.open(silentLogger))).toEqual({ 'arena/1': ['a', 'b'] })
    await second.close()
  })

  test('can be read by its owner alone', async () => {
    const folder = join(tempFolder(), 'journal')
    const journal = openJournal(folder)
    await journal.open(silentLogger)
    journal.append('arena/1', 'snapshot', bytesOf('a'))
    await written(journal, 'arena/1')
    await journal.close()
    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777)
    expect(statSync(folder).mode & 0o777).toBe(0o700)
    expect(modes).toEqual([0o600, 0o600])
  })

  test('that is a file is refused with journal_failed and the cause', async () => {
    const path = join(tempFolder(), 'file')
    writeFileSync(path, '')
    await expect(openJournal(path).open(silentLogger)).rejects.toMatchObject({
      code: 'journal_failed',
      cause: { code: 'EEXIST' },
    })
  })

  test.each([
    ['', {}],
    ['x', { durable: 'memory' as 'disk' }],
    ['x', { waitMs: -1 }],
    ['x', { segmentBytes: 1 }],
    ['x', { fsync: true } as object],
  ])('%j with the options %j is refused with invalid_argument', (folder, options) => {
    expect(() => openJournal(folder, options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})

describe('a second process', () => {
  test('waits for the end of the first one, and then finds all', async () => {
    const folder = tempFolder()
    const first = openJournal(folder)
    await first.open(silentLogger)
    const second = openJournal(folder)
    let isOpen = false
    let meet = (): void => {}
    const met = new Promise<void>((resolve) => {
      meet = resolve
    })
    const opening = second.open(silentLogger, meet).then((rooms) => {
      isOpen = true
      return rooms
    })
    first.append('a', 'snapshot', bytesOf('x'))
    await written(first, 'a')
    expect(isOpen).toBe(false)
    await met
    expect([first.isAwaited, second.isAwaited]).toEqual([true, false])
    await first.close()
    expect(textsOf(await opening)).toEqual({ a: ['x'] })
    expect(second.isAwaited).toBe(false)
    await second.close()
  })

  test('is refused with journal_locked if the first one does not end in time, and takes nothing from it', async () => {
    const folder = tempFolder()
    const first = openJournal(folder)
    await first.open(silentLogger)
    await expect(openJournal(folder, { waitMs: 0 }).open(silentLogger)).rejects.toMatchObject({
      code: 'journal_locked',
    })
    await expect(openJournal(folder, { waitMs: 30 }).open(silentLogger)).rejects.toMatchObject({
      code: 'journal_locked',
    })
    first.append('a', 'snapshot', bytesOf('x'))
    expect(await written(first, 'a')).toBe(undefined)
    await first.close()
  })

  test('takes the journal if it is told to, and the first one gets storage_fenced', async () => {
    const folder = tempFolder()
    const first = openJournal(folder)
    await first.open(silentLogger)
    const second = openJournal(folder, { waitMs: 0, takeOver: true })
    expect(await second.open(silentLogger)).toEqual([])
    first.append('a', 'snapshot', bytesOf('x'))
    expect(await written(first, 'a')).toMatchObject({ code: 'storage_fenced' })
    await first.close()
    second.append('a', 'snapshot', bytesOf('y'))
    expect(await written(second, 'a')).toBe(undefined)
    await second.close()
  })

  test('goes on at once when the first one was killed', async () => {
    const folder = tempFolder()
    mkdirSync(folder, { recursive: true })
    // a process that has the lock, as a journal has it, until it is killed
    const program = `require('node:net').createServer().listen(process.argv[1], () => process.stdout.write('x'))`
    const child = spawn(process.execPath, ['-e', program, join(folder, 'lock')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(child.stdout, 'data')
    const journal = openJournal(folder)
    const opening = journal.open(silentLogger)
    child.kill('SIGKILL')
    expect(await opening).toEqual([])
    await journal.close()
  })

  test('in a folder whose path is too long for a socket waits, too', async () => {
    const folder = join(tempFolder(), 'a'.repeat(100))
    const first = openJournal(folder)
    await first.open(silentLogger)
    await expect(openJournal(folder, { waitMs: 0 }).open(silentLogger)).rejects.toMatchObject({
      code: 'journal_locked',
    })
    await first.close()
    const second = openJournal(folder)
    await second.open(silentLogger)
    await second.close()
  })

  test('that closes while it waits lets the next one in', async () => {
    const folder = tempFolder()
    const first = openJournal(folder)
    await first.open(silentLogger)
    const second = openJournal(folder)
    const opening = second.open(silentLogger)
    const closed = second.close()
    await first.close()
    await opening
    await closed
    const third = openJournal(folder)
    await third.open(silentLogger)
    await third.close()
  })
})
