import { defineGame, GameStateMachine, GameStateStore } from '@tygase/gamestate'
import { silentLogger } from '@tygase/gamestate/internal'
import { describe, expect, test } from 'vitest'
import { VersionHistory } from '../../src/inspector/version-history.js'

const tickMs = 50

/** A history with versions 1 to `last`, one in each tick; the state of each has its number. */
function historyOf(last: number, everyTickMs = tickMs): VersionHistory {
  const history = new VersionHistory()
  for (let version = 1; version <= last; version++) history.add({ version }, version, version * everyTickMs)
  return history
}

const numbersOf = (history: VersionHistory, last: number): number[] => [
  ...history.between(history.oldest - 1, last),
  last,
]

describe('the versions of a room that a page looks at', () => {
  test('are all those of the last five seconds, and one of each half second of the half minute before', () => {
    const history = historyOf(2000)
    const numbers = numbersOf(history, 2000)
    expect(numbers.filter((number) => number >= 1900)).toEqual(Array.from({ length: 101 }, (_, place) => 1900 + place))
    const older = numbers.filter((number) => number < 1900)
    expect(older.slice(1).every((number, place) => number - older[place]! === 10)).toBe(true)
    expect(history.oldest).toBeGreaterThanOrEqual(1400)
    expect(history.oldest).toBeLessThan(1411)
    expect(history.size).toBe(numbers.length)
  })

  test('are found by any number: the last one kept that was not newer, under its own number', () => {
    const history = historyOf(1000)
    const numbers = numbersOf(history, 1000)
    for (let number = history.oldest; number <= 1100; number++) {
      const version = numbers.findLast((one) => one <= number)
      expect(history.at(number)).toMatchObject({ version, state: { version } })
    }
    expect(history.at()?.version).toBe(1000)
    expect(history.at(history.oldest - 1)).toBe(undefined)
  })

  test('are bounded in number, however short the ticks are', () => {
    const history = historyOf(50_000, 1)
    expect(history.size).toBeLessThanOrEqual(660)
    expect(history.oldest).toBeLessThanOrEqual(50_000 - 20_000)
  })

  test('are the newest one at least, however long nothing changes', () => {
    const history = historyOf(3)
    history.add({ version: 4 }, 4, 1e9)
    expect([history.oldest, history.size, history.at(3)]).toEqual([4, 1, undefined])
    expect(history.at(7)?.version).toBe(4)
  })

  test('run no rule when they are read: a rule that is not pure would change the game', () => {
    let calls = 0
    const impure = defineGame({
      initialState: () => ({ calls: 0 }),
      tickRate: 20,
      timeStep(state) {
        state.calls = ++calls
      },
    })
    const store = new GameStateStore(impure.initialState())
    const machine = new GameStateMachine(store, impure, { seed: 7, logger: silentLogger })
    const history = new VersionHistory()
    history.add(store.state, 0, 0)
    store.subscribe((state, version) => history.add(state, version, version * tickMs))
    for (let tick = 0; tick < 400; tick++) machine.step()
    for (let version = 0; version <= 400; version++) {
      const found = history.at(version)
      // each state is one that was, and says so
      expect((found?.state as { calls?: number } | undefined)?.calls).toBe(found?.version)
    }
    expect(calls).toBe(400)
  })
})
