import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  applyDelta,
  createRandom,
  defineGame,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateMachine,
  GameStateStore,
  type Immutable,
} from '../src/index.js'
import { placeBetween } from '../src/motion/place.js'
import { SeenStates } from '../src/seen-states.js'
import { clientOf } from './support/play.js'
import { runsOf } from './support/runs.js'

interface Range {
  targets: EntityMap<{ x: number; angle: number; hits: number }>
  clock: { at: number }
  walls: number[]
  title: string
}

const precision = {
  targets: { x: 0.25, angle: 0.01 },
  clock: { at: 0.5 },
  walls: 0.1,
}

/** Targets that cross; each shot says where its sender saw the target `t`. */
function rangeOf(more: object = {}) {
  return defineGame({
    initialState: (): Range => ({
      targets: new EntityMap([['t', { x: 0, angle: 0, hits: 0 }]]),
      clock: { at: 0.3 },
      walls: [0.123, 5],
      title: 'range',
    }),
    tickRate: 10,
    timeStep: (state) => {
      state.targets.editEach((target) => {
        target.x += 1.13
        target.angle += 0.377
      })
      state.clock.at += 1
    },
    events: (on) => ({
      shot: on((_, __, ctx) => ctx.seen.targets.get('t')?.x ?? null, { rewind: true }),
      remove: on((state) => void state.targets.delete('t')),
    }),
    precision,
    motion: { targets: { fields: { x: 'linear', angle: 'angle' } } },
    ...more,
  })
}

const asClient = <State extends object>(state: Immutable<State>): Immutable<State> =>
  applyDelta<State>(undefined, encodeDelta<State>(undefined, state, { precision: precision as never }))

function play(ticks: number, maxVersions = 16) {
  const game = rangeOf()
  const store = new GameStateStore<Range>(game.initialState(), { maxVersions })
  const machine = new GameStateMachine(store, game, { logger: false })
  const answers: unknown[] = []
  machine.onTick(({ outcomes }) => {
    for (const outcome of outcomes) answers.push('value' in outcome ? outcome.value : outcome.code)
  })
  const step = (count: number): void => {
    for (let tick = 0; tick < count; tick++) machine.step()
  }
  step(ticks)
  const push = (name: string, more: object = {}): void => {
    machine.push({ kind: 'event', name, data: undefined, client: clientOf('ann'), sequence: 1, ...more })
  }
  return { game, store, machine, answers, step, push, seen: new SeenStates(store, game, 1) }
}

describe('the state at a place', () => {
  test('of a version is that version as a client has it', () => {
    const { store, seen } = play(10)
    for (const version of store.versions()) {
      expect(equalStates(seen.at(version), asClient(store.at(version)!))).toBe(true)
    }
  })

  test('between two versions is what a client draws between the two that it has, to the bit [law]', () => {
    const { game, store, seen } = play(15)
    fc.assert(
      fc.property(fc.double({ min: 0, max: 15, noNaN: true }), (place) => {
        const { from, to, alpha } = placeBetween(store.versions(), place, 4)
        const [start, end] = [from, to].map((version) => asClient(store.at(version)!))
        const drawn = game.motion!.blend(start!, end!, alpha)
        expect(equalStates(seen.at(place), drawn)).toBe(true)
      }),
      { numRuns: runsOf(300) },
    )
  })

  test('beyond the newest version is that one, and unknown where versions are forgotten', () => {
    const { store, seen } = play(30)
    const newest = asClient(store.state)
    for (const place of [30, 30.5, 1e9, Number.POSITIVE_INFINITY])
      expect(equalStates(seen.at(place), newest)).toBe(true)
    expect(store.oldestVersion).toBe(15)
    expect(seen.at(15)).toBeDefined()
    for (const place of [14.9, 14, 0, -5, Number.NaN, Number.NEGATIVE_INFINITY]) expect(seen.at(place)).toBeUndefined()
  })

  const moves = (everyTicks: number, ...versions: number[]): SeenStates<ReturnType<typeof rangeOf>> => {
    const game = rangeOf({ timeStep: undefined })
    const store = new GameStateStore<Range>(game.initialState())
    for (const version of versions) {
      const targets = new EntityMap([['t', { x: version ** 2, angle: 0, hits: 0 }]])
      store.commit({ ...store.state, targets }, version)
    }
    return new SeenStates(store, game, everyTicks)
  }
  const xsOf = (seen: SeenStates<ReturnType<typeof rangeOf>>, ...places: number[]): unknown =>
    places.map((place) => seen.at(place)!.targets.get('t')!.x)

  test('in ticks that changed nothing is between the versions around, of which the last four ticks are a movement', () => {
    const seen = moves(1, 4, 8, 20)
    expect(xsOf(seen, 0, 1, 2, 4, 5, 6, 8, 12, 16, 17, 19, 20)).toEqual([
      ...[0, 4, 8, 16, 28, 40, 64, 64, 64, 148, 316, 400],
    ])
  })

  test('is between the versions that clients get, if not all are sent', () => {
    // sent: 1 in tick 2, 3 in tick 4, 6 in tick 6, 7 in ticks 8 and 10
    const seen = moves(2, 1, 3, 5, 6, 7, 11)
    expect(xsOf(seen, 1, 2, 3, 4.5, 6, 6.5, 7, 9, 11)).toEqual([1, 5, 9, 22.5, 36, 42.5, 49, 85, 121])
    expect(xsOf(moves(3, 1, 2, 3, 4, 5), 1.5, 3, 4, 5)).toEqual([4.5, 9, 17, 25])
  })

  test('is not found among versions that are only held, where others are missing between them', () => {
    const { store, seen, step } = play(5)
    store.hold(3)
    step(30)
    expect(store.versions().slice(0, 2)).toEqual([3, 20])
    for (const place of [3, 3.5, 4, 10, 19, 19.5]) expect(seen.at(place)).toBeUndefined()
  })

  test('of a game without motion and precision is the version itself', () => {
    const game = defineGame({ initialState: (): Range => rangeOf().initialState() })
    const store = new GameStateStore<Range>(game.initialState())
    store.commit({ ...store.state, title: 'next' }, 1)
    const seen = new SeenStates(store, game, 1)
    expect([seen.at(0), seen.at(0.5), seen.at(1)]).toEqual([store.at(0), store.at(0), store.state])
    expect(seen.at(0.5)).toBe(store.at(0))
  })

  test('keeps parts that no rounding changes', () => {
    const { store, seen } = play(1)
    const { state } = store
    const drawn = seen.at(1)!
    expect(drawn.title).toBe(state.title)
    expect(drawn.walls).not.toBe(state.walls)
    expect(seen.at(1)).toBe(drawn)
    expect(Object.isFrozen(drawn) && Object.isFrozen(drawn.clock) && Object.isFrozen(drawn.walls)).toBe(true)
  })
})

describe('ctx.seen at a machine', () => {
  test('shows what the sender saw, between two versions', () => {
    const { push, step, answers, store } = play(10)
    push('shot', { seen: 7.5 })
    push('shot', { seen: 10 })
    push('shot', { seen: 12 })
    step(1)
    const x = (version: number): number => asClient(store.at(version)!).targets.get('t')!.x
    expect(answers).toEqual([(x(7) + x(8)) / 2, x(10), x(10)])
  })

  test('shows rows that are gone by now, and the state before the tick for a place that is forgotten', () => {
    const { push, step, answers } = play(20)
    push('remove')
    step(1)
    push('shot', { seen: 19.5 })
    push('shot', { seen: 21 })
    push('shot', { seen: 2 })
    push('shot')
    step(1)
    expect(answers).toEqual([undefined, expect.any(Number), null, null, null])
  })

  test('costs rules that do not look nothing', () => {
    const game = rangeOf({ events: (on: never) => ({ shot: (on as CallableFunction)(() => 1, { rewind: true }) }) })
    const store = new GameStateStore<Range>(game.initialState())
    store.versions = () => expect.unreachable()
    const machine = new GameStateMachine(store, game)
    machine.push({ kind: 'event', name: 'shot', data: undefined, client: clientOf('a'), sequence: 1, seen: 0.5 })
    machine.step()
    expect(store.version).toBe(1)
  })
})

test('after the lowest unbroken version of a store none is forgotten [law]', () => {
  fc.assert(
    fc.property(fc.integer(), fc.integer({ min: 1, max: 8 }), (seed, maxVersions) => {
      const random = createRandom(seed)
      const store = new GameStateStore({ at: 0 }, { maxVersions, maxHeldVersions: 4 })
      let all = [0]
      for (let action = 0; action < 30; action++) {
        const next = store.version + 1 + Math.floor(random() * 3)
        if (random() < 0.08) {
          store.reset({ at: next }, next)
          all = []
        } else store.commit({ at: next }, next)
        all.push(next)
        if (random() < 0.3) store.hold(store.version)
        expect(store.oldestUnbroken).toBe(all.at(-maxVersions) ?? all[0])
        expect(store.versions()).toEqual(expect.arrayContaining(all.slice(-maxVersions)))
      }
    }),
    { numRuns: runsOf(100) },
  )
})
