import { describe, expect, it, onTestFinished } from 'vitest'
import type { TasksOptions } from '../src/tasks.js'
import { createTasks } from '../src/tasks.js'
import { spinning, type Work, workFile } from './support/work.js'

function setUp(options: Partial<TasksOptions> = {}) {
  const tasks = createTasks<Work>({ file: workFile, maxThreads: 1, ...options })
  onTestFinished(() => tasks.shutdown())
  return tasks
}

describe('a thread', () => {
  it('gives what the task gives, at once or later [M37]', async () => {
    const tasks = setUp()
    expect(await tasks.run('multiply', { a: 6, b: 7 })).toBe(42)
    expect(await Promise.all([1, 2, 3].map((value) => tasks.run('later', value)))).toEqual([1, 2, 3])
  })

  it.each([
    ['throws', 'fail', 'the bridge is out', /the bridge is out/],
    ['crashes', 'crash', undefined, /exited/],
    ['leaves a promise that rejects', 'leaveRejection', undefined, /nobody took it/],
    ['gives a promise of another make that rejects', 'thenable', undefined, /another make/],
    ['rejects with nothing', 'rejectNothing', undefined, /undefined/],
    ['gives what cannot be copied', 'uncopyable', undefined, /cannot be copied/],
    ['is given what cannot be copied', 'uncopyable', () => {}, /could not be cloned/],
    ['is not there', 'missing', undefined, /No handler/],
    ['is no function', 'notATask', undefined, /No handler/],
  ] as const)(
    'whose task %s fails with task_failed, and the next task is run [M37]',
    async (_, name, data, message) => {
      const tasks = setUp()
      const failing = tasks.run(name as 'uncopyable', data)
      const next = tasks.run('later', 5)
      await expect(failing).rejects.toMatchObject({ code: 'task_failed', message: expect.stringMatching(message) })
      expect(await next).toBe(5)
    },
  )

  it('is not kept waiting by a file that cannot be loaded', async () => {
    const tasks = setUp({ file: new URL('./nowhere.mjs', import.meta.url) })
    for (let i = 0; i < 2; i++) await expect(tasks.run('later', 1)).rejects.toMatchObject({ code: 'task_failed' })
  })

  it('is ended with a task that is cancelled, and the next one gets another [M37]', async () => {
    const tasks = setUp()
    const { flags, begun } = spinning()
    const cancelled = new AbortController()
    const spins = tasks.run('spin', { flags }, cancelled.signal)
    const next = tasks.run('later', 5)
    await begun()
    expect([tasks.running, tasks.waiting]).toEqual([1, 1])
    cancelled.abort()
    await expect(spins).rejects.toMatchObject({ code: 'task_cancelled' })
    expect(await next).toBe(5)
  })

  it('is ended by a shutdown, whatever it does [M37]', async () => {
    const tasks = setUp({ maxThreads: 2 })
    const { flags, begun } = spinning()
    const outcomes = [tasks.run('spin', { flags }), tasks.run('spin', { flags }), tasks.run('later', 1)].map((run) =>
      run.catch((error: { code: string }) => error.code),
    )
    await begun()
    await tasks.shutdown()
    expect(await Promise.all(outcomes)).toEqual(['task_cancelled', 'task_cancelled', 'task_cancelled'])
  })
})
