import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeFiles } from './fake-files.js'
import { firstSegment, JournalStage, textsOf, written } from './stage.js'

// files that are cut off, damaged or of another format, and disks that are full or slow

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
    expect(stage.journal.waitingBytes).toBeGreaterThanOrEqual(1000)
    for (let more = 0; more < 100; more++) stage.record('a', 'y'.repeat(100))
    const answer = stage.asked('a')
    await stage.settle()
    expect(answer.outcome).toBe('journal_failed')
    open()
    await stage.settle()
    expect([stage.journal.isFull, stage.journal.waitingBytes]).toEqual([false, 0])
    const [room] = (await stage.next()).found
    // what was taken is there, in order, and nothing behind the first that was not
    expect(room!.records.length).toBeGreaterThan(30)
    expect(room!.records.length).toBeLessThan(50)
    stage.snapshot('a', 'healed')
    await stage.settle()
    expect(textsOf((await stage.next()).found)).toEqual({ a: ['healed'] })
  })
})
