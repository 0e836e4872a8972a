import { defineGame, type EventWire, GameStateMachine, GameStateStore, silentLogger } from '@tygase/gamestate'
import { describe, expect, it } from 'vitest'
import { Tasks } from '../../src/tasks/tasks.js'
import type { TickTasksOptions } from '../../src/tasks/tick-tasks.js'
import { handPool } from './support/hand-pool.js'
import type { Work } from './support/work.js'

const game = defineGame({
  initialState: () => ({ log: [] as string[] }),
  events: (on) => ({
    found: on((state, value: unknown, ctx) => {
      if (value === 13) ctx.reject('unlucky', 'not that one')
      state.log.push(`${ctx.tick} ${ctx.clientId} found ${value}`)
    }),
    failed: on((state, failure: unknown, ctx) => {
      state.log.push(`${ctx.tick} ${ctx.clientId} ${JSON.stringify(failure)}`)
    }),
    other: on((state) => {
      state.log.push('other')
    }),
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
  const handlers = new Map<string, () => unknown>()
  const server = {
    registerEventHandler: (name: never, handler: () => unknown) => {
      handlers.set(name, handler)
      return () => void handlers.delete(name)
    },
  }
  const bound = tasks.bind({ machine, server }, options)
  const told: string[] = []
  /** Begins a task that tells what it is told. */
  const start = (value: number, clientId?: string) =>
    bound.start('later', value, {
      onResult: (result) => told.push(`${machine.tick} result ${result}`),
      onError: (error) => told.push(`${machine.tick} ${error.code}`),
      ...(clientId !== undefined && { clientId }),
    })
  const logOf = () => store.state.log
  return { tasks, bound, begun, machine, handlers, told, start, logged, log: logOf }
}

describe('a result', () => {
  it('comes to the rules on the next tick, as an event, and its callback is called after it [M37]', async () => {
    const { start, begun, machine, told, log } = setUp()
    start(1, 'ada')
    machine.step()
    await begun[0]?.give(42)
    expect([log(), told]).toEqual([[], []])
    machine.step()
    expect(log()).toEqual(['2 ada found 42'])
    expect(told).toEqual(['2 result 42'])
    machine.step()
    expect(told).toHaveLength(1)
  })

  it('comes in the order of arrival, between the events of clients', async () => {
    const { start, begun, machine, log } = setUp()
    start(1)
    start(2)
    await begun[1]?.give('b')
    machine.pushEvent({ name: 'other', data: undefined, clientId: 'ada' })
    await begun[0]?.give('a')
    machine.step()
    expect(log()).toEqual(['1  found b', 'other', '1  found a'])
  })

  it('without an event comes to its callback alone, on a tick [M37]', async () => {
    const { start, begun, machine, told, log } = setUp({})
    start(1)
    await begun[0]?.give(42)
    expect(told).toEqual([])
    machine.step()
    expect([told, log()]).toEqual([['1 result 42'], []])
  })

  it('that a rule refuses is an error', async () => {
    const { start, begun, machine, told, log } = setUp({ results: { later: 'found' }, failed: 'failed' })
    start(1)
    await begun[0]?.give(13)
    machine.step()
    expect(told).toEqual(['1 task_result_refused'])
    machine.step()
    expect(log()).toEqual([
      `2  ${JSON.stringify({
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
    const told: string[] = []
    bound.start('later', 1, { onError: (error) => told.push(error.message) })
    machine.pushEvent({ name: 'other', data: undefined, clientId: '' })
    await begun[0]?.give(42)
    expect(told).toEqual([])
    machine.step()
    expect(told).toEqual(["the result of 'later': event_queue_full: too many events wait for a tick"])
  })

  it('never comes from a client: its event is refused there', () => {
    const { handlers, bound } = setUp({ results: { later: 'found' }, failed: 'failed' })
    expect([...handlers.keys()]).toEqual(['found', 'failed'])
    expect(() => handlers.get('found')?.()).toThrow(expect.objectContaining({ code: 'event_unknown' }))
    bound.end()
    expect(handlers.size).toBe(0)
  })
})

describe('a failure', () => {
  it('comes to its callback, on a tick, and to the rules where they have an event for it [M37]', async () => {
    const { start, begun, machine, told, log } = setUp({ failed: 'failed' })
    start(1, 'ada')
    await begun[0]?.throw(new Error('too far'))
    expect(told).toEqual([])
    machine.step()
    expect(told).toEqual(['1 task_failed'])
    expect(log()).toEqual(['1 ada {"task":"later","code":"task_failed","message":"\'later\' failed: too far"}'])
  })

  it('that nobody wants to hear of is logged', async () => {
    const { bound, begun, logged } = setUp()
    bound.start('later', 1)
    await begun[0]?.throw(new Error('too far'))
    expect(logged).toEqual(['a task has no result'])
  })

  it('is what becomes of a task that is cancelled, or shut down [M37]', async () => {
    const { start, tasks, machine, told } = setUp()
    const cancel = start(1)
    start(2)
    cancel()
    cancel()
    await tasks.shutdown()
    for (let i = 0; i < 8; i++) await Promise.resolve()
    expect(told).toEqual([])
    machine.step()
    expect(told).toEqual(['1 task_cancelled', '1 task_cancelled'])
  })
})

describe('a callback', () => {
  it('that throws is logged, and the next one is called [M37]', async () => {
    const { bound, start, begun, machine, told, logged } = setUp({})
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
    expect(told).toEqual(['1 result 3'])
    expect(logged).toEqual(['a callback of a task failed', 'a callback of a task failed'])
    machine.step()
    expect(machine.tick).toBe(2)
  })

  it('may begin the next task, whose own is called on a later tick', async () => {
    const { bound, start, begun, machine, told } = setUp({})
    bound.start('later', 1, { onResult: () => void start(2) })
    await begun[0]?.give(1)
    machine.step()
    await begun[1]?.give(2)
    expect(told).toEqual([])
    machine.step()
    expect(told).toEqual(['2 result 2'])
  })
})

describe('the tasks of a game that ends', () => {
  it('are cancelled, and nobody hears of them', async () => {
    const { bound, start, begun, machine, told, log, logged } = setUp({ results: { later: 'found' }, failed: 'failed' })
    start(1)
    start(2)
    bound.start('later', 3)
    await begun[0]?.give(1)
    bound.end()
    expect(begun.map(({ signal }) => signal.aborted)).toEqual([false, true, true])
    await begun[1]?.give(2)
    machine.step()
    machine.step()
    expect(told).toEqual([])
    expect(log()).toEqual(['1  found 1'])
    expect(logged).toEqual([])
  })

  it('are not begun once it has ended, as by a hook that comes late, and nobody hears of them either', async () => {
    const { bound, start, begun, tasks, machine, told, log, logged } = setUp({
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
    expect([told, log(), logged]).toEqual([[], [], []])
  })
})

it('an event that the game does not have is an invalid_argument', () => {
  for (const options of [{ results: { later: 'lost' } }, { failed: 'lost' }]) {
    expect(() => setUp(options)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: "the game has no event 'lost'" }),
    )
  }
})

it('a room whose event has a handler already is left as it was', () => {
  const machine = new GameStateMachine(new GameStateStore(game.initialState()), game)
  const reserved: string[] = []
  const onMessage = (name: string) => {
    if (name === 'failed') throw new Error('handler_exists')
    reserved.push(name)
    return () => void reserved.splice(0)
  }
  const tasks = new Tasks<Work>({ file: 'work.mjs' }, handPool().pool)
  expect(() => tasks.bind({ machine, onMessage }, { results: { later: 'found' }, failed: 'failed' })).toThrow(
    'handler_exists',
  )
  expect(reserved).toEqual([])
  tasks.bind({ machine, onMessage }, { results: { later: 'found' } })
  expect(reserved).toEqual(['found'])
})

it('any event wire will do, and no server need be there', () => {
  const machine: EventWire = new GameStateMachine(new GameStateStore(game.initialState()), game)
  expect(() => new Tasks<Work>({ file: 'work.mjs' }, handPool().pool).bind({ machine }).end()).not.toThrow()
})
