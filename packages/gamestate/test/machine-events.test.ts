import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineGame, GameStateMachine, GameStateStore, type TickInput } from '../src/index.js'
import { clientOf, startPlay } from './support/play.js'

describe('an event that is pushed', () => {
  test('is refused at once if the game does not know it', () => {
    const { machine, push, outcomes } = startPlay()
    for (const name of ['nothing', '', '__proto__', 'constructor', 'toString', 'onJoin']) push(name, 1)
    expect(machine.queuedInputs).toBe(0)
    expect(outcomes).toHaveLength(6)
    expect(outcomes[0]).toEqual([
      'nothing',
      { kind: 'refused', code: 'event_unknown', message: "the game has no event 'nothing'" },
    ])
    for (const [, outcome] of outcomes) expect(outcome).toMatchObject({ code: 'event_unknown' })
  })

  test('is refused in its tick if its schema does not accept the data', () => {
    const { machine, push, outcomes, store } = startPlay()
    for (const data of [1, undefined, null, {}, ['a']]) push('note', data)
    machine.step()
    expect([outcomes.length, store.version]).toEqual([5, 0])
    for (const [, outcome] of outcomes) {
      expect(outcome).toMatchObject({ kind: 'refused', code: 'event_invalid', message: /^note: .*expected string/ })
    }
  })

  test('is refused if as many wait as may; there is room again after the tick', () => {
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

  test('from code at the server is copied, so that one object may be pushed several times', () => {
    const game = defineGame({
      initialState: () => ({ seen: [] as number[] }),
      events: (on) => ({
        add: on(z.object({ bytes: z.instanceof(Uint8Array) }), (state, { bytes }) => void state.seen.push(bytes[0]!)),
      }),
    })
    const store = new GameStateStore(game.initialState())
    const machine = new GameStateMachine(store, game)
    const scratch = { bytes: Buffer.alloc(1) }
    for (const number of [1, 2, 3]) {
      scratch.bytes[0] = number
      expect(machine.push({ kind: 'event', name: 'add', data: scratch })).toBeUndefined()
    }
    machine.step()
    expect(store.state.seen).toEqual([1, 2, 3])
  })

  test('keeps its data as it came for those who record inputs, whatever the rule does to it', () => {
    const game = defineGame({
      initialState: () => ({ kept: {} as object }),
      events: (on) => ({
        put: on(z.any(), (state, data) => {
          data.list.push('by the rule')
          state.kept = data
        }),
      }),
    })
    const store = new GameStateStore(game.initialState())
    const machine = new GameStateMachine(store, game)
    const ran: TickInput[] = []
    machine.onTick(({ inputs }) => void ran.push(...inputs))
    const input = { kind: 'event', name: 'put', client: clientOf('c1'), sequence: 1, data: { list: ['a'] } } as const
    machine.push(input)
    machine.push({ ...input, sequence: 2, checked: { value: input.data } })
    machine.step()
    expect(store.state.kept).toEqual({ list: ['a', 'by the rule'] })
    expect(ran).toEqual([input, { ...input, sequence: 2, checked: { value: { list: ['a'] } } }])
  })

  test('is logged with its code if it is refused, at level debug; a join at level info', () => {
    const { machine, push, logged } = startPlay({ act: (_, code, ctx) => ctx.reject(code) })
    push('act', 'too_poor')
    push('nothing')
    push('note', 5)
    machine.push({ kind: 'join', client: clientOf('c1') })
    machine.step()
    expect(logged).toEqual(Array(3).fill(['debug', 'an event was refused', undefined]))
    const game = defineGame({ initialState: () => ({}), onJoin: (_, ctx) => ctx.reject('banned', 'go away') })
    const lines: unknown[] = []
    const log = (details: object, message: string): void => void lines.push([details, message])
    const other = new GameStateMachine(new GameStateStore({}), game, {
      logger: { debug: log, info: log, warn: log, error: log },
    })
    other.push({ kind: 'join', client: clientOf('c7') })
    other.step()
    expect(lines).toEqual([[{ clientId: 'c7', code: 'banned', reason: 'go away', tick: 1 }, 'a join was refused']])
  })
})

describe('joins and leaves', () => {
  test('run the hooks of the game for their client, in order with the events', () => {
    const { machine, store, push } = startPlay()
    machine.push({ kind: 'join', client: clientOf('c1') })
    push('note', 'hello')
    machine.push({ kind: 'leave', client: clientOf('c1') })
    machine.step()
    expect(store.state.log).toEqual(['c1 joined', 'hello', 'c1 left'])
  })

  test('are taken though as many events wait as may: the sessions bound them', () => {
    const { machine, store, push } = startPlay({}, { maxQueuedEvents: 1 })
    push('note', 'a')
    machine.push({ kind: 'join', client: clientOf('c1') })
    machine.push({ kind: 'leave', client: clientOf('c1') })
    machine.step()
    expect(store.state.log).toEqual(['a', 'c1 joined', 'c1 left'])
  })

  test('are done in a game without hooks', () => {
    const game = defineGame({ initialState: () => ({}) })
    const machine = new GameStateMachine(new GameStateStore(game.initialState()), game)
    const outcomes: unknown[] = []
    machine.onTick((tick) => void outcomes.push(...tick.outcomes))
    machine.push({ kind: 'join', client: clientOf('c1') })
    machine.push({ kind: 'leave', client: clientOf('c1') })
    machine.step()
    expect(outcomes).toEqual(Array(2).fill({ kind: 'done', value: undefined }))
  })
})
