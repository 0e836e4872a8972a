import { describe, expect, test } from 'vitest'
import { type AnyGame, defineGame, type EventRule, GameStateMachine, GameStateStore } from '../src/index.js'
import type { MadeTick } from '../src/internal.js'

interface Counter {
  n: number
}

const define = (parts: object): AnyGame => defineGame({ initialState: (): Counter => ({ n: 0 }), ...parts } as never)
const slow = define({ timeStep: (state: Counter) => void state.n++ })
const quick = define({
  timeStep(state: Counter) {
    state.n += 10
  },
})

function machineOf(game: AnyGame) {
  const store = new GameStateStore<Counter>({ n: 0 })
  const machine = new GameStateMachine(store as never, game, { logger: false })
  const ticks: MadeTick<unknown>[] = []
  machine.onTick((tick) => void ticks.push(tick))
  return { store, machine, ticks }
}

test('other rules make the next tick from the state, tick and game time of the last one', () => {
  const { store, machine } = machineOf(slow)
  for (let i = 0; i < 3; i++) machine.step()
  machine.replaceGame(quick)
  expect([store.state, machine.game]).toEqual([{ n: 3 }, slow])
  machine.step()
  expect([store.state, store.version, machine.tick, machine.time]).toEqual([{ n: 13 }, 4, 4, 4 / 20])
  expect(machine.game).toBe(quick)
})

test('the first tick by other rules leaves no older version as a base, also if it changes nothing', () => {
  const { store, machine } = machineOf(slow)
  machine.step()
  machine.step()
  machine.replaceGame(define({}))
  machine.step()
  expect([store.state, store.versions()]).toEqual([{ n: 2 }, [3]])
  machine.step()
  expect(store.versions()).toEqual([3])
})

test('rules that are replaced twice before a tick never run', () => {
  const { store, machine } = machineOf(slow)
  machine.replaceGame(define({ timeStep: () => expect.unreachable() }))
  machine.replaceGame(quick)
  machine.step()
  expect(store.state).toEqual({ n: 10 })
})

test('an event that waits runs by the new rules, and is refused with event_unknown if they do not have it', () => {
  const { store, machine, ticks } = machineOf(
    define({
      events: (on: (rule: (state: Counter) => void) => EventRule<Counter, undefined, undefined, void>) => ({
        add: on((state) => void state.n++),
        gone: on(() => {}),
      }),
    }),
  )
  for (const name of ['add', 'gone']) machine.push({ kind: 'event', name, data: undefined })
  machine.replaceGame(
    define({
      events: (on: (rule: (state: Counter) => void) => EventRule<Counter, undefined, undefined, void>) => ({
        add: on((state) => {
          state.n += 100
        }),
      }),
    }),
  )
  machine.step()
  expect(store.state).toEqual({ n: 100 })
  expect(ticks[0]!.outcomes).toMatchObject([{ kind: 'done' }, { kind: 'refused', code: 'event_unknown' }])
})

describe('a game cannot be replaced by one', () => {
  const presence = { '~standard': { version: 1, vendor: 'test', validate: (value: unknown) => ({ value }) } }
  const shoot = (rewind: boolean) => ({
    events: (on: (rule: () => void, options: object) => unknown) => ({ shoot: on(() => {}, { rewind }) }),
  })

  test.each<[string, AnyGame, AnyGame, string]>([
    ['of another version', slow, define({ version: 2 }), 'version 2'],
    ['of another tick rate', slow, define({ tickRate: 60 }), 'tickRate of 60'],
    ['with presence, if it has none', slow, define({ presence }), 'a schema of presence'],
    ['without events that rewind, if it has one', define(shoot(true)), define(shoot(false)), 'no event with rewind'],
    ['that is no game', slow, {} as never, 'defineGame'],
  ])('%s', (_, game, next, named) => {
    const { machine } = machineOf(game)
    expect(() => machine.replaceGame(next)).toThrow(
      expect.objectContaining({ code: 'invalid_argument', message: expect.stringContaining(named) }),
    )
    machine.step()
    expect(machine.game).toBe(game)
  })
})
