import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { silentLogger } from '@tygase/gamestate/internal'
import type { SharedJournal } from '@tygase/server/internal'
import { describe, expect, test } from 'vitest'
import { openSharedJournal, type SharedJournalOptions } from '../../src/index.js'
import { leftTexts } from './shared-stage.js'
import { bytesOf, Lines } from './stage.js'
import { tempFolder } from './temp-folder.js'

async function server(
  folder: string,
  serverId: string,
  epoch: number,
  options: SharedJournalOptions = {},
): Promise<SharedJournal> {
  const journal = openSharedJournal(folder, options)
  expect(await journal.open(silentLogger)).toEqual([])
  await journal.join({ serverId, mayAct: () => true, epochOf: () => epoch })
  return journal
}

function written(journal: SharedJournal, room: string): Promise<unknown> {
  return new Promise((resolve) => journal.whenWritten(room, resolve))
}

describe('a shared journal in a folder', () => {
  test.each(['process', 'disk'] as const)(
    'hands a room on from server to server, and survives the %s',
    async (durable) => {
      const folder = join(tempFolder(), 'made', 'here')
      const dead = new Set<string>()
      const isAlive = (serverId: string): boolean => !dead.has(serverId)
      const texts = ['first']
      for (let epoch = 1; epoch <= 4; epoch++) {
        const id = `server-${epoch}`
        const journal = await server(folder, id, epoch, { durable })
        const left = await journal.left('arena/1', isAlive)
        expect(leftTexts(left)).toEqual(epoch === 1 ? undefined : [epoch - 1, texts.join(), `${epoch - 1}`])
        if (left !== undefined) texts.push(`${epoch - 1}`)
        journal.append('arena/1', 'snapshot', bytesOf(texts.join()))
        journal.append('arena/1', 'record', bytesOf(`${epoch}`))
        expect(await written(journal, 'arena/1')).toBe(undefined)
        await journal.close()
        dead.add(id)
        // the folder of the server before is gone: its only room is taken
        expect(readdirSync(folder)).toEqual([id])
      }
      const last = await server(folder, 'last', 9)
      expect(await last.orphans(isAlive)).toEqual(['arena/1'])
      await last.close()
    },
  )

  test('gives bytes of their own, which do not keep those of all rooms in memory', async () => {
    const folder = tempFolder()
    const a = await server(folder, 'a', 1)
    for (const room of ['arena/1', 'arena/2']) {
      a.append(room, 'snapshot', new Uint8Array(100_000))
      a.append(room, 'record', new Uint8Array(100))
    }
    expect(await written(a, 'arena/2')).toBe(undefined)
    await a.close()
    const b = await server(folder, 'b', 2)
    const left = await b.left('arena/1', (serverId) => serverId === 'b')
    const sizes = [left!.snapshot, ...left!.records].map(({ buffer }) => buffer.byteLength)
    expect(sizes).toEqual([100_000, 100])
    await b.close()
  })

  test('can be read by its owner alone, and leaves alone what is not of servers', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'read.me'), 'x')
    mkdirSync(join(folder, 'lost+found'))
    const a = await server(folder, 'a', 1)
    a.append('arena/1', 'snapshot', bytesOf('x'))
    await a.close()
    expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700)
    for (const name of readdirSync(join(folder, 'a'))) expect(statSync(join(folder, 'a', name)).mode & 0o077).toBe(0)
    const log = new Lines()
    const b = openSharedJournal(folder)
    await b.open(log)
    expect(await b.orphans(() => false)).toEqual(['arena/1'])
    expect(log.all).toEqual([])
    expect(['read.me', 'lost+found', 'a'].every((name) => existsSync(join(folder, name)))).toBe(true)
    await b.close()
  })

  test('takes away what a process has left half removed', async () => {
    const folder = tempFolder()
    mkdirSync(join(folder, 'a.gone'))
    writeFileSync(join(folder, 'a.gone', 'x'), 'x')
    const b = await server(folder, 'b', 1)
    expect(await b.orphans(() => true)).toEqual([])
    expect(readdirSync(folder)).toEqual(['b'])
    await b.close()
  })

  test('that is a file is refused with journal_failed and the cause', async () => {
    const path = join(tempFolder(), 'file')
    writeFileSync(path, '')
    await expect(openSharedJournal(path).open(silentLogger)).rejects.toMatchObject({
      code: 'journal_failed',
      cause: { code: 'EEXIST' },
    })
  })

  test('hides tokens as any journal does', async () => {
    const journal = openSharedJournal(tempFolder())
    expect(journal.hashOf(bytesOf('a'))).toHaveLength(32)
    expect(journal.hashOf(bytesOf('a'))).not.toEqual(journal.hashOf(bytesOf('b')))
    await journal.close()
  })

  test.each([
    ['', {}],
    ['x', { durable: 'memory' as 'disk' }],
    ['x', { segmentBytes: 1 }],
    ['x', { waitMs: 5 } as object],
  ])('%j with the options %j is refused with invalid_argument', (folder, options) => {
    expect(() => openSharedJournal(folder, options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})
