import { type AnyGame, defineGame, EntityMap, GameStateStore, type Immutable, transact } from '@tygase/gamestate'
import { changedRows } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { AheadScene } from '../../src/predict/ahead-scene.js'
import type { Chain } from '../../src/prediction.js'
import { ArrivalLine } from '../../src/scene/arrival-line.js'

const stepMs = 50

interface Player {
  x: number
  colour: string
}

interface State {
  round: number
  players: EntityMap<Player>
  coins: EntityMap<{ worth: number }>
  ball: { x: number }
}

const initialState = (): State => ({
  round: 1,
  players: new EntityMap([
    ['me', { x: 0, colour: 'red' }],
    ['you', { x: 0, colour: 'blue' }],
    ['post', { x: 7, colour: 'grey' }],
  ]),
  coins: new EntityMap([['c', { worth: 5 }]]),
  ball: { x: 0 },
})

const cut = (from: { x: number }, to: { x: number }): boolean => Math.abs(from.x - to.x) > 100

const gameOf = (more: object = {}, ahead?: unknown): AnyGame =>
  defineGame({
    initialState,
    tickRate: 20,
    motion: {
      players: { fields: { x: 'linear' }, cut, ...(ahead !== undefined && { ahead: ahead as boolean }) },
      ball: { fields: { x: 'linear' }, ahead: true },
    },
    ...more,
  })

const change = (state: Immutable<State>, rule: (draft: State) => void): Immutable<State> =>
  transact<State, void>(state, rule).state

/** All that move are at their version: `me`, `you` and the ball. */
const step = (state: Immutable<State>, tick: number): Immutable<State> =>
  change(state, (draft) => {
    for (const id of ['me', 'you']) if (draft.players.has(id)) draft.players.edit(id).x = tick
    draft.ball.x = tick
  })

/** A chain over the newest version, whose events are given by hand. */
class FakeChain implements Chain<State> {
  base = 0
  revision = 0
  rule: (state: Immutable<State>, tick: number) => Immutable<State> = step
  marks: { version: number; before: Immutable<State>; after: Immutable<State> }[] = []
  #states: Immutable<State>[] = []

  rebase(version: number, state: Immutable<State>): void {
    this.base = version
    this.#states = [state]
    this.revision++
  }

  at(tick: number): Immutable<State> {
    while (this.#states.length <= tick - this.base) {
      this.#states.push(this.rule(this.#states.at(-1)!, this.base + this.#states.length))
    }
    return this.#states[Math.max(0, tick - this.base)]!
  }

  touched(place = Number.POSITIVE_INFINITY) {
    return this.marks.filter(({ version }) => version > place).map(({ before, after }) => changedRows(before, after))
  }
}

/** A stage at which version 20 arrives at 1,000 ms: the others are drawn a tick behind, the own rows where it is said. */
function setStage({ game = gameOf(), smoothMs = 60, maxExtrapolateMs = 250 } = {}) {
  const store = new GameStateStore<State>(initialState(), { maxVersions: 64 })
  const line = new ArrivalLine(20, 1)
  const chain = new FakeChain()
  const scene = new AheadScene<State>({ game, connection: { clientId: 'me' } }, { smoothMs, maxExtrapolateMs })
  const arrive = (version: number, rule = step, nowMs = version * stepMs): void => {
    store.commit(rule(store.state, version), version, nowMs)
    line.arrived(version, nowMs)
    chain.rebase(version, store.state)
  }
  for (let version = 1; version <= 20; version++) arrive(version)
  const frame = (nowMs: number, ownPlace: number, isRunning = true) => ({
    ...{ nowMs, ownPlace, store, line },
    chain: isRunning ? chain : undefined,
  })
  const at = (nowMs: number, ownPlace: number, isRunning = true): Immutable<State> =>
    scene.at(frame(nowMs, ownPlace, isRunning))
  const x = (state: Immutable<State>, id: string): number | undefined => state.players.get(id)?.x
  return { store, line, chain, scene, arrive, frame, at, x }
}

describe('the picture', () => {
  test('shows own rows at the own place, others in the past, and rows that rest as they are', () => {
    const { at, x, store } = setStage()
    const state = at(1020, 23.5)
    expect(x(state, 'me')).toBe(23.5)
    expect(x(state, 'you')).toBeCloseTo(19.4, 9)
    expect(state.ball.x).toBe(23.5)
    expect(state.players.get('post')).toBe(store.state.players.get('post'))
    expect(state.coins).toBe(store.state.coins)
    expect([state, state.players, state.ball, state.players.get('me')].every(Object.isFrozen)).toBe(true)
    expect([...state.players.keys()]).toEqual(['me', 'you', 'post'])
  })

  test('is the same object at the same places', () => {
    const { at } = setStage()
    const state = at(1020, 23.5)
    expect(at(1020, 23.5)).toBe(state)
    expect(at(1021, 23.5)).not.toBe(state)
  })

  test('has the fields that do not move, and new rows, from the tick that is lived', () => {
    const { at, chain, x } = setStage({ game: gameOf({}, (_row: object, id: string) => id.startsWith('m')) })
    chain.rule = (state, tick) =>
      change(step(state, tick), (draft) => {
        if (tick === 24) draft.players.edit('me').colour = 'gold'
        if (tick === 24) draft.players.set('mine', { x: 100, colour: 'red' })
      })
    const state = at(1020, 23.5)
    expect(state.players.get('me')).toEqual({ x: 23.5, colour: 'gold' })
    expect(x(state, 'mine')).toBe(100)
    expect(at(1020, 23).players.get('me')).toEqual({ x: 23, colour: 'red' })
  })

  test('has no own row that is gone ahead, or that is gone in a version which others are not drawn at yet', () => {
    const { at, chain, arrive } = setStage()
    chain.rule = (state, tick) => change(step(state, tick), (draft) => void (tick === 22 && draft.players.delete('me')))
    expect(at(1010, 21).players.has('me')).toBe(true)
    expect(at(1020, 21.5).players.has('me')).toBe(false)
    chain.rule = step
    arrive(21, (state, tick) => change(step(state, tick), (draft) => void draft.players.delete('me')))
    expect(at(1050, 22.5).players.has('me')).toBe(false)
  })

  test.each([
    [true, [23.5, 23.5]],
    [false, [19.4, 19.4]],
    [(row: { colour: string }) => row.colour === 'blue', [19.4, 23.5]],
  ])('with ahead: %s', (ahead, places) => {
    const { at, x } = setStage({ game: gameOf({}, ahead) })
    const state = at(1020, 23.5)
    ;[x(state, 'me'), x(state, 'you')].forEach((place, i) => void expect(place).toBeCloseTo(places[i]!, 9))
    expect(x(state, 'post')).toBe(7)
  })

  test('of a paused game is the newest version, and own rows go back to it softly', () => {
    const { at, x } = setStage()
    at(1000, 24)
    expect(x(at(1016, 24, false), 'me')).toBeGreaterThan(22)
    const later = at(3000, 24, false)
    expect([x(later, 'me'), x(later, 'you')]).toEqual([20, 20])
    expect(at(3016, 24, false)).toBe(later)
  })

  test('begins anew with the versions', () => {
    const { at, x, frame, chain, scene } = setStage()
    at(1020, 23.5)
    const store = new GameStateStore<State>(initialState(), { firstVersion: 3 })
    chain.rebase(3, store.state)
    const line = new ArrivalLine(20, 1)
    line.arrived(3, 1030)
    const state = scene.at({ ...frame(1030, 5), store, line })
    expect([x(state, 'me'), x(state, 'you')]).toEqual([5, 0])
  })
})

describe('beyond the newest version', () => {
  test('the chain says how others go on, for maxExtrapolateMs', () => {
    const { at, x } = setStage({ maxExtrapolateMs: 100 })
    at(1050, 24)
    expect(x(at(1075, 24.5), 'you')).toBeCloseTo(20.5, 9)
    expect(x(at(1125, 25.5), 'you')).toBeCloseTo(21.5, 9)
    expect(x(at(1400, 30), 'you')).toBeCloseTo(22, 9)
  })

  test('a row that turns out to be elsewhere moves there softly, slower than own rows', () => {
    const { at, x, arrive } = setStage()
    at(1050, 24)
    const before = x(at(1100, 25), 'you')!
    expect(before).toBeCloseTo(21, 9)
    const swerve = (state: Immutable<State>, tick: number) =>
      change(step(state, tick), (draft) => {
        draft.players.edit('you').x = tick + 20
      })
    arrive(21, swerve, 1100)
    arrive(22, swerve, 1101)
    const drawn = x(at(1101, 25.02), 'you')!
    expect(drawn).toBeGreaterThan(before - 0.5)
    expect(drawn).toBeLessThan(before + 1)
    const later = x(at(1151, 26.02), 'you')!
    expect(later).toBeLessThan(42)
    expect(x(at(3000, 62), 'you')).toBeCloseTo(27, 0)
  })

  test('rows and parts that predictPart leaves out stay', () => {
    const predictPart = (state: Immutable<State>, clientId: string): Immutable<State> =>
      ({ players: state.players.pick([clientId]), ball: state.ball }) as Immutable<State>
    const { at, x, chain, store } = setStage({ game: gameOf({ predictPart }, true) })
    chain.rebase(20, predictPart(store.state, 'me'))
    const state = at(1080, 24.5)
    expect(x(state, 'me')).toBe(24.5)
    expect(x(state, 'you')).toBeGreaterThan(19)
    expect(state.coins).toBe(store.state.coins)
    expect(x(at(1150, 26), 'you')).toBe(20)
    expect(x(at(1150, 26), 'post')).toBe(7)
  })
})

describe('a correction of the own row', () => {
  const push = (by: number) => (state: Immutable<State>, tick: number) =>
    change(step(state, tick), (draft) => {
      draft.players.edit('me').x = tick + by
    })

  test('is let out softly, and counted', () => {
    const { at, x, arrive, scene, chain } = setStage()
    expect(x(at(1050, 23), 'me')).toBe(23)
    chain.rule = push(12)
    arrive(21, push(12))
    const drawn = x(at(1066, 23.32), 'me')!
    expect(drawn).toBeGreaterThan(23)
    expect(drawn).toBeLessThan(25)
    expect([scene.corrections, scene.lastCorrection]).toEqual([1, 12])
    expect(x(at(2000, 40), 'me')).toBe(52)
  })

  test('that is no more than the rounding of the wire is not counted', () => {
    const { at, arrive, scene, chain } = setStage({ game: gameOf({ precision: { players: { x: 0.5 } } }) })
    at(1050, 23)
    chain.rule = push(0.4)
    arrive(21, push(0.4))
    at(1066, 23.3)
    expect(scene.corrections).toBe(0)
  })

  test('by an own event is let out more quickly, and no correction', () => {
    const { at, x, chain, scene, frame } = setStage()
    at(1050, 23)
    scene.rebase(frame(1055, 23.1), true)
    chain.rule = push(30)
    chain.rebase(20, chain.at(20))
    scene.rebase(frame(1055, 23.1), false)
    const [drawn, real] = [x(at(1066, 23.32), 'me')!, 23.32 + 30]
    expect(real - drawn).toBeGreaterThan(10)
    expect(real - drawn).toBeLessThan(20)
    expect(real - x(at(1083, 23.66), 'me')!).toBeLessThan(8)
    expect(scene.corrections).toBe(0)
    expect(x(at(2000, 40), 'me')).toBe(70)
  })

  test('is none if the newest version has overtaken the last picture, as at 10 frames a second', () => {
    const { at, x, arrive, scene } = setStage()
    at(1000, 21.4)
    for (const tick of [21, 22, 23]) arrive(tick)
    expect(x(at(1100, 23.4), 'me')).toBeCloseTo(23.4, 9)
    expect(scene.corrections).toBe(0)
  })

  test('over a cut is seen at once', () => {
    const { at, x, arrive, chain } = setStage()
    at(1050, 23)
    chain.rule = push(500)
    arrive(21, push(500))
    expect(x(at(1066, 23.32), 'me')).toBeCloseTo(523.32, 9)
  })

  test('a leap of the own place is let out, too, but for one of more than 500 ms', () => {
    const { at, x } = setStage()
    at(1000, 23)
    const drawn = x(at(1010, 27.2), 'me')!
    expect(drawn).toBeGreaterThan(23)
    expect(drawn).toBeLessThan(25)
    expect(x(at(2000, 60), 'me')).toBe(60)
  })
})

describe('after an outage in which versions were lost', () => {
  test('the own row is where it is: the last version before it says nothing of the place that was drawn', () => {
    const { at, x, arrive } = setStage()
    at(1000, 23)
    at(2990, 23)
    arrive(60)
    expect(x(at(3010, 63.2), 'me')).toBeCloseTo(63.2, 9)
  })
})

describe('what own events have touched', () => {
  /** An own event in tick 22 of the chain. */
  function touch(rule: (draft: State) => void) {
    const stage = setStage()
    const { chain } = stage
    chain.rule = (state, tick) => {
      if (tick !== 22) return step(state, tick)
      const after = change(state, rule)
      chain.marks = [{ version: Number.POSITIVE_INFINITY, before: state, after }]
      return step(after, tick)
    }
    return stage
  }

  test('is deleted at once, and stays so until others are drawn after the version that has it', () => {
    const { at, chain, arrive } = touch((draft) => void draft.coins.delete('c'))
    expect(at(1010, 20.9).coins.size).toBe(1)
    expect(at(1020, 21.4).coins.size).toBe(0)
    chain.rule = step
    for (const tick of [21, 22]) {
      arrive(tick, (state) => change(step(state, tick), (draft) => void (tick === 22 && draft.coins.delete('c'))))
    }
    chain.marks = chain.marks.map((mark) => ({ ...mark, version: 22 }))
    expect(at(1110, 24).coins.size).toBe(0)
    chain.marks = []
    expect(at(1160, 25).coins.size).toBe(0)
  })

  test('comes back if the server refuses the event', () => {
    const { at, chain, store } = touch((draft) => void draft.coins.delete('c'))
    expect(at(1020, 21.4).coins.size).toBe(0)
    chain.rule = step
    chain.marks = []
    chain.rebase(20, store.state)
    expect(at(1040, 21.8).coins).toBe(store.state.coins)
  })

  test('has the fields that do not move as predicted, and its motion in the past', () => {
    const { at } = touch((draft) => {
      draft.players.edit('you').colour = 'green'
      draft.players.edit('post').colour = 'white'
      draft.round = 2
    })
    const state = at(1020, 21.4)
    expect(state.players.get('you')).toEqual({ x: expect.closeTo(19.4, 9), colour: 'green' })
    expect(state.players.get('post')).toEqual({ x: 7, colour: 'white' })
    expect(state.round).toBe(2)
  })

  test('is drawn ahead for good if the event has made it', () => {
    const { at, x, chain, arrive } = touch((draft) => void draft.players.set('bullet', { x: 0, colour: 'red' }))
    const fly = chain.rule
    const move = (state: Immutable<State>, tick: number) =>
      change(state, (draft) => {
        if (draft.players.has('bullet')) draft.players.edit('bullet').x = 10 * tick
      })
    chain.rule = (state, tick) => move(fly(state, tick), tick)
    expect(x(at(1020, 21.5), 'bullet')).toBe(220)
    expect(x(at(1070, 22.5), 'bullet')).toBeCloseTo(225, 9)
    chain.rule = (state, tick) => move(step(state, tick), tick)
    arrive(21)
    arrive(22, (state) =>
      move(
        change(state, (draft) => void draft.players.set('bullet', { x: 0, colour: 'red' })),
        22,
      ),
    )
    for (let tick = 23; tick <= 30; tick++) arrive(tick, (state) => move(step(state, tick), tick))
    chain.marks = []
    expect(x(at(1500, 31.5), 'bullet')).toBeCloseTo(315, 9)
    chain.rule = (state, tick) => change(step(state, tick), (draft) => void draft.players.delete('bullet'))
    chain.rebase(30, chain.at(30))
    expect(at(1510, 31.7).players.has('bullet')).toBe(false)
  })
})

test('the state for `seen` is that of the place, without own rows and offsets', () => {
  const { scene, frame, at, x } = setStage()
  expect(scene.place).toBeUndefined()
  at(1020, 23.5)
  expect(scene.place).toBeCloseTo(19.4, 9)
  const seen = scene.stateAt(frame(1020, 23.5), 19.375)
  expect([x(seen, 'me'), x(seen, 'you')]).toEqual([19.375, 19.375])
})

test('a game in which nothing moves is the newest version, with what own events have touched', () => {
  const game = defineGame({ initialState, tickRate: 20 })
  const { at, store, chain } = setStage({ game })
  expect(at(1020, 23.5)).toBe(store.state)
  const after = change(store.state, (draft) => void draft.coins.delete('c'))
  chain.rule = () => after
  chain.marks = [{ version: Number.POSITIVE_INFINITY, before: store.state, after }]
  chain.rebase(20, store.state)
  expect(at(1030, 23.7)).toEqual({ ...store.state, coins: after.coins })
})
