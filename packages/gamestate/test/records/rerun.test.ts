import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  applyDelta,
  defineGame,
  EntityMap,
  encodeDelta,
  equalStates,
  event,
  GameStateMachine,
  GameStateStore,
  type TickInput,
} from '../../src/index.js'
import { differingKey, digestState, type MadeTick, type TickRecord } from '../../src/internal.js'
import { refusal } from '../support/refusals.js'

interface Row {
  x: number
  owner: string
  tag?: string
}

interface State {
  rows: EntityMap<Row>
  log: string[]
  steps: number
}

const game = defineGame({
  tickRate: 20,
  initialState: (): State => ({ rows: new EntityMap<Row>(), log: [], steps: 0 }),
  serverEvents: { put: event<{ id: string }>() },
  onJoin: (state, ctx) => void state.rows.set(ctx.client.id, { x: ctx.random(), owner: ctx.client.id }),
  onLeave: (state, ctx) => void state.rows.delete(ctx.client.id),
  timeStep: (state, dt, ctx) => {
    state.steps++
    state.rows.editEach((row) => {
      row.x += dt * ctx.random()
    })
  },
  events: (on) => ({
    put: on(z.object({ id: z.string(), tag: z.boolean() }), (state, data, ctx) => {
      ctx.dispatch('put', { id: data.id })
      state.rows.set(data.id, { x: ctx.random(), owner: ctx.newId(), ...(data.tag && { tag: 'a' }) })
    }),
    drop: on(z.object({ id: z.string() }), (state, data) => void state.rows.delete(data.id)),
    // the order of the rows shows in the state
    list: on((state) => {
      state.log = [...state.rows.keys()].map(String)
    }),
    fail: on((state) => {
      state.steps = -1
      throw new Error('no')
    }),
  }),
})

const who = (id: string) => Object.freeze({ id, userId: undefined, name: undefined, isHost: false, data: undefined })
const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g')
const input = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), client: ids.map(who) }),
  fc.record({ kind: fc.constant('leave' as const), client: ids.map(who) }),
  fc
    .tuple(fc.constantFrom('put', 'drop', 'list', 'fail'), ids, fc.boolean())
    .map(([name, id, tag]): TickInput => ({ kind: 'event', name, data: { id, tag }, client: who('a') })),
)
const ticks = fc.array(fc.tuple(fc.boolean(), fc.array(input, { maxLength: 8 })), { minLength: 1, maxLength: 20 })

function machineOf(state: State, version = 0) {
  const store = new GameStateStore<State>(state, { firstVersion: version, logger: false })
  return { store, machine: new GameStateMachine(store, game, { seed: 3, logger: false }) }
}

describe('rerun', () => {
  test('makes equal ticks from any recorded version that was written and read', () => {
    fc.assert(
      fc.property(ticks, fc.nat(), (all, from) => {
        const { store, machine } = machineOf(game.initialState())
        const made: MadeTick<State>[] = []
        const untimed: number[] = []
        const states = [store.state]
        machine.onTick((tick) => {
          made.push(tick)
          untimed.push(machine.untimedTicks)
          states.push(store.state)
        })
        for (const [timeStep, inputs] of all) {
          for (const each of inputs) if (timeStep || each.kind !== 'event') machine.push(each)
          machine.step({ timeStep })
        }
        const start = from % all.length
        const bytes = encodeDelta<State>(undefined, states[start]!)
        const again = machineOf(applyDelta<State>(undefined, bytes) as State, start)
        again.machine.restoreTime(start === 0 ? 0 : untimed[start - 1]!)
        for (const [place, { tick, inputs, outcomes, dispatches }] of made.entries()) {
          if (place < start) continue
          const record: TickRecord = { tick, timeStep: all[place]![0], inputs }
          const result = again.machine.rerun(record)
          expect(result.outcomes).toEqual(outcomes)
          expect(result.dispatches).toEqual(dispatches)
          expect(equalStates(again.store.state, states[place + 1]!)).toBe(true)
          expect(differingKey(digestState(again.store.state), digestState(states[place + 1]!))).toBeUndefined()
          expect([...again.store.state.rows.keys()]).toEqual([...states[place + 1]!.rows.keys()])
        }
        expect([again.machine.time, again.machine.tick]).toEqual([machine.time, machine.tick])
      }),
    )
  })

  test('calls no listener of onTick, and leaves waiting inputs for the next tick', () => {
    const { machine, store } = machineOf(game.initialState())
    let calls = 0
    machine.onTick(() => calls++)
    machine.push({ kind: 'event', name: 'list', data: undefined })
    machine.rerun({ tick: 5, timeStep: true, inputs: [{ kind: 'join', client: who('a') }] })
    expect([calls, machine.queuedInputs, machine.tick, store.version]).toEqual([0, 1, 5, 5])
    machine.step()
    expect([calls, machine.queuedInputs, machine.tick, store.state.log]).toEqual([1, 0, 6, ['a']])
  })

  test.each([[0], [2], [2.5]])('refuses tick %d after tick 2', (tick) => {
    const { machine } = machineOf(game.initialState(), 2)
    expect(refusal(() => machine.rerun({ tick, timeStep: true, inputs: [] }))).toMatch(/^invalid_argument: tick/)
  })

  test('is refused while a tick is being made', () => {
    const { machine } = machineOf(game.initialState())
    let code = ''
    machine.onTick(() => {
      code = refusal(() => machine.rerun({ tick: 9, timeStep: true, inputs: [] }))
    })
    machine.step()
    expect(code).toMatch(/^invalid_argument: a tick is being made/)
  })
})

describe('a digest', () => {
  test('names the first key that differs, and one that only one side has', () => {
    const digest = digestState({ a: 1, b: { c: -0 } })
    expect(differingKey(digest, digestState({ a: 1, b: { c: -0 } }))).toBeUndefined()
    expect(differingKey(digest, digestState({ a: 1, b: { c: 0 } }))).toBe('b')
    expect(differingKey(digest, digestState({ a: 1 }))).toBe('b')
    expect(differingKey(digestState({ a: 1 }), digest)).toBe('b')
  })
})
