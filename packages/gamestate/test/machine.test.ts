import { describe, expect, test } from 'vitest'
import { encodeDelta, GameStateMachine, GameStateStore, type MachineOptions } from '../src/index.js'
import { clientOf, definePlay, type Hooks, startPlay } from './support/play.js'
import { refusal } from './support/refusals.js'

const done = (value?: unknown): object => ({ kind: 'done', value })

describe('a machine', () => {
  test.each<MachineOptions>([
    { seed: 0.5 },
    { seed: Number.NaN },
    { seed: Number.POSITIVE_INFINITY },
    { maxCatchUpSteps: 0 },
    { maxCatchUpSteps: Number.NaN },
    { maxQueuedEvents: 0 },
    { maxQueuedEvents: -5 },
    { seed: '7' as never },
  ])('refuses the options %o', (options) => {
    expect(refusal(() => startPlay({}, options))).toMatch(/^invalid_argument: (seed|max\w+) is a/)
  })

  test('refuses an option that does not exist', () => {
    expect(refusal(() => startPlay({}, { maxQueued: 5 } as never))).toBe(
      "invalid_argument: GameStateMachine has no option 'maxQueued'; it has seed, maxCatchUpSteps, maxQueuedEvents, maxQueuedEventsPerClient, maxAheadMs, sendEveryTicks, clientTimeShare, firstStepAtMs, isHeldUp, metering, logger",
    )
  })

  test('begins at tick 0, stopped, with an empty queue', () => {
    const { machine } = startPlay()
    expect([machine.tickRate, machine.seed, machine.tick, machine.time]).toEqual([50, 0, 0, 0])
    expect([machine.running, machine.queuedInputs, machine.droppedSteps]).toEqual([false, 0, 0])
  })

  test('counts its ticks on from the version of its store', () => {
    const game = definePlay({ timeStep: (state) => void state.steps++ })
    const store = new GameStateStore(game.initialState())
    store.commit(game.initialState(), 41)
    const machine = new GameStateMachine(store, game)
    machine.step()
    expect([machine.tick, store.version]).toEqual([42, 42])
    store.reset(game.initialState(), 1000)
    machine.step()
    expect([machine.tick, store.version, store.state.steps]).toEqual([1001, 1001, 1])
  })
})

describe('a tick', () => {
  test('takes the events in the order of their arrival, then the time step, and commits once', () => {
    const { machine, store, push } = startPlay({ timeStep: (state) => void state.log.push('time') })
    let commits = 0
    store.subscribe(() => commits++)
    machine.push({ kind: 'join', client: clientOf('c1') })
    push('note', 'a', 'c1')
    push('note', 'b', 'c2')
    machine.push({ kind: 'leave', client: clientOf('c2') })
    push('note', 'c', 'c1')
    machine.step()
    expect(store.state.log).toEqual(['c1 joined', 'a', 'b', 'c2 left', 'c', 'time'])
    expect([commits, store.version, machine.queuedInputs]).toEqual([1, 1, 0])
  })

  test('that changes nothing makes no version', () => {
    const { machine, store } = startPlay({ timeStep: (state) => void (machine.tick % 3 === 0 && state.steps++) })
    for (let tick = 1; tick <= 7; tick++) machine.step()
    expect([machine.tick, store.versions()]).toEqual([7, [0, 3, 6]])
  })

  test('each event sees the effects of the ones before, and two that touch fields of one row both survive [P31]', () => {
    const { machine, store, push, outcomes } = startPlay({
      act: (state, field) => {
        const row = state.rows.edit('r')
        const seen = { ...row }
        row[field as 'x' | 'y'] = 1
        return seen
      },
    })
    push('act', 'x')
    push('act', 'y')
    push('act', 'y')
    machine.step()
    expect(store.state.rows.get('r')).toEqual({ x: 1, y: 1 })
    expect(outcomes.map(([, outcome]) => outcome)).toEqual([
      done({ x: 0, y: 0 }),
      done({ x: 1, y: 0 }),
      done({ x: 1, y: 1 }),
    ])
  })

  test('with rules that fail loses nothing but what they did, and logs them [P29]', () => {
    const { machine, store, push, outcomes, logged } = startPlay({
      timeStep: () => {
        throw new Error('step error')
      },
    })
    push('note', 'a')
    push('fail')
    push('note', 'b')
    machine.step()
    expect(store.state.log).toEqual(['a', 'b'])
    expect(outcomes).toEqual([
      ['note', done()],
      ['fail', { kind: 'refused', code: 'handler_failed', message: 'the handler failed' }],
      ['note', done()],
    ])
    expect(logged.map(([level, message, error]) => [level, message, (error as Error | undefined)?.message])).toEqual([
      ['error', 'a rule failed', 'rule error'],
      ['error', 'a rule failed', 'step error'],
      ['debug', 'an event was refused', undefined],
    ])
  })

  test('leaves events that its rules push to the next one', () => {
    const { machine, store, push } = startPlay({ act: (_, text) => push('note', text) })
    push('act', 'later')
    machine.step()
    expect(store.state.log).toEqual([])
    expect(machine.queuedInputs).toBe(1)
    machine.step()
    expect(store.state.log).toEqual(['later'])
  })

  test('says how to change a row if a rule writes to one that it has read', () => {
    const { machine, logged } = startPlay({
      timeStep: (state) => {
        for (const row of state.rows.values()) Object.assign(row, { x: 1 })
      },
    })
    machine.step()
    expect(logged.map(([, message]) => message)).toEqual([
      'a rule failed: rows that are read cannot be changed, use edit or editEach',
    ])
  })

  test('cannot be made within another one', () => {
    const { machine, push, logged } = startPlay({ act: () => machine.step() })
    machine.onTick(() => machine.step())
    push('act', '')
    machine.step()
    expect(machine.tick).toBe(1)
    expect(logged.map(([, message, error]) => [message, (error as { code: string } | undefined)?.code])).toEqual([
      ['a rule failed', 'invalid_argument'],
      ['an event was refused', undefined],
      ['a listener of onTick failed', 'invalid_argument'],
    ])
    machine.step()
    expect(machine.tick).toBe(2)
  })

  test('has the same random numbers when it is played again from the same seed, and others from another', () => {
    const play = (seed: number): Uint8Array => {
      const hooks: Hooks = {
        act: (state, _, ctx) => void state.log.push(String(ctx.random())),
        timeStep: (state, _, ctx) => {
          state.seconds = ctx.random()
        },
      }
      const { machine, store, push } = startPlay(hooks, { seed })
      for (let tick = 0; tick < 20; tick++) {
        push('act', 'a')
        push('act', 'b')
        machine.step()
      }
      expect(new Set(store.state.log).size).toBe(40)
      return encodeDelta(undefined, store.state)
    }
    expect(play(1)).toEqual(play(1))
    expect(play(1)).not.toEqual(play(2))
  })

  test('gives its rules the tick and the seconds of game time', () => {
    const seen: unknown[] = []
    const { machine } = startPlay({ timeStep: (_, dt, ctx) => void seen.push([ctx.tick, ctx.time, dt, ctx.client.id]) })
    for (let tick = 0; tick < 3; tick++) machine.step()
    expect(seen).toEqual([
      [1, 0.02, 0.02, ''],
      [2, 0.04, 0.02, ''],
      [3, 0.06, 0.02, ''],
    ])
  })
})

describe('what comes out of a tick', () => {
  test('comes after its commit, with the inputs that ran', () => {
    const { machine, store } = startPlay({
      act: (state, what, ctx) => {
        state.steps++
        ctx.dispatch('news', what, { to: 'c1' })
        return what
      },
    })
    const seen: unknown[] = []
    store.subscribe(() => seen.push('commit'))
    machine.onTick(({ tick, inputs, outcomes, dispatches, failures, state }) => {
      expect(state).toBe(store.state)
      seen.push([tick, inputs, outcomes, dispatches, failures])
    })
    const inputs = ['a', 'b'].map((data) => ({ kind: 'event', name: 'act', data, client: clientOf('c1') }) as const)
    for (const input of inputs) machine.push(input)
    machine.step()
    const dispatch = (data: string): object => ({ name: 'news', data, to: 'c1' })
    expect(seen).toEqual(['commit', [1, inputs, [done('a'), done('b')], [dispatch('a'), dispatch('b')], []]])
    machine.step()
    expect(seen.slice(2)).toEqual([[2, [], [], [], []]])
  })

  test('has the dispatches of rules of all kinds once, those of a rule that fails or rejects never [P20]', () => {
    const sent: unknown[] = []
    const { machine, push } = startPlay({
      timeStep: (_, __, ctx) => ctx.dispatch('news', 'step'),
      act: (_, what, ctx) => {
        ctx.dispatch('news', what)
        if (what === 'reject') return ctx.reject('not_now')
        if (what === 'throw') throw new Error('stop')
        return undefined
      },
    })
    machine.onTick(({ dispatches }) => void sent.push(...dispatches.map(({ data }) => data)))
    for (const what of ['reject', 'ok', 'throw']) push('act', what)
    machine.step()
    expect(sent).toEqual(['ok', 'step'])
  })

  test('is exactly one outcome for each event, whatever its rule does', () => {
    const { machine, push, outcomes } = startPlay(
      {
        act: (_, what, ctx) => {
          if (what === 'reject') return ctx.reject('not_now')
          if (what === 'throw') throw new Error('stop')
          if (what === 'async') return Promise.resolve()
          return what
        },
      },
      { maxQueuedEvents: 4 },
    )
    for (const what of ['ok', 'reject', 'throw', 'async', 'too many']) push('act', what)
    push('nothing', 1)
    expect(outcomes).toHaveLength(2)
    for (let tick = 0; tick < 3; tick++) machine.step()
    const codes = outcomes.map(([, outcome]) => (outcome.kind === 'done' ? outcome.value : outcome.code))
    expect(codes).toEqual(['event_queue_full', 'event_unknown', 'ok', 'not_now', 'handler_failed', 'handler_failed'])
  })

  test('goes to listeners until they are removed', () => {
    const { machine } = startPlay()
    let ticks = 0
    const off = machine.onTick(() => ticks++)
    machine.step()
    off()
    off()
    machine.step()
    expect(ticks).toBe(1)
  })

  test('is not stopped by subscribers and listeners that throw or reject; they are logged [P29]', async () => {
    const fail = (): never => {
      throw new Error('stop')
    }
    const reject = async (): Promise<never> => fail()
    const called: string[] = []
    const { machine, store, logged } = startPlay({ timeStep: (state) => void state.steps++ })
    machine.onTick(fail)
    machine.onTick(reject)
    machine.onTick(() => void called.push('tick'))
    machine.onRunning(reject)
    machine.step()
    machine.step()
    machine.run({ now: () => 0, schedule: () => () => {} })
    await Promise.resolve()
    expect([store.version, store.state.steps, called]).toEqual([2, 2, ['tick', 'tick']])
    expect(logged.map(([level, message, error]) => `${level}: ${message}: ${error}`).sort()).toEqual(
      // the same line again is counted
      ['error: a listener of onRunning failed: Error: stop', 'error: a listener of onTick failed: Error: stop'],
    )
  })
})
