import { defineGame, GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { Tasks } from '../src/tasks.js'
import type { TickTasksOptions } from '../src/tick-tasks.js'
import { handPool } from './support/hand-pool.js'
import type { Work } from './support/work.js'

const game = defineGame({
  initialState: () => ({ log: [] as string[] }),
  events: (on) => ({
    found: on(
      z.union([z.string(), z.number(), z.object({ square: z.number() })]),
      (state, value, ctx) => {
        if (value === 13) return ctx.reject('unlucky', 'not that one')
        state.log.push(`${ctx.tick} found ${JSON.stringify(value)}`)
      },
      { from: 'server' },
    ),
    failed: on(
      z.object({ task: z.string(), code: z.string(), message: z.string() }),
      (state, failure, ctx) => void state.log.push(`${ctx.tick} ${JSON.stringify(failure)}`),
      { from: 'server' },
    ),
    other: on((state) => void state.log.push('other')),
  }),
})

function setUp(options: TickTasksOptions<Work> = { results: { later: 'found' } }) {
  const { pool, begun } = handPool()
  const logged: string[] = []
  const log = (_details: object, message: string): void => void logged.push(message)
  const tasks = new Tasks<Work>(
    { file: 'work.mjs', maxThreads: 4, logger: { ...silentLogger, warn: log, error: log } },
    pool,
  )
  const store = new GameStateStore(game.initialState())
  const machine = new GameStateMachine(store, game)
  const bound = tasks.bind({ machine }, options)
  const called: string[] = []
  /** Begins a task whose callbacks are noted. */
  const start = (value: number) =>
    bound.start('later', value, {
      onResult: (result) => called.push(`${machine.tick} result ${result}`),
      onError: (error) => called.push(`${machine.tick} ${error.code}`),
    })
  const logOf = () => store.state.log
  return { tasks, bound, begun, machine, called, start, logged, log: logOf }
}

describe('a result', () => {
  it.each(['give', 'throw'] as const)('for a machine that throws is logged and ends nothing: %s', async (how) => {
    const { start, begun, machine, logged } = setUp({ results: { later: 'found' }, failed: 'failed' })
    machine.push = () => {
      throw new Error('no more')
    }
    start(1)
    if (how === 'give') await begun[0]?.give(42)
    else await begun[0]?.throw(new Error('out of luck'))
    await new Promise((resolve) => setImmediate(resolve))
    expect(logged).toEqual(['the result of a task got lost'])
  })

  it('comes to the rules on the next tick, as an event, and its callback is called after it [M37]', async () => {
    const { start, begun, machine, called, log } = setUp()
    start(1)
    machine.step()
    await begun[0]?.give(42)
    expect([log(), called]).toEqual([[], []])
    machine.step()
    expect(log()).toEqual(['2 found 42'])
    expect(called).toEqual(['2 result 42'])
    machine.step()
    expect(called).toHaveLength(1)
  })

  it('comes in the order of arrival, between the events of clients', async () => {
    const { start, begun, machine, log } = setUp()
    start(1)
    start(2)
    await begun[1]?.give('b')
    machine.push({ kind: 'event', name: 'other', data: undefined })
    await begun[0]?.give('a')
    machine.step()
    expect(log()).toEqual(['1 found "b"', 'other', '1 found "a"'])
  })

  it('without an event comes to its callback alone, on a tick [M37]', async () => {
    const { start, begun, machine, called, log } = setUp({})
    start(1)
    await begun[0]?.give(42)
    expect(called).toEqual([])
    machine.step()
    expect([called, log()]).toEqual([['1 result 42'], []])
  })

  it('that a rule refuses is an error', async () => {
    const { start, begun, machine, called, log } = setUp({ results: { later: 'found' }, failed: 'failed' })
    start(1)
    await begun[0]?.give(13)
    machine.step()
    expect(called).toEqual(['1 task_result_refused'])
    machine.step()
    expect(log()).toEqual([
      `2 ${JSON.stringify({
        task: 'later',
        code: 'task_result_refused',
        message: "the result of 'later': unlucky: not that one",
      })}`,
    ])
  })

  it('that finds too many events before it is an error', async () => {
    const { pool, begun } = handPool()
    const machine = new GameStateMachine(new GameStateStore(game.initialState()), game, { maxQueuedEvents: 1 })
    const bound = new Tasks<Work>({ file: 'work.mjs' }, pool).bind({ machine }, { results: { later: 'found' } })
    const called: string[] = []
    bound.start('later', 1, { onError: (error) => called.push(error.message) })
    machine.push({ kind: 'event', name: 'other', data: undefined })
    await begun[0]?.give(42)
    expect(called).toEqual([])
    machine.step()
    expect(called).toEqual(["the result of 'later': event_queue_full: too many events wait for a tick"])
  })

  it('that is an object reaches the rule and the callback', async () => {
    const { start, begun, machine, called, log } = setUp()
    start(1)
    await begun[0]?.give({ square: 1 })
    machine.step()
    expect([log(), called]).toEqual([['1 found {"square":1}'], ['1 result [object Object]']])
  })

  it('that the schema of its event refuses is an error', async () => {
    const { start, begun, machine, called, log } = setUp()
    start(1)
    await begun[0]?.give(true)
    machine.step()
    expect([log(), called]).toEqual([[], ['1 task_result_refused']])
  })
})

describe('a failure', () => {
  it('comes to its callback, on a tick, and to the rules where they have an event for it [M37]', async () => {
    const { start, begun, machine, called, log } = setUp({ failed: 'failed' })
    start(1)
    await begun[0]?.throw(new Error('too far'))
    expect(called).toEqual([])
    machine.step()
    expect(called).toEqual(['1 task_failed'])
    expect(log()).toEqual(['1 {"task":"later","code":"task_failed","message":"\'later\' failed: too far"}'])
  })

  it('that nobody wants to hear of is logged', async () => {
    const { bound, begun, logged } = setUp()
    bound.start('later', 1)
    await begun[0]?.throw(new Error('too far'))
    expect(logged).toEqual(['a task has no result'])
  })

  it('is what becomes of a task that is cancelled, or shut down [M37]', async () => {
    const { start, tasks, machine, called } = setUp()
    const cancel = start(1)
    start(2)
    cancel()
    cancel()
    await tasks.shutdown()
    for (let i = 0; i < 8; i++) await Promise.resolve()
    expect(called).toEqual([])
    machine.step()
    expect(called).toEqual(['1 task_cancelled', '1 task_cancelled'])
  })
})

describe('a callback', () => {
  it('that throws is logged, and the next one is called [M37]', async () => {
    const { bound, start, begun, machine, called, logged } = setUp({})
    const fail = (): void => {
      throw new Error('no')
    }
    bound.start('later', 1, { onResult: fail })
    bound.start('later', 2, { onError: fail })
    start(3)
    await begun[0]?.give(1)
    await begun[1]?.throw(new Error('no'))
    await begun[2]?.give(3)
    machine.step()
    expect(called).toEqual(['1 result 3'])
    expect(logged).toEqual(['onResult of a task failed', 'onError of a task failed'])
    machine.step()
    expect(machine.tick).toBe(2)
  })

  it('may begin the next task, whose own is called on a later tick', async () => {
    const { bound, start, begun, machine, called } = setUp({})
    bound.start('later', 1, { onResult: () => void start(2) })
    await begun[0]?.give(1)
    machine.step()
    await begun[1]?.give(2)
    expect(called).toEqual([])
    machine.step()
    expect(called).toEqual(['2 result 2'])
  })
})

describe('the tasks of a game that ends', () => {
  it('are cancelled, and nobody hears of them', async () => {
    const { bound, start, begun, machine, called, log, logged } = setUp({
      results: { later: 'found' },
      failed: 'failed',
    })
    start(1)
    start(2)
    bound.start('later', 3)
    await begun[0]?.give(1)
    bound.end()
    expect(begun.map(({ signal }) => signal.aborted)).toEqual([false, true, true])
    await begun[1]?.give(2)
    machine.step()
    machine.step()
    expect(called).toEqual([])
    expect(log()).toEqual(['1 found 1'])
    expect(logged).toEqual([])
  })

  it('are not begun once it has ended, as by a hook that comes late, and nobody hears of them either', async () => {
    const { bound, start, begun, tasks, machine, called, log, logged } = setUp({
      results: { later: 'found' },
      failed: 'failed',
    })
    bound.end()
    const cancel = start(1)
    bound.start('later', 2)
    cancel()
    machine.step()
    machine.step()
    expect([begun.length, tasks.running, tasks.waiting]).toEqual([0, 0, 0])
    expect([called, log(), logged]).toEqual([[], [], []])
  })
})

it('an event that the game does not have is an invalid_argument', () => {
  for (const options of [{ results: { later: 'lost' } }, { failed: 'lost' }]) {
    expect(() => setUp(options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: "the game has no event 'lost'" }),
    )
  }
})

it('an event that clients may send cannot bring results: invalid_argument', () => {
  for (const options of [{ results: { later: 'other' } }, { failed: 'other' }]) {
    expect(() => setUp(options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining("{ from: 'server' }") }),
    )
  }
})
