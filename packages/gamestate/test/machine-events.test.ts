import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineGame, GameStateMachine, GameStateStore, on } from '../src/index.js'
import { startPlay } from './support/play.js'

describe('an event that is pushed', () => {
  test('is refused at once when the game does not know it', () => {
    const { machine, push, outcomes } = startPlay()
    for (const name of ['nothing', '', '__proto__', 'constructor', 'toString', 'onJoin']) push(name, 1)
    expect(machine.queuedEvents).toBe(0)
    expect(outcomes).toHaveLength(6)
    expect(outcomes[0]).toEqual([
      'nothing',
      { kind: 'refused', code: 'event_unknown', message: "the game has no event 'nothing'" },
    ])
    for (const [, outcome] of outcomes) expect(outcome).toMatchObject({ code: 'event_unknown' })
  })

  test('is refused at once when its data is not what its schema says', () => {
    const { machine, push, outcomes } = startPlay()
    for (const data of [1, undefined, null, {}, ['a']]) push('note', data)
    expect(machine.queuedEvents).toBe(0)
    for (const [, outcome] of outcomes) {
      expect(outcome).toMatchObject({ kind: 'refused', code: 'event_invalid', message: /^note: .*expected string/ })
    }
  })

  test('is refused when as many wait as may; there is room again after the tick', () => {
    const { machine, store, push, outcomes } = startPlay({}, { maxQueuedEvents: 3 })
    for (const text of ['a', 'b', 'c', 'd']) push('note', text)
    expect(outcomes).toEqual([
      ['note', { kind: 'refused', code: 'event_queue_full', message: 'too many events wait for a tick' }],
    ])
    machine.step()
    push('note', 'e')
    machine.step()
    expect(store.state.log).toEqual(['a', 'b', 'c', 'e'])
  })

  test('needs nobody to be told how it ends', () => {
    const { machine, store } = startPlay()
    machine.pushEvent({ name: 'nothing', data: 1, clientId: 'c1' })
    machine.pushEvent({ name: 'note', data: 'a', clientId: 'c1' })
    machine.step()
    expect(store.state.log).toEqual(['a'])
  })

  test('keeps what it was called on as the `this` of settle', () => {
    class Sent {
      readonly name = 'note'
      readonly data = 'a'
      readonly clientId = 'c1'
      settled = 0
      settle(): void {
        this.settled++
      }
    }
    const sent = new Sent()
    const { machine } = startPlay()
    machine.pushEvent(sent)
    machine.step()
    expect(sent.settled).toBe(1)
  })

  test('runs with what its schema makes of the data', () => {
    const game = defineGame({
      initialState: () => ({ sum: 0 }),
      events: (bound) => ({
        add: bound(z.object({ by: z.string().transform(Number).default(1) }), (state, { by }) => {
          state.sum += by
        }),
      }),
    })
    const store = new GameStateStore(game.initialState())
    const machine = new GameStateMachine(store, game)
    machine.pushEvent({ name: 'add', data: { by: '41', unknown: true }, clientId: 'c1' })
    machine.pushEvent({ name: 'add', data: {}, clientId: 'c1' })
    machine.step()
    expect(store.state.sum).toBe(42)
  })

  const schema = (validate: (value: unknown) => unknown): never =>
    ({ '~standard': { version: 1, vendor: 'test', validate } }) as never

  test.each<[string, () => unknown, string]>([
    [
      'throws',
      () => {
        throw new Error('secret')
      },
      'go: the data could not be checked',
    ],
    [
      'is asynchronous',
      () => Promise.reject(new Error('late')),
      'go: its schema is asynchronous, and a tick cannot wait for it',
    ],
    [
      'finds problems',
      () => ({ issues: [{ message: 'too long' }, { message: 'too wide' }] }),
      'go: too long; too wide',
    ],
  ])('is refused when its schema %s', (_, validate, message) => {
    const game = defineGame({ initialState: () => ({}), events: { go: on(schema(validate), () => {}) } })
    const machine = new GameStateMachine(new GameStateStore(game.initialState()), game)
    const outcomes: unknown[] = []
    machine.pushEvent({ name: 'go', data: 1, clientId: 'c1', settle: (outcome) => void outcomes.push(outcome) })
    expect(outcomes).toEqual([{ kind: 'refused', code: 'event_invalid', message }])
  })
})

describe('joins and leaves', () => {
  test('run the hooks of the game for their client, in order with the events', () => {
    const { machine, store, push } = startPlay()
    machine.pushJoin('c1')
    push('note', 'hello')
    machine.pushLeave('c1')
    machine.step()
    expect(store.state.log).toEqual(['c1 joined', 'hello', 'c1 left'])
  })

  test('are taken though as many events wait as may: sessions are what bounds them', () => {
    const { machine, store, push } = startPlay({}, { maxQueuedEvents: 1 })
    push('note', 'a')
    machine.pushJoin('c1')
    machine.pushLeave('c1')
    machine.step()
    expect(store.state.log).toEqual(['a', 'c1 joined', 'c1 left'])
  })

  test('are nothing to a game without hooks', () => {
    const game = defineGame({ initialState: () => ({}) })
    const machine = new GameStateMachine(new GameStateStore(game.initialState()), game)
    machine.pushJoin('c1')
    machine.pushLeave('c1')
    expect(machine.queuedEvents).toBe(0)
  })
})
