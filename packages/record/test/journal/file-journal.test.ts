import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JournalSettings } from '../../src/journal/file-journal.js'
import { fileNameOf, headerBytes } from '../../src/journal/segment.js'
import { FakeFiles } from './fake-files.js'
import { bytesOf, JournalStage, textsOf } from './stage.js'

const firstSegment = fileNameOf({ epoch: 1, number: 1 })

/** A journal with three rooms, all of it written. */
async function written(settings: Partial<JournalSettings> = {}): Promise<JournalStage> {
  const stage = await JournalStage.open(new FakeFiles(), settings)
  stage.snapshot('arena/1', 'a')
  stage.snapshot('arena/2', 'b')
  stage.record('arena/1', 'a1')
  stage.record('arena/2', 'b1')
  stage.snapshot('arena/3', 'c')
  await stage.settle()
  stage.record('arena/1', 'a2')
  stage.end('arena/3')
  await stage.settle()
  return stage
}

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

describe('a file that is cut off', () => {
  test('anywhere is the state at one of its records, and the longer the file the later', async () => {
    const states: Record<string, string[]>[] = [
      {},
      { 'arena/1': ['a'] },
      { 'arena/1': ['a'], 'arena/2': ['b'] },
      { 'arena/1': ['a', 'a1'], 'arena/2': ['b'] },
      { 'arena/1': ['a', 'a1'], 'arena/2': ['b', 'b1'] },
      { 'arena/1': ['a', 'a1'], 'arena/2': ['b', 'b1'], 'arena/3': ['c'] },
      { 'arena/1': ['a', 'a1', 'a2'], 'arena/2': ['b', 'b1'], 'arena/3': ['c'] },
      { 'arena/1': ['a', 'a1', 'a2'], 'arena/2': ['b', 'b1'] },
    ]
    const stage = await written()
    const whole = stage.files.contents.get(firstSegment)!
    const places: number[] = []
    for (let length = 0; length <= whole.length; length++) {
      const files = stage.files.copy()
      files.contents.set(firstSegment, whole.slice(0, length))
      const { found, log } = await JournalStage.open(files)
      places.push(states.findIndex((state) => JSON.stringify(state) === JSON.stringify(textsOf(found))))
      expect(log.codes).toEqual([])
    }
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect([...new Set(places)]).toEqual([0, 1, 2, 3, 4, 5, 6, 7])
  })

  test('goes on in the next segment', async () => {
    const stage = await written()
    const files = stage.files.copy()
    files.contents.set(firstSegment, files.contents.get(firstSegment)!.slice(0, -3))
    const second = await JournalStage.open(files)
    second.snapshot('arena/1', 'again')
    second.record('arena/1', 'and on')
    await second.settle()
    expect(textsOf((await second.next()).found)['arena/1']).toEqual(['again', 'and on'])
  })
})

describe('a byte that has changed in the middle', () => {
  test('stops each room there, is logged as journal_damaged, and the file is kept aside', async () => {
    const stage = await written()
    const files = stage.files.copy()
    const bytes = files.contents.get(firstSegment)!
    const at = Buffer.from(bytes).indexOf('a1')
    bytes[at] = bytes[at]! ^ 1
    const second = await JournalStage.open(files)
    expect(textsOf(second.found)).toEqual({ 'arena/1': ['a'], 'arena/2': ['b'] })
    expect(second.log.codes).toEqual(['journal_damaged'])
    for (const room of ['arena/1', 'arena/2', 'arena/3']) second.snapshot(room, 'new')
    second.clock.advance(1000)
    second.record('arena/1', 'later')
    await second.settle()
    expect([...files.contents.keys()]).toContain(`${firstSegment}.damaged`)
    expect(files.contents.has(firstSegment)).toBe(false)
    expect((await second.next()).log.codes).toEqual([])
  })

  test('does not matter to a room with a later snapshot', async () => {
    const stage = await written()
    stage.snapshot('arena/2', 'B')
    stage.record('arena/2', 'B1')
    await stage.settle()
    const files = stage.files.copy()
    const bytes = files.contents.get(firstSegment)!
    const at = Buffer.from(bytes).indexOf('a1')
    bytes[at] = bytes[at]! ^ 1
    expect(textsOf((await JournalStage.open(files)).found)).toEqual({ 'arena/1': ['a'], 'arena/2': ['B', 'B1'] })
  })

  test('anywhere never gives a room a record without those before it', async () => {
    const stage = await written()
    const whole = stage.files.contents.get(firstSegment)!
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), async (at, flip) => {
        const files = stage.files.copy()
        files.contents.get(firstSegment)![at]! ^= flip
        const opened = await JournalStage.open(files).catch((error: { code: string }) => error.code)
        if (typeof opened === 'string') {
          expect(opened).toBe('journal_version')
          return
        }
        const texts = textsOf(opened.found)
        for (const [room, all] of [
          ['arena/1', ['a', 'a1', 'a2']],
          ['arena/2', ['b', 'b1']],
          ['arena/3', ['c']],
        ] as const) {
          const found = texts[room] ?? []
          expect(found).toEqual(all.slice(0, found.length))
        }
      }),
    )
  })
})

test('a journal of another format is refused with journal_version, and left as it is', async () => {
  const stage = await written()
  const files = stage.files.copy()
  files.contents.get(firstSegment)![4] = 2
  const before = [...files.contents.keys()].filter((name) => name.endsWith('.tgj'))
  await expect(JournalStage.open(files)).rejects.toMatchObject({ code: 'journal_version' })
  expect([...files.contents.keys()].filter((name) => name.endsWith('.tgj'))).toEqual(before)
})

describe('on a full disk', () => {
  test('records fail with journal_failed, and go on behind the next snapshot when there is room', async () => {
    const stage = await written()
    const { files } = stage
    files.capacity = files.bytes + 5
    const other = stage.asked('arena/2')
    stage.record('arena/1', 'lost, and too long for the disk')
    const lost = stage.asked('arena/1')
    await stage.settle()
    expect([lost.outcome, other.outcome]).toEqual(['journal_failed', 'written'])
    expect(stage.journal.isWritten('arena/1')).toBe(false)
    files.capacity = Number.POSITIVE_INFINITY
    stage.record('arena/1', 'lost too')
    const behind = stage.asked('arena/1')
    await stage.settle()
    expect(behind.outcome).toBe('journal_failed')
    expect(textsOf((await stage.next()).found)['arena/1']).toEqual(['a', 'a1', 'a2'])
    stage.snapshot('arena/1', 'healed')
    stage.record('arena/1', 'on')
    const healed = stage.asked('arena/1')
    await stage.settle()
    expect(healed.outcome).toBe('written')
    const next = await stage.next()
    expect(textsOf(next.found)['arena/1']).toEqual(['healed', 'on'])
    expect(next.log.codes).toEqual([])
  })

  test('each room begins anew with a snapshot, since it is not known what of a group is there', async () => {
    const stage = await written()
    stage.files.fault = 'broken'
    stage.record('arena/1', 'x')
    await stage.settle()
    stage.files.fault = undefined
    stage.record('arena/2', 'b2')
    const answer = stage.asked('arena/2')
    await stage.settle()
    expect(answer.outcome).toBe('journal_failed')
  })

  test('the end of a room is written when there is room', async () => {
    const stage = await written()
    stage.files.fault = 'full'
    stage.end('arena/1')
    await stage.settle()
    stage.files.fault = undefined
    expect(Object.keys(textsOf((await stage.next()).found))).toContain('arena/1')
    stage.snapshot('arena/2', 'B')
    await stage.settle()
    expect(textsOf((await stage.next()).found)).toEqual({ 'arena/2': ['B'] })
  })

  test('what cannot be cut off stays behind, and the next segment begins', async () => {
    const stage = await written()
    stage.files.capacity = stage.files.bytes + 5
    stage.files.cannotTruncate = true
    stage.record('arena/1', 'lost, and too long for the disk')
    await stage.settle()
    stage.files.capacity = Number.POSITIVE_INFINITY
    for (const room of ['arena/1', 'arena/2']) stage.snapshot(room, 'healed')
    stage.record('arena/1', 'on')
    await stage.settle()
    expect(textsOf((await stage.next()).found)).toEqual({ 'arena/1': ['healed', 'on'], 'arena/2': ['healed'] })
  })

  test('what is appended behind a write that fails is lost with it', async () => {
    const stage = await written({ isAtOnce: false })
    let open = (): void => {}
    stage.files.gate = new Promise((resolve) => {
      open = resolve
    })
    stage.record('arena/1', 'first')
    const first = stage.asked('arena/1')
    await stage.settle()
    stage.record('arena/1', 'second')
    stage.record('arena/2', 'second')
    const second = stage.asked('arena/2')
    stage.files.fault = 'full'
    open()
    await stage.settle()
    expect([first.outcome, second.outcome]).toEqual(['journal_failed', 'journal_failed'])
  })
})

describe('on a slow disk', () => {
  test('the journal is full when so much waits, and later takes nothing more: memory is bounded', async () => {
    const stage = await JournalStage.open(new FakeFiles(), { maxWaitingBytes: 1000, isAtOnce: false })
    stage.snapshot('a', 'x')
    await stage.settle()
    let open = (): void => {}
    stage.files.gate = new Promise((resolve) => {
      open = resolve
    })
    let records = 0
    while (!stage.journal.isFull) {
      stage.record('a', 'y'.repeat(100))
      records++
    }
    expect(records).toBe(10)
    for (let more = 0; more < 100; more++) stage.record('a', 'y'.repeat(100))
    const answer = stage.asked('a')
    await stage.settle()
    expect(answer.outcome).toBe('journal_failed')
    open()
    await stage.settle()
    expect(stage.journal.isFull).toBe(false)
    const [room] = (await stage.next()).found
    // what was taken is there, in order, and nothing behind the first that was not
    expect(room!.records.length).toBeGreaterThan(30)
    expect(room!.records.length).toBeLessThan(50)
    stage.snapshot('a', 'healed')
    await stage.settle()
    expect(textsOf((await stage.next()).found)).toEqual({ a: ['healed'] })
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
