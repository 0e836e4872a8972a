import { describe, expect, test } from 'vitest'
import { SharedWorld } from './shared-stage.js'
import { bytesOf, firstSegment } from './stage.js'

describe('what counts as written', () => {
  test('is what is in the file while the process may act', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 7, 'x')
    const answer = a.asked('arena/1')
    expect([a.journal.isWritten('arena/1'), answer.outcome]).toEqual([true, 'waits'])
    await world.settle()
    expect(answer.outcome).toBe('written')
    expect(Buffer.from(world.disk.at('a').contents.get(firstSegment)!).includes('arena/1@7')).toBe(true)
  })

  test('is nothing while the process may not act, and all in its order once it may again', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.begin('arena/2', 1, 'y')
    const order: string[] = []
    const ask = (name: string, room: string): void => a.journal.whenWritten(room, () => order.push(name))
    a.record('arena/1', 'x1')
    a.mayAct = false
    ask('first', 'arena/1')
    ask('second', 'arena/2')
    await world.settle()
    expect([order, a.journal.isWritten('arena/1')]).toEqual([[], false])
    // the rest of a tick that had begun before
    a.record('arena/1', 'x2')
    ask('third', 'arena/1')
    await world.settle()
    expect(order).toEqual([])
    a.mayAct = true
    ask('fourth', 'arena/2')
    await world.settle()
    expect([order, a.journal.isWritten('arena/1')]).toEqual([['first', 'second', 'third', 'fourth'], true])
    a.kill()
    const b = await world.server('b')
    expect(await b.left('arena/1')).toEqual([1, 'x', 'x1', 'x2'])
  })

  test('is not what was made while it might act, if it may not any more when the write has ended', async () => {
    const world = new SharedWorld()
    const a = await world.server('a', { isAtOnce: false })
    a.begin('arena/1', 1, 'x')
    const answer = a.asked('arena/1')
    let open = (): void => {}
    world.disk.at('a').gate = new Promise((resolve) => {
      open = resolve
    })
    await world.settle()
    a.mayAct = false
    open()
    await world.settle()
    expect([answer.outcome, a.journal.isWritten('arena/1')]).toEqual(['waits', false])
  })

  test('is refused with storage_fenced once the room is lost', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.begin('arena/2', 1, 'y')
    a.mayAct = false
    const waiting = a.asked('arena/1')
    await world.settle()
    a.epochs.delete('arena/1')
    a.mayAct = true
    await world.settle()
    expect([waiting.outcome, a.journal.isWritten('arena/1')]).toEqual(['storage_fenced', false])
    a.record('arena/1', 'z')
    a.snapshot('arena/1', 'z')
    const later = a.asked('arena/1')
    await world.settle()
    expect(later.outcome).toBe('storage_fenced')
    expect(Buffer.from(world.disk.at('a').contents.get(firstSegment)!).includes('z')).toBe(false)
    expect(a.journal.isWritten('arena/2')).toBe(true)
  })

  test('is nothing for a server that was taken for dead and goes on: its folder is fenced before it is read', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    const b = await world.server('b')
    a.begin('arena/1', 1, 'x')
    // it stands still, and believes later that it may act
    world.dead.add('a')
    expect(await b.left('arena/1')).toEqual([1, 'x'])
    a.record('arena/1', 'too late')
    const answer = a.asked('arena/1')
    expect(a.journal.isWritten('arena/1')).toBe(false)
    await world.settle()
    expect(answer.outcome).toBe('storage_fenced')
  })

  test('is nothing before a server has joined, and after the journal is closed: journal_closed', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    const { SharedFileJournal } = await import('../../src/journal/shared-journal.js')
    const settings = { durable: 'process', isAtOnce: true, segmentBytes: 1024, maxWaitingBytes: 1024 } as const
    const journal = new SharedFileJournal({ ...settings, folder: 'x', shared: a.folder, clock: world.clock })
    await journal.open(a.log)
    await expect(journal.open(a.log)).rejects.toMatchObject({ code: 'invalid_argument' })
    journal.append('arena/1', 'snapshot', bytesOf('x'))
    let outcome: unknown
    journal.whenWritten('arena/1', (error) => {
      outcome = (error as { code: string }).code
    })
    await world.settle()
    expect([outcome, journal.isWritten('arena/1'), journal.isFull]).toEqual(['journal_closed', false, false])
    expect(journal.waitingBytes).toBe(0)
    a.begin('arena/1', 1, 'x')
    const before = a.asked('arena/1')
    const closing = a.journal.close()
    await world.settle()
    await closing
    a.snapshot('arena/1', 'y')
    const behind = a.asked('arena/1')
    await world.settle()
    expect([before.outcome, behind.outcome]).toEqual(['written', 'journal_closed'])
    await expect(a.left('arena/1')).rejects.toMatchObject({ code: 'journal_closed' })
  })
})

describe('a server that joins', () => {
  test('again under another id writes another folder, and its rooms of before are lost', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.mayAct = false
    const waiting = a.asked('arena/1')
    a.epochs.clear()
    world.dead.add('a')
    await a.join('a2')
    a.mayAct = true
    await world.settle()
    expect([waiting.outcome, a.journal.isWritten('arena/1')]).toEqual(['storage_fenced', false])
    expect(await a.orphans()).toEqual(['arena/1'])
    expect(await a.left('arena/1')).toEqual([1, 'x'])
    a.begin('arena/1', 2, 'X')
    await world.settle()
    expect(a.journal.isWritten('arena/1')).toBe(true)
    await a.orphans()
    expect(world.folders).toEqual(['a2'])
  })

  test('may do so before it opens its journals', async () => {
    const world = new SharedWorld()
    const a = world.make('a')
    await a.join()
    a.begin('arena/1', 1, 'x')
    expect(a.journal.isWritten('arena/1')).toBe(true)
    expect(await a.journal.open(a.log)).toEqual([])
    a.kill()
    expect(await (await world.server('b')).left('arena/1')).toEqual([1, 'x'])
  })

  test('under an id that was used before is refused with storage_fenced, and one that is no id with invalid_argument', async () => {
    const world = new SharedWorld()
    await world.server('a')
    await expect(world.server('a')).rejects.toMatchObject({ code: 'storage_fenced' })
    for (const id of ['', '../b', 'a'.repeat(65)]) {
      await expect(world.server(id)).rejects.toMatchObject({ code: 'invalid_argument' })
    }
  })
})

describe('what is left of a room', () => {
  test('is that of the highest epoch, of servers that are dead', async () => {
    const world = new SharedWorld()
    const servers = await Promise.all(['a', 'b', 'c'].map((id) => world.server(id)))
    for (const [place, server] of servers.entries()) {
      server.begin('arena/1', 5 - place, `from ${server.serverId}`)
      server.record('arena/1', 'and on')
    }
    const d = await world.server('d')
    expect(await d.left('arena/1')).toBe(undefined)
    servers[2]!.kill()
    expect(await d.left('arena/1')).toEqual([3, 'from c', 'and on'])
    servers[0]!.kill()
    servers[1]!.kill()
    expect(await d.left('arena/1')).toEqual([5, 'from a', 'and on'])
    expect(await d.left('arena/2')).toBe(undefined)
    expect(await d.orphans()).toEqual(['arena/1'])
  })

  test('is nothing once it has ended', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.end('arena/1')
    await world.settle()
    a.kill()
    const b = await world.server('b')
    expect([await b.left('arena/1'), await b.orphans(), world.folders]).toEqual([undefined, [], ['b']])
  })

  test('waits for servers of which it is not known whether they are dead', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.kill()
    const b = await world.server('b')
    world.unknown.add('a')
    let left: unknown = 'waits'
    void b.left('arena/1').then((found) => {
      left = found
    })
    await world.settle()
    expect(left).toBe('waits')
    world.unknown.delete('a')
    await world.settle()
    expect(left).toEqual([1, 'x'])
  })

  test('is looked for once, for all rooms that are wanted at the same moment', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    const rooms = Array.from({ length: 50 }, (_, number) => `arena/${number}`)
    for (const room of rooms) a.begin(room, 1, room)
    a.kill()
    const b = await world.server('b')
    const { list } = b.folder
    let looks = 0
    b.folder.list = () => {
      looks++
      return list.call(b.folder)
    }
    const files = world.disk.at('a')
    const { read } = files
    let reads = 0
    files.read = (name) => {
      reads++
      return read.call(files, name)
    }
    const left = await Promise.all(rooms.map((room) => b.left(room)))
    expect(left).toEqual(rooms.map((room) => [1, room]))
    // once to find out which rooms there are, and once for their bytes
    expect([looks, reads]).toEqual([1, 2])
  })

  test('stays until a snapshot of a higher epoch is on the disk: whoever dies before has taken nothing', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.kill()
    const b = await world.server('b', { isAtOnce: false })
    expect(await b.left('arena/1')).toEqual([1, 'x'])
    b.begin('arena/1', 2, 'X')
    b.kill()
    await world.settle()
    const c = await world.server('c')
    expect(await c.left('arena/1')).toEqual([1, 'x'])
    c.begin('arena/1', 3, 'again')
    c.record('arena/1', 'and on')
    await world.settle()
    expect([await c.orphans(), world.folders]).toEqual([[], ['c']])
    c.kill()
    const d = await world.server('d')
    expect(await d.left('arena/1')).toEqual([3, 'again', 'and on'])
  })

  test('goes when all rooms of the folder are taken, by whichever servers, also if two find that at once', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    for (const room of ['arena/1', 'arena/2', 'arena/3']) a.begin(room, 4, room)
    a.end('arena/3')
    await world.settle()
    a.kill()
    const b = await world.server('b')
    const c = await world.server('c')
    await Promise.all([b.left('arena/1'), c.left('arena/2')])
    b.begin('arena/1', 5, 'B')
    await world.settle()
    expect(await Promise.all([b.orphans(), c.orphans()])).toEqual([['arena/2'], ['arena/2']])
    expect(world.folders).toEqual(['a', 'b', 'c'])
    c.begin('arena/2', 5, 'C')
    await world.settle()
    expect(await Promise.all([b.orphans(), c.orphans()])).toEqual([[], []])
    expect(world.folders).toEqual(['b', 'c'])
    expect([...b.log.codes, ...c.log.codes]).toEqual([])
  })

  test('is not found again when the room has ended, though the folder that it came from is still there', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.begin('arena/2', 1, 'y')
    a.kill()
    const b = await world.server('b')
    await b.left('arena/1')
    b.begin('arena/1', 2, 'X')
    b.end('arena/1')
    await world.settle()
    b.kill()
    const c = await world.server('c')
    expect(await c.orphans()).toEqual(['arena/2'])
    expect(await c.left('arena/1')).toBe(undefined)
    expect(world.folders).toEqual(['a', 'c'])
  })

  test('begins again with a higher epoch only: a lower one gets storage_fenced', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 5, 'x')
    a.kill()
    const b = await world.server('b')
    await b.left('arena/1')
    for (const epoch of [1, 5]) {
      b.begin('arena/1', epoch, 'X')
      const answer = b.asked('arena/1')
      await world.settle()
      expect([answer.outcome, b.journal.isWritten('arena/1')]).toEqual(['storage_fenced', false])
    }
    b.begin('arena/1', 6, 'X')
    expect(b.journal.isWritten('arena/1')).toBe(true)
  })
})

describe('the end of a room', () => {
  test('is not written while the process may not act', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.mayAct = false
    a.end('arena/1')
    const answer = a.asked('arena/1')
    await world.settle()
    expect([answer.outcome, a.journal.isWritten('arena/1')]).toEqual(['waits', false])
    a.kill()
    expect(await (await world.server('b')).left('arena/1')).toEqual([1, 'x'])
  })

  test('that has waited is written when the process may act again', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.mayAct = false
    a.end('arena/1')
    const answer = a.asked('arena/1')
    await world.settle()
    a.mayAct = true
    await world.settle()
    expect([answer.outcome, a.journal.isWritten('arena/1')]).toEqual(['written', true])
    a.kill()
    expect(await (await world.server('b')).left('arena/1')).toBe(undefined)
  })

  test('is written for a room that was given to another server', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    const b = await world.server('b')
    a.begin('arena/1', 1, 'x')
    a.epochs.delete('arena/1')
    b.begin('arena/1', 2, 'X')
    a.end('arena/1')
    await world.settle()
    a.kill()
    expect([await b.orphans(), world.folders]).toEqual([[], ['b']])
  })

  test('waits until the folder that the room came from is marked', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.begin('arena/2', 1, 'y')
    a.kill()
    const b = await world.server('b')
    await b.left('arena/1')
    b.folder.createFault = 'EIO'
    b.begin('arena/1', 2, 'X')
    b.end('arena/1')
    const answer = b.asked('arena/1')
    await world.settle()
    expect(answer.outcome).toBe('waits')
    expect(b.log.codes).toContain('journal_failed')
    b.folder.createFault = undefined
    for (let turn = 0; turn < 5; turn++) await world.settle()
    expect(answer.outcome).toBe('written')
    b.kill()
    expect(await (await world.server('c')).orphans()).toEqual(['arena/2'])
  })

  test('does not end a room of the same name and epoch that has begun meanwhile', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.mayAct = false
    a.end('arena/1')
    await world.settle()
    a.mayAct = true
    a.begin('arena/1', 1, 'new')
    await world.settle()
    a.kill()
    expect(await (await world.server('b')).left('arena/1')).toEqual([1, 'new'])
  })

  test('is written for the epoch of before when the room goes on with another one', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.begin('arena/1', 4, 'X')
    a.record('arena/1', 'X1')
    a.end('arena/1')
    await world.settle()
    a.kill()
    expect(await (await world.server('b')).left('arena/1')).toBe(undefined)
  })
})

describe('a folder that cannot be read', () => {
  test('costs its rooms, and no others', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    const b = await world.server('b')
    a.begin('arena/1', 1, 'x')
    b.begin('arena/2', 1, 'y')
    a.kill()
    b.kill()
    const { contents } = world.disk.at('a')
    contents.set(firstSegment, new Uint8Array(100).fill(7))
    const c = await world.server('c')
    expect(await c.orphans()).toEqual(['arena/2'])
    expect(await c.left('arena/1')).toBe(undefined)
    expect(c.log.codes).toEqual(['journal_damaged'])
    // kept aside, as nothing is left in it
    expect(world.folders).toEqual(['a.damaged', 'b', 'c'])
  })

  test('as it has another format is logged once as journal_version, and stays', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.kill()
    world.disk.at('a').contents.get(firstSegment)![4] = 9
    const b = await world.server('b')
    for (let turn = 0; turn < 3; turn++) {
      expect([await b.left('arena/1'), await b.orphans()]).toEqual([undefined, []])
      world.clock.advance(20_000)
    }
    expect(b.log.codes).toEqual(['journal_version'])
    expect(world.folders).toEqual(['a', 'b'])
  })

  test('for now is logged once as journal_failed, and read later', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.kill()
    const b = await world.server('b')
    const files = world.disk.at('a')
    const { read } = files
    files.read = () => Promise.reject(Object.assign(new Error('no'), { code: 'EIO' }))
    expect([await b.left('arena/1'), await b.left('arena/1')]).toEqual([undefined, undefined])
    files.read = read
    expect(await b.left('arena/1')).toBe(undefined)
    world.clock.advance(10_000)
    expect(await b.left('arena/1')).toEqual([1, 'x'])
    expect(b.log.codes).toEqual(['journal_failed'])
  })

  test('any more when a room of it is wanted rejects with journal_failed', async () => {
    const world = new SharedWorld()
    const a = await world.server('a')
    a.begin('arena/1', 1, 'x')
    a.kill()
    const b = await world.server('b')
    await b.orphans()
    world.disk.at('a').read = () => Promise.reject(Object.assign(new Error('no'), { code: 'EIO' }))
    await expect(b.left('arena/1')).rejects.toMatchObject({ code: 'journal_failed' })
  })
})
