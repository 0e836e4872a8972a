import { describe, expect, test } from 'vitest'
import { headerBytes } from '../../src/journal/segment.js'
import { FakeFiles } from './fake-files.js'
import { bytesOf, firstSegment, JournalStage, textsOf, written } from './stage.js'

describe('the next process', () => {
  test('finds the last snapshot of each room and all records behind it', async () => {
    const { found } = await (await written()).next()
    expect(textsOf(found)).toEqual({ 'arena/1': ['a', 'a1', 'a2'], 'arena/2': ['b', 'b1'] })
  })

  test('finds nothing of before a snapshot, and nothing of a room that has ended', async () => {
    const stage = await written()
    stage.snapshot('arena/1', 'A')
    stage.record('arena/1', 'A1')
    stage.end('arena/2')
    await stage.settle()
    expect(textsOf((await stage.next()).found)).toEqual({ 'arena/1': ['A', 'A1'] })
  })

  test('finds a room that began again under the id of one that has ended', async () => {
    const stage = await written()
    stage.end('arena/1')
    stage.snapshot('arena/1', 'new')
    stage.record('arena/1', 'new 1')
    await stage.settle()
    expect(textsOf((await stage.next()).found)['arena/1']).toEqual(['new', 'new 1'])
  })

  test('keeps rooms that it does not begin anew, for the process after it', async () => {
    const second = await (await written()).next()
    second.snapshot('arena/2', 'B')
    await second.settle()
    expect(textsOf((await second.next()).found)).toEqual({ 'arena/1': ['a', 'a1', 'a2'], 'arena/2': ['B'] })
  })

  test('may append no record to a room that it has not begun anew', async () => {
    const second = await (await written()).next()
    second.record('arena/1', 'a3')
    const answer = second.asked('arena/1')
    await second.settle()
    expect(answer.outcome).toBe('journal_failed')
    expect(textsOf((await second.next()).found)['arena/1']).toEqual(['a', 'a1', 'a2'])
  })

  test('finds names of any characters', async () => {
    const stage = await JournalStage.open()
    stage.snapshot('küche/🎲', 'x')
    await stage.settle()
    expect(textsOf((await stage.next()).found)).toEqual({ 'küche/🎲': ['x'] })
  })
})

describe('whenWritten', () => {
  test('answers when all of the room is in the file, and never at once', async () => {
    const stage = await JournalStage.open(new FakeFiles(), { isAtOnce: false })
    stage.snapshot('a', 'x')
    expect(stage.journal.isWritten('a')).toBe(false)
    const answer = stage.asked('a')
    expect(answer.outcome).toBe('waits')
    const whenAnswered = new Promise<number>((resolve) => {
      stage.journal.whenWritten('a', () => resolve(stage.files.contents.get(firstSegment)!.length))
    })
    await stage.settle()
    expect(answer.outcome).toBe('written')
    expect(await whenAnswered).toBeGreaterThan(headerBytes)
    expect(stage.journal.isWritten('a')).toBe(true)
    const later = stage.asked('a')
    expect(later.outcome).toBe('waits')
    await stage.settle()
    expect(later.outcome).toBe('written')
  })

  test('answers in the order of the calls, across rooms', async () => {
    const stage = await JournalStage.open()
    const order: string[] = []
    for (const room of ['a', 'b', 'c']) {
      stage.snapshot(room, room)
      stage.journal.whenWritten(room, () => order.push(room))
    }
    stage.journal.whenWritten('a', () => order.push('a again'))
    await stage.settle()
    expect(order).toEqual(['a', 'b', 'c', 'a again'])
  })

  test('waits for the disk, if that is what is to be survived', async () => {
    const process = await JournalStage.open()
    process.snapshot('a', 'x')
    await process.settle()
    expect(process.files.syncs).toBe(0)
    const disk = await JournalStage.open(new FakeFiles(), { durable: 'disk', isAtOnce: false })
    disk.snapshot('a', 'x')
    await disk.settle()
    // the name of the file, and its content
    expect(disk.files.syncs).toBe(2)
  })

  test('whose callback throws is logged, and harms no other one', async () => {
    const stage = await JournalStage.open()
    stage.snapshot('a', 'x')
    stage.journal.whenWritten('a', () => {
      throw new Error('no')
    })
    const answer = stage.asked('a')
    await stage.settle()
    expect(answer.outcome).toBe('written')
    expect(stage.log.all.map(({ message }) => message)).toEqual(['a callback of the journal failed'])
  })
})

test('records of rooms that tick at nearly the same time share a write', async () => {
  const stage = await JournalStage.open(new FakeFiles(), { isAtOnce: false })
  for (let room = 0; room < 100; room++) stage.snapshot(`arena/${room}`, 'x')
  await stage.settle()
  // the header, and all records
  expect(stage.files.writes).toBe(2)
})

describe('on a quick disk', () => {
  test('a record is written when it is appended, and nothing waits for it', async () => {
    const stage = await written()
    stage.record('arena/1', 'a3')
    expect(stage.journal.isWritten('arena/1')).toBe(true)
    expect(stage.files.writesNow).toBeGreaterThan(0)
    expect(textsOf((await stage.next()).found)['arena/1']).toEqual(['a', 'a1', 'a2', 'a3'])
  })

  test('large snapshots and all that is to reach the disk are written by another thread', async () => {
    const stage = await written()
    stage.snapshot('arena/1', 'x'.repeat(300_000))
    expect(stage.journal.isWritten('arena/1')).toBe(false)
    await stage.settle()
    expect(stage.journal.isWritten('arena/1')).toBe(true)
    const disk = await written({ durable: 'disk', isAtOnce: false })
    disk.record('arena/1', 'a3')
    expect(disk.journal.isWritten('arena/1')).toBe(false)
    expect(disk.files.writesNow).toBe(0)
  })

  test('a short wait now and then changes nothing', async () => {
    const stage = await written()
    stage.files.onWriteNow = () => stage.clock.advance(20)
    for (let second = 0; second < 100; second++) {
      stage.record('arena/1', 'x')
      expect(stage.journal.isWritten('arena/1')).toBe(true)
      stage.clock.advance(1000)
    }
  })

  test('that is slow once, the next ten seconds are written by another thread', async () => {
    const stage = await written()
    const { files, clock } = stage
    files.onWriteNow = () => clock.advance(260)
    stage.record('arena/1', 'a3')
    expect(stage.journal.isWritten('arena/1')).toBe(true)
    const before = files.writesNow
    stage.record('arena/1', 'a4')
    expect(stage.journal.isWritten('arena/1')).toBe(false)
    await stage.settle()
    clock.advance(9000)
    stage.record('arena/1', 'a5')
    await stage.settle()
    expect(files.writesNow).toBe(before)
    clock.advance(1000)
    stage.record('arena/1', 'a6')
    expect(files.writesNow).toBe(before + 1)
    expect(textsOf((await stage.next()).found)['arena/1']).toEqual(['a', 'a1', 'a2', 'a3', 'a4', 'a5', 'a6'])
  })

  test('records behind those that another thread writes keep their order', async () => {
    const stage = await written({ maxWaitingBytes: 1024 * 1024 })
    stage.snapshot('arena/1', 'x'.repeat(300_000))
    stage.record('arena/1', 'y')
    stage.record('arena/2', 'b2')
    expect(stage.journal.isWritten('arena/2')).toBe(false)
    await stage.settle()
    const { found } = await stage.next()
    expect(found.map(({ records }) => records.length)).toEqual([2, 1])
  })
})

describe('segments', () => {
  test('follow each other, and go when each of their rooms has a newer snapshot or has ended', async () => {
    const stage = await JournalStage.open(new FakeFiles(), { segmentBytes: 1024 })
    const segments = (): string[] => [...stage.files.contents.keys()].filter((name) => name.endsWith('.tgj'))
    stage.snapshot('idle', 'i')
    for (let turn = 0; turn < 30; turn++) {
      stage.snapshot('busy', `b${turn}`)
      stage.record('busy', 'r'.repeat(300))
      await stage.settle()
    }
    // the one of the idle room, and the newest ones
    expect(segments().length).toBeLessThanOrEqual(4)
    expect(segments()).toContain(firstSegment)
    expect(textsOf((await stage.next()).found)).toEqual({ idle: ['i'], busy: ['b29', 'r'.repeat(300)] })
    stage.snapshot('idle', 'i2')
    for (let turn = 0; turn < 100; turn++) await stage.settle()
    stage.snapshot('busy', 'last')
    await stage.settle()
    expect(segments()).not.toContain(firstSegment)
  })

  test('with the end of a room stay as long as older records of it', async () => {
    const stage = await JournalStage.open(new FakeFiles(), { segmentBytes: 1024 })
    stage.snapshot('idle', 'i')
    stage.snapshot('over', 'o')
    stage.snapshot('busy', 'x'.repeat(1100))
    await stage.settle()
    stage.end('over')
    for (let turn = 0; turn < 20; turn++) {
      stage.snapshot('busy', 'x'.repeat(1100))
      for (let more = 0; more < 5; more++) await stage.settle()
    }
    expect(Object.keys(textsOf((await stage.next()).found)).sort()).toEqual(['busy', 'idle'])
  })
})

describe('another process that takes the journal', () => {
  test('finds all that was reported as written, and the earlier one gets storage_fenced from then on', async () => {
    const first = await written()
    const { files } = first
    const second = await JournalStage.open(files)
    first.record('arena/1', 'too late')
    const late = first.asked('arena/1')
    await first.settle()
    expect(late.outcome).toBe('storage_fenced')
    first.snapshot('arena/1', 'too late')
    const later = first.asked('arena/1')
    await first.settle()
    expect(later.outcome).toBe('storage_fenced')
    expect(textsOf(second.found)['arena/1']).toEqual(['a', 'a1', 'a2'])
    second.snapshot('arena/1', 'mine')
    const answer = second.asked('arena/1')
    await second.settle()
    expect(answer.outcome).toBe('written')
    expect(textsOf((await second.next()).found)['arena/1']).toEqual(['mine'])
  })

  test('at the same moment as others is one of them: the last one may write, and no two have one epoch', async () => {
    const files = new FakeFiles()
    const stages = await Promise.all(Array.from({ length: 5 }, () => JournalStage.open(files)))
    const answers = stages.map((stage, place) => {
      stage.snapshot(`room/${place}`, 'x')
      return stage.asked(`room/${place}`)
    })
    for (const stage of stages) await stage.settle()
    const outcomes = answers.map(({ outcome }) => outcome)
    expect(outcomes.filter((outcome) => outcome === 'written')).toHaveLength(1)
    expect(outcomes.filter((outcome) => outcome === 'storage_fenced')).toHaveLength(4)
  })
})

test('a file that is removed while the next process reads was not needed', async () => {
  const stage = await JournalStage.open()
  stage.snapshot('a', 'a')
  stage.journal.handOver()
  stage.snapshot('a', 'last a')
  await stage.settle()
  const files = stage.files.copy()
  const { read } = files
  files.read = async (name) => {
    files.contents.delete(firstSegment)
    return read.call(files, name)
  }
  expect(textsOf((await stage.next(files)).found)).toEqual({ a: ['last a'] })
})

describe('a journal that is handed over', () => {
  test('begins another segment: what the next process need not read is gone once all rooms are written down', async () => {
    const stage = await JournalStage.open()
    for (const room of ['a', 'b', 'c']) stage.snapshot(room, room)
    for (let tick = 0; tick < 100; tick++) stage.record('a', `${tick}`)
    stage.journal.append('c', 'end', new Uint8Array(0))
    stage.journal.handOver()
    stage.record('a', 'during')
    stage.record('b', 'during')
    await stage.settle()
    const kept = [...stage.files.contents.keys()].filter((name) => name.endsWith('.tgj'))
    expect(kept).toHaveLength(2)
    stage.snapshot('a', 'next a')
    stage.snapshot('b', 'last b')
    stage.clock.advance(1000)
    stage.snapshot('a', 'last a')
    await stage.settle()
    await stage.journal.close()
    const next = await stage.next()
    expect(textsOf(next.found)).toEqual({ a: ['last a'], b: ['last b'] })
    expect(next.files.contents.has(firstSegment)).toBe(false)
  })

  test('keeps what a room needs that was not written down again', async () => {
    const stage = await JournalStage.open()
    for (const room of ['a', 'b']) stage.snapshot(room, room)
    stage.record('b', 'b1')
    stage.journal.handOver()
    stage.snapshot('a', 'last a')
    await stage.settle()
    await stage.journal.close()
    expect(textsOf((await stage.next()).found)).toEqual({ a: ['last a'], b: ['b', 'b1'] })
  })

  test('does nothing before it is open and once it is closed', async () => {
    const stage = await JournalStage.open()
    await stage.journal.close()
    stage.journal.handOver()
    expect((await stage.next()).found).toEqual([])
  })
})

describe('a journal', () => {
  test('that is closed has written all before, and says journal_closed to all behind', async () => {
    const stage = await JournalStage.open()
    stage.snapshot('a', 'x')
    const before = stage.asked('a')
    const closed = stage.journal.close()
    stage.record('a', 'y')
    const behind = stage.asked('a')
    await stage.settle()
    await closed
    expect([before.outcome, behind.outcome]).toEqual(['written', 'journal_closed'])
    expect(textsOf((await stage.next()).found)).toEqual({ a: ['x'] })
  })

  test('is opened once', async () => {
    const stage = await JournalStage.open()
    await expect(stage.journal.open(stage.log)).rejects.toMatchObject({ code: 'invalid_argument' })
  })

  test('keeps the hash of a token, and no two tokens have one', async () => {
    const { journal } = await JournalStage.open()
    expect(journal.hashOf(bytesOf('a'))).toHaveLength(32)
    expect(journal.hashOf(bytesOf('a'))).toEqual(journal.hashOf(bytesOf('a')))
    expect(journal.hashOf(bytesOf('a'))).not.toEqual(journal.hashOf(bytesOf('b')))
  })
})
