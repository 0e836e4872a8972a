import { VirtualClock } from '@tygase/testkit/internal'
import { describe, expect, it } from 'vitest'
import type { TasksOptions } from '../src/tasks.js'
import { Tasks } from '../src/tasks.js'
import { handPool } from './support/hand-pool.js'
import type { Work } from './support/work.js'

function setUp(options: Partial<TasksOptions> = {}) {
  const clock = new VirtualClock()
  const hands = handPool()
  const tasks = new Tasks<Work>({ file: 'work.mjs', maxThreads: 2, maxQueue: 2, clock, ...options }, hands.pool)
  /** What becomes of each task, by the number that it was given. */
  const outcomes: Record<number, unknown> = {}
  const ask = (value: number, signal?: AbortSignal): void => {
    tasks.run('later', value, signal).then(
      (result) => {
        outcomes[value] = result
      },
      (error: { code: string }) => {
        outcomes[value] = error.code
      },
    )
  }
  const begun = () => hands.begun.map(({ data }) => data)
  return { ...hands, clock, tasks, ask, outcomes, begunData: begun }
}

const turn = async (): Promise<void> => {
  for (let i = 0; i < 8; i++) await Promise.resolve()
}

describe('tasks', () => {
  it('are begun in order, as many as there are threads; the next when one is done', async () => {
    const { ask, begun, begunData, tasks, outcomes } = setUp()
    for (const value of [1, 2, 3, 4]) ask(value)
    expect(begunData()).toEqual([1, 2])
    expect([tasks.running, tasks.waiting]).toEqual([2, 2])
    await begun[1]?.give('two')
    expect(begunData()).toEqual([1, 2, 3])
    await begun[2]?.throw(new Error('no'))
    expect(begunData()).toEqual([1, 2, 3, 4])
    await begun[3]?.give('four')
    await begun[0]?.give('one')
    expect(outcomes).toEqual({ 1: 'one', 2: 'two', 3: 'task_failed', 4: 'four' })
    expect([tasks.running, tasks.waiting]).toEqual([0, 0])
  })

  it('beyond those that may wait fail at once with task_queue_full, and others go on [M37]', async () => {
    const { ask, outcomes, begun } = setUp()
    for (const value of [1, 2, 3, 4, 5]) ask(value)
    await turn()
    expect(outcomes).toEqual({ 5: 'task_queue_full' })
    await begun[0]?.give('one')
    ask(6)
    await turn()
    expect(outcomes).toEqual({ 1: 'one', 5: 'task_queue_full' })
  })

  it.each([
    [new RangeError('too far'), 'too far'],
    ['a text', 'a text'],
    [undefined, 'undefined'],
    [{}, 'its thread ended, perhaps because its result cannot be copied'],
  ])('say why they failed: %o', async (cause, reason) => {
    const { tasks, begun } = setUp()
    const failed = tasks.run('fail', 'x')
    await begun[0]?.throw(cause)
    await expect(failed).rejects.toMatchObject({ code: 'task_failed', message: `'fail' failed: ${reason}`, cause })
  })

  it('that give nothing in time fail with task_timeout, and their thread is ended', async () => {
    const { ask, outcomes, begun, clock, begunData } = setUp({ taskTimeoutMs: 1000, maxThreads: 1 })
    ask(1)
    clock.advance(400)
    ask(2)
    clock.advance(599)
    expect(begun[0]?.signal.aborted).toBe(false)
    clock.advance(1)
    await turn()
    expect(outcomes).toEqual({ 1: 'task_timeout' })
    expect(begun[0]?.signal.aborted).toBe(true)
    expect(begunData()).toEqual([1, 2])
    await begun[1]?.give('two')
    expect(outcomes).toEqual({ 1: 'task_timeout', 2: 'two' })
    expect(clock.pending).toBe(0)
  })

  it('wait no longer than that for a thread either', async () => {
    const { ask, outcomes, begunData, clock } = setUp({ taskTimeoutMs: 1000, maxThreads: 1 })
    ask(1)
    ask(2)
    clock.advance(1000)
    await turn()
    expect(outcomes).toEqual({ 1: 'task_timeout', 2: 'task_timeout' })
    expect(begunData()).toContain(1)
    expect(clock.pending).toBe(0)
  })

  it('may be cancelled while they wait and while they run', async () => {
    const { ask, outcomes, begun, begunData, tasks } = setUp({ maxThreads: 1 })
    const [first, second, third] = [new AbortController(), new AbortController(), AbortSignal.abort()]
    ask(1, first.signal)
    ask(2, second.signal)
    ask(3, third)
    second.abort()
    await turn()
    expect(outcomes).toEqual({ 2: 'task_cancelled', 3: 'task_cancelled' })
    expect(begun[0]?.signal.aborted).toBe(false)
    first.abort()
    await turn()
    expect(outcomes).toMatchObject({ 1: 'task_cancelled' })
    expect(begun[0]?.signal.aborted).toBe(true)
    expect(begunData()).toEqual([1])
    expect([tasks.running, tasks.waiting]).toEqual([0, 0])
  })

  it('that were given up are heard of no more', async () => {
    const { ask, outcomes, begun, tasks } = setUp({ maxThreads: 1 })
    const given = new AbortController()
    ask(1, given.signal)
    given.abort()
    await begun[0]?.give('late')
    expect(outcomes).toEqual({ 1: 'task_cancelled' })
    expect(tasks.running).toBe(0)
  })

  it('are cancelled by a shutdown, those that wait and those that run, and none is run after it [M37]', async () => {
    const { ask, outcomes, tasks, isClosed, begunData, clock } = setUp()
    for (const value of [1, 2, 3, 4]) ask(value)
    await tasks.shutdown()
    ask(5)
    await turn()
    expect(Object.values(outcomes)).toEqual(new Array(5).fill('task_cancelled'))
    expect(begunData()).toEqual([1, 2])
    expect(isClosed()).toBe(true)
    expect(clock.pending).toBe(0)
    await tasks.shutdown()
  })

  it.each<Partial<TasksOptions>>([
    { maxThreads: 0 },
    { maxThreads: 1.5 },
    { maxQueue: -1 },
    { maxQueue: 0.5 },
    { taskTimeoutMs: 0 },
    { taskTimeoutMs: Number.NaN },
    { idleTimeoutMs: -1 },
  ])('have numbers that make sense: %j is an invalid_argument', (options) => {
    expect(() => setUp(options)).toThrow(expect.objectContaining({ code: 'invalid_argument' }))
  })
})
