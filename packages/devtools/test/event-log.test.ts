import { describe, expect, test } from 'vitest'
import { EventLog } from '../src/probes/event-log.js'

const happening = (name: string, data: unknown = undefined, atMs = 0) => ({
  ...{ atMs, version: 1, kind: 'received' as const, name, data },
})

const namesOf = (log: EventLog): string[] => log.all.map(({ name }) => name)

describe('the log of happenings', () => {
  test('keeps copies, which a page does not change', () => {
    const log = new EventLog()
    const data = { path: [1, 2] }
    log.add(happening('came', data))
    log.addSent({ atMs: 0, version: 1, name: 'went', data })
    data.path.push(3)
    expect(log.all.map((entry) => entry.data)).toEqual([{ path: [1, 2] }, { path: [1, 2] }])
    expect(log.sent.map(({ name }) => name)).toEqual(['went'])
  })

  test('has a word for data that cannot be copied', () => {
    const log = new EventLog()
    log.add(happening('came', { f() {} }))
    expect(log.all[0]!.data).toBe('(no copy can be made of this)')
  })

  test.each([
    ['a text', 'x'.repeat(400)],
    ['bytes', new Uint8Array(800)],
    ['a list', Array.from({ length: 50 }, (_, index) => index)],
    ['an object', Object.fromEntries(Array.from({ length: 40 }, (_, index) => [`k${index}`, index]))],
    ['a map', new Map([['key', 'x'.repeat(400)]])],
    ['something deep', { a: { b: { c: ['x'.repeat(400)] } } }],
  ])('is bounded by the memory that its data take: %s', (_, data) => {
    const log = new EventLog({ bytes: 5000 })
    for (let index = 0; index < 20; index++) log.add(happening(`${index}`, data))
    expect(log.all.length).toBeGreaterThan(2)
    expect(log.all.length).toBeLessThan(8)
    expect(log.all.at(-1)!.name).toBe('19')
  })

  test('keeps the newest one, however large it is', () => {
    const log = new EventLog({ bytes: 5000 })
    log.add(happening('small'))
    log.add(happening('large', 'x'.repeat(10_000)))
    expect(namesOf(log)).toEqual(['large'])
    log.add(happening('next'))
    expect(namesOf(log)).toEqual(['next'])
  })

  test('is bounded by age, and by number', () => {
    const log = new EventLog({ happenings: 3, ageMs: 1000 })
    for (let index = 0; index < 5; index++) log.add(happening(`${index}`, undefined, index))
    expect(namesOf(log)).toEqual(['2', '3', '4'])
    log.add(happening('later', undefined, 1003))
    expect(namesOf(log)).toEqual(['3', '4', 'later'])
    log.add(happening('much later', undefined, 9000))
    expect(namesOf(log)).toEqual(['much later'])
  })

  test('measures data that contain themselves', () => {
    const data: Record<string, unknown> = {}
    data.self = data
    const log = new EventLog()
    log.add(happening('round', data))
    expect(log.all).toHaveLength(1)
  })
})
