import {
  type AnyGame,
  createRandom,
  defineGame,
  EntityMap,
  equalStates,
  GameStateMachine,
  GameStateStore,
  type Immutable,
  on,
} from '@tygase/gamestate'
import { editVersion } from '@tygase/gamestate/edit'
import { silentLogger } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { VersionHistory } from '../../src/inspector/version-history.js'

interface State {
  steps: number
  rows: EntityMap<{ x: number }>
}

const parts = {
  initialState: (): State => ({ steps: 0, rows: new EntityMap([['a', { x: 0 }]]) }),
  tickRate: 20,
  timeStep(state: State, dt: number, ctx: { random(): number; time: number; tick: number }) {
    // in a third of the ticks nothing changes
    if (ctx.tick % 3 === 0) return
    state.steps++
    state.rows.editEach((row) => {
      row.x += dt * ctx.random() + ctx.time
    })
  },
  onJoin: (state: State, ctx: { client: { id: string } }) => void state.rows.set(ctx.client.id, { x: 0 }),
  events: { push: on((state: State) => void state.rows.edit('a').x++) },
}
const game = defineGame(parts)

/** A machine whose history is watched, and all of its versions. */
function watched(made: AnyGame = game) {
  const store = new GameStateStore<State>(made.initialState() as State)
  const machine = new GameStateMachine(store, made, { seed: 7, logger: silentLogger })
  const history = new VersionHistory(machine as never)
  const all = new Map<number, Immutable<State>>()
  const keep = (state: Immutable<State>, version: number): void => {
    history.add(state as Immutable<object>, version, machine.tick * 50)
    all.set(version, state)
  }
  keep(store.state, 0)
  store.subscribe(keep)
  machine.onTick((tick) => history.made(tick))
  const random = createRandom(3)
  const play = (ticks: number): void => {
    for (let tick = 0; tick < ticks; tick++) {
      const draw = random()
      if (draw < 0.1) machine.push({ kind: 'event', name: 'push', data: undefined })
      else if (draw < 0.15) {
        const client = { id: `c${machine.tick}`, userId: undefined, name: undefined, isHost: false, data: undefined }
        machine.push({ kind: 'join', client })
      }
      machine.step({ timeStep: draw < 0.95 })
    }
  }
  return { store, machine, history, all, play }
}

const wrong = ({ history, all }: ReturnType<typeof watched>): number[] =>
  [...all.keys()].filter((version) => {
    if (version < history.oldest) return false
    const found = history.at(version)
    return found?.version !== version || !equalStates(found.state, all.get(version))
  })

describe('the versions of a room that a page looks at', () => {
  test('are those of half a minute, each as it was: by rules that are pure', () => {
    const stage = watched()
    for (let part = 0; part < 8; part++) {
      stage.play(100)
      expect(wrong(stage)).toEqual([])
    }
    const { history, machine, all } = stage
    expect(history.oldest).toBeGreaterThanOrEqual(machine.tick - 600)
    expect(history.oldest).toBeLessThan(machine.tick - 560)
    expect(history.size).toBe([...all.keys()].filter((version) => version >= history.oldest).length)
  })

  test('are found by any number: the last one that was not newer', () => {
    const { history, all, play } = watched()
    play(200)
    const numbers = [...all.keys()]
    for (let number = 0; number < 210; number++) {
      const expected = numbers.findLast((version) => version <= number)
      expect(history.at(number)?.version).toBe(expected)
    }
    expect(history.at()?.version).toBe(numbers.at(-1))
    expect(history.at(-1)).toBe(undefined)
    expect(history.between(10, 20)).toEqual(numbers.filter((number) => number > 10 && number < 20))
  })

  test('are right around edits, resets and pauses, which no rule has made', () => {
    const stage = watched()
    const { store, machine, play } = stage
    for (let part = 0; part < 6; part++) {
      play(17)
      store.commit(
        editVersion<State>(store.state, (state) => ({ ...state, steps: state.steps + 1000 })),
        Math.max(store.version + 1, machine.tick),
      )
      play(23)
      for (let tick = 0; tick < 3; tick++) machine.step({ timeStep: false })
      store.reset({ ...game.initialState(), steps: part }, machine.tick + 5)
      play(5)
    }
    play(60)
    expect(wrong(stage)).toEqual([])
  })

  test('are right after the rules were replaced', () => {
    const stage = watched()
    stage.play(50)
    stage.machine.replaceGame(defineGame({ ...parts, timeStep: (state: State) => void state.steps-- }) as never)
    stage.play(80)
    expect(wrong(stage)).toEqual([])
  })

  test('of rules that are not pure are the nearest ones that were kept, and from then on all of them', () => {
    let calls = 0
    const impure = defineGame({
      ...parts,
      timeStep(state: State) {
        state.steps = ++calls
      },
    })
    const stage = watched(impure)
    stage.play(100)
    const found = stage.history.at(30)!
    expect(found.version).toBeLessThanOrEqual(30)
    expect(equalStates(found.state, stage.all.get(found.version))).toBe(true)
    stage.play(100)
    const before = calls
    expect(wrong(stage).every((version) => version <= 100 - 24)).toBe(true)
    // no rule has run for it
    expect(calls).toBe(before)
  })

  test('of a game with rewind are all kept, as what players saw is no input', () => {
    const rewinding = defineGame({
      ...parts,
      events: { push: on((state: State) => void state.steps++, { rewind: true }) },
    })
    const stage = watched(rewinding)
    stage.play(300)
    expect(wrong(stage)).toEqual([])
  })

  test('of ticks with very many inputs are as near as there are inputs for', () => {
    const stage = watched()
    for (let tick = 0; tick < 100; tick++) {
      for (let n = 0; n < 600; n++) stage.machine.push({ kind: 'event', name: 'push', data: undefined })
      stage.machine.step()
    }
    const missing = wrong(stage)
    expect(missing.length).toBeGreaterThan(0)
    expect(Math.max(...missing)).toBeLessThan(80)
  })

  test('are fewer if clients send much: old inputs go for their memory, and no version is a wrong one', () => {
    const listening = defineGame({
      ...parts,
      events: { ...parts.events, say: on((state: State) => void state.steps++) },
    })
    const { machine, history, all } = watched(listening)
    for (let tick = 0; tick < 400; tick++) {
      machine.push({ kind: 'event', name: 'say', data: 'x'.repeat(60_000) })
      machine.step({ timeStep: true })
    }
    const found = [...all.keys()]
      .filter((version) => version >= history.oldest)
      .map((version) => [version, history.at(version)!] as const)
    for (const [version, { version: nearest, state }] of found) {
      expect(nearest).toBeLessThanOrEqual(version)
      expect(equalStates(state, all.get(nearest) as object)).toBe(true)
    }
    const exact = found.filter(([version, nearest]) => version === nearest.version).map(([version]) => version)
    // 16 MiB of 120 kB each are the last 139 ticks, and one of twenty is kept
    expect(exact.filter((version) => version > 280)).toHaveLength(120)
    expect(exact.filter((version) => version < 240).length).toBeLessThan(20)
  })
})
