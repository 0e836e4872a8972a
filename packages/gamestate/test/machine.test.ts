import { describe, expect, test } from 'vitest'
import { encodeDelta, GameStateMachine, GameStateStore, type MachineOptions, type WireListener } from '../src/index.js'
import { definePlay, type Hooks, startPlay } from './support/play.js'
import { refusal } from './support/refusals.js'

const done = (value?: unknown): object => ({ kind: 'done', value })

describe('a machine', () => {
  test.each<MachineOptions>([
    { seed: 0.5 },
    { seed: Number.NaN },
    { maxCatchUpSteps: 0 },
    { maxCatchUpSteps: Number.NaN },
    { maxQueuedEvents: 0 },
    { maxQueuedEvents: -5 },
  ])('refuses the options %o', (options) => {
    expect(refusal(() => startPlay({}, options))).toMatch(/^invalid_argument: (seed|max\w+) is a/)
  })

  test('names the events of its game, and its rate', () => {
    const { machine } = startPlay()
    expect(machine.eventNames).toEqual(['note', 'act', 'fail'])
    expect([machine.tickRate, machine.tick, machine.running, machine.queuedEvents]).toEqual([50, 0, false, 0])
  })

  test('goes on counting ticks where the versions of its store stand', () => {
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
    machine.pushJoin('c1')
    push('note', 'a', 'c1')
    push('note', 'b', 'c2')
    machine.pushLeave('c2')
    push('note', 'c', 'c1')
    machine.step()
    expect(store.state.log).toEqual(['c1 joined', 'a', 'b', 'c2 left', 'c', 'time'])
    expect([commits, store.version, machine.queuedEvents]).toEqual([1, 1, 0])
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
    expect(machine.queuedEvents).toBe(1)
    machine.step()
    expect(store.state.log).toEqual(['later'])
  })

  test('cannot be made within another one', () => {
    const { machine, push, logged } = startPlay({ act: () => machine.step() })
    machine.subscribe({ onTick: () => machine.step() })
    push('act', '')
    machine.step()
    expect(machine.tick).toBe(1)
    expect(logged.map(([, message, error]) => [message, (error as { code: string } | undefined)?.code])).toEqual([
      ['a rule failed', 'invalid_argument'],
      ['an event was refused', undefined],
      ['onTick failed', 'invalid_argument'],
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
    const { machine } = startPlay({ timeStep: (_, dt, ctx) => void seen.push([ctx.tick, ctx.time, dt, ctx.clientId]) })
    for (let tick = 0; tick < 3; tick++) machine.step()
    expect(seen).toEqual([
      [1, 0.02, 0.02, ''],
      [2, 0.04, 0.02, ''],
      [3, 0.06, 0.02, ''],
    ])
  })
})

describe('what comes out of a tick', () => {
  test('comes after its commit: settlements, dispatches, the end of the tick', () => {
    const order: unknown[] = []
    const { machine, store } = startPlay({
      act: (state, what, ctx) => {
        state.steps++
        ctx.dispatch('told', what, { to: 'c1' })
        return what
      },
    })
    const note =
      (what: string) =>
      (...args: unknown[]): void =>
        void order.push([what, store.state.steps, ...args])
    store.subscribe(() => order.push('commit'))
    machine.subscribe({ onTick: note('tick'), onDispatch: note('dispatch') })
    for (const data of ['a', 'b']) machine.pushEvent({ name: 'act', data, clientId: 'c1', settle: note('settle') })
    machine.step()
    expect(order).toEqual([
      'commit',
      ['settle', 2, done('a')],
      ['settle', 2, done('b')],
      ['dispatch', 2, 'told', 'a', 'c1'],
      ['dispatch', 2, 'told', 'b', 'c1'],
      ['tick', 2, 1],
    ])
    machine.step()
    expect(order.slice(6)).toEqual([['tick', 2, 2]])
  })

  test('dispatches from rules of all kinds are sent once, those of a rule that fails or rejects never [P20]', () => {
    const sent: unknown[] = []
    const { machine, push } = startPlay({
      timeStep: (_, __, ctx) => ctx.dispatch('told', 'step'),
      act: (_, what, ctx) => {
        ctx.dispatch('told', what)
        if (what === 'reject') ctx.reject('not_now')
        if (what === 'throw') throw new Error('stop')
      },
    })
    machine.subscribe({ onDispatch: (_, data) => void sent.push(data) })
    for (const what of ['reject', 'ok', 'throw']) push('act', what)
    machine.step()
    expect(sent).toEqual(['ok', 'step'])
  })

  test('each event is settled exactly once, whatever becomes of it', () => {
    const { machine, push, outcomes } = startPlay(
      {
        act: (_, what, ctx) => {
          if (what === 'reject') ctx.reject('not_now')
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

  test('is told to those who listen, until they do not any more', () => {
    const { machine } = startPlay()
    let ticks = 0
    const end = machine.subscribe({ onTick: () => ticks++ })
    machine.subscribe({})
    machine.step()
    end()
    end()
    machine.step()
    expect(ticks).toBe(1)
  })

  test('is not stopped by subscribers, listeners and settlements that throw; they are logged [P29]', () => {
    const fail = (): never => {
      throw new Error('stop')
    }
    const told: string[] = []
    const good: WireListener = { onTick: () => void told.push('tick'), onDispatch: () => void told.push('dispatch') }
    const { machine, store, logged } = startPlay({
      timeStep: (state, _, ctx) => {
        state.steps++
        ctx.dispatch('told', 1)
      },
    })
    store.subscribe(fail)
    store.subscribe(() => void told.push('commit'))
    machine.subscribe({ onTick: fail, onDispatch: fail })
    machine.subscribe(good)
    machine.pushEvent({ name: 'note', data: 'a', clientId: 'c1', settle: fail })
    machine.step()
    machine.step()
    expect([store.version, store.state.steps, store.state.log]).toEqual([2, 2, ['a']])
    expect(told).toEqual(['commit', 'dispatch', 'tick', 'commit', 'dispatch', 'tick'])
    expect(logged.map(([, message]) => message).slice(0, 4)).toEqual([
      'a subscriber failed',
      'a settlement failed',
      'onDispatch failed',
      'onTick failed',
    ])
  })
})
