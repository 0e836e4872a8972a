import { describe, expect, test } from 'vitest'
import { applyDelta, EntityMap, encodeDelta, GameStateStore, type StoreOptions, transact } from '../src/index.js'
import { silentLogger } from '../src/internal.js'
import { badValues } from './support/bad-values.js'
import { refusal } from './support/refusals.js'

interface State {
  n: number
}

const at = (n: number): State => ({ n })

describe('a new store', () => {
  test('is at version 0 with the state that it was given [P1]', () => {
    const store = new GameStateStore({ foo: 1 })
    expect([store.version, store.state.foo, store.oldestVersion, store.versionCount]).toEqual([0, 1, 0, 1])
  })

  test('begins at the first version that it is given', () => {
    const store = new GameStateStore(at(1), { firstVersion: 40, firstTimeMs: 2000 })
    expect([store.version, store.versions(), store.at(40), store.timeOf(40)]).toEqual([40, [40], at(1), 2000])
    expect(refusal(() => store.commit(at(2), 40))).toContain('version_not_newer')
    store.commit(at(2), 41)
    expect(store.versions()).toEqual([40, 41])
  })

  test.each(badValues)('refuses a state that holds %s [P8]', (_, make, message) => {
    expect(refusal(() => new GameStateStore({ a: { b: make() } }))).toContain(message)
  })

  test.each([null, undefined, 1, 'x', true, [], () => 1, new Uint8Array(1), new Date(0)])(
    'refuses %s as a state [P8]',
    (state) => {
      expect(refusal(() => new GameStateStore(state as never))).toBe(
        'invalid_value: state: a state is a plain object or an EntityMap',
      )
    },
  )

  test('freezes the state that it takes over', () => {
    const state = { deep: { n: 1 } }
    const store = new GameStateStore(state)
    expect(Object.isFrozen(store.state.deep)).toBe(true)
    expect(store.state.deep).toBe(state.deep)
  })

  test.each<StoreOptions>([
    { maxVersions: 0 },
    { maxVersions: -1 },
    { maxVersions: 1.5 },
    { maxVersions: Number.NaN },
    { maxAgeMs: -1 },
    { maxAgeMs: Number.NaN },
    { firstVersion: -1 },
    { firstVersion: Number.POSITIVE_INFINITY },
    { firstVersion: 0.5 },
    { maxVersions: '16' as never },
  ])('refuses the options %o', (options) => {
    expect(refusal(() => new GameStateStore(at(0), options))).toMatch(
      /^invalid_argument: (maxVersions|maxAgeMs|firstVersion) is a /,
    )
  })
})

test.each([[8], [{ maxVersion: 8 }], [null]])('a store does not take the options %j', (options) => {
  expect(refusal(() => new GameStateStore(at(0), options as never))).toMatch(
    /^invalid_argument: (the options of GameStateStore are an object|GameStateStore has no option 'maxVersion'; it has )/,
  )
})

describe('commit', () => {
  test('refuses a version that is not newer, and leaves everything as it was [P2]', () => {
    const store = new GameStateStore(at(0))
    store.commit(at(5), 5)
    for (const version of [5, 4, 0, -1, 5.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      expect(refusal(() => store.commit(at(9), version))).toBe(
        `version_not_newer: version ${version} does not follow version 5`,
      )
    }
    expect([store.version, store.state.n, store.versionCount]).toEqual([5, 5, 2])
    store.commit(at(6), 60_000)
    store.commit(at(7), Number.MAX_SAFE_INTEGER)
    expect(store.state.n).toBe(7)
  })

  test('refuses a state that holds a function, or that is an array, and leaves everything as it was', () => {
    const store = new GameStateStore<object>({ n: 0 })
    let calls = 0
    store.subscribe(() => calls++)
    expect(refusal(() => store.commit({ n: () => 1 }, 1))).toBe('invalid_value: n: a state cannot hold a function')
    expect(refusal(() => store.commit([], 1))).toContain('invalid_value: state')
    expect([store.version, calls]).toEqual([0, 0])
  })

  test('keeps the identity of parts that are equal', () => {
    const store = new GameStateStore({ a: { x: 1 }, b: { x: 1 } })
    const before = store.state
    store.commit({ a: { x: 1 }, b: { x: 2 } }, 1)
    expect(store.state.a).toBe(before.a)
    expect(store.state.b).not.toBe(before.b)
  })
})

describe('the window of versions', () => {
  test('gives every version that it keeps, as it was [P7]', () => {
    const store = new GameStateStore(at(0))
    for (let version = 10; version <= 100; version += 10) store.commit(at(version), version, version * 2)
    expect(store.versions()).toEqual([0, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100])
    for (const version of store.versions()) {
      expect(store.at(version)).toEqual(at(version))
      expect(store.timeOf(version)).toBe(version * 2)
    }
    for (const version of [-1, 5, 99, 101, Number.NaN]) {
      expect(store.at(version)).toBeUndefined()
      expect(store.timeOf(version)).toBeUndefined()
    }
  })

  test.each([1, 2, 128])('never holds more than its maxVersions, %i [P8]', (maxVersions) => {
    const store = new GameStateStore(at(0), { maxVersions })
    for (let version = 1; version <= 300; version++) {
      store.commit(at(version), version)
      expect(store.versionCount).toBe(Math.min(version + 1, maxVersions))
      expect(store.oldestVersion).toBe(Math.max(0, version + 1 - maxVersions))
    }
    expect(store.at(300 - maxVersions)).toBeUndefined()
    expect(store.at(301 - maxVersions)).toEqual(at(301 - maxVersions))
  })

  test('keeps 16 versions by default', () => {
    const store = new GameStateStore(at(0))
    for (let version = 1; version <= 300; version++) store.commit(at(version), version)
    expect(store.versionCount).toBe(16)
  })

  test('the deltas from any version that it keeps reach the last one [P8]', () => {
    const store = new GameStateStore({ m: new EntityMap<{ x: number }, number>() })
    for (let version = 1; version <= 200; version++) {
      const { state } = transact(store.state, (draft: { m: EntityMap<{ x: number }, number> }) => {
        draft.m.set(version % 7, { x: version })
        draft.m.delete((version * 3) % 7)
      })
      store.commit(state, version)
    }
    for (const version of store.versions()) {
      const replica = applyDelta(store.at(version), encodeDelta(store.at(version), store.state))
      expect([...replica.m]).toEqual([...store.state.m])
    }
  })

  test('the list of its versions is a copy [P8]', () => {
    const store = new GameStateStore(at(0))
    store.versions().push(7)
    expect(store.versions()).toEqual([0])
  })

  test('forgets a version that was replaced longer ago than maxAgeMs, never the current one', () => {
    const store = new GameStateStore(at(0), { maxAgeMs: 100 })
    store.commit(at(1), 1, 50)
    store.commit(at(2), 2, 150)
    expect(store.versions()).toEqual([0, 1, 2])
    store.commit(at(3), 3, 151)
    expect(store.versions()).toEqual([1, 2, 3])
    store.commit(at(4), 4, 10_000)
    expect(store.versions()).toEqual([3, 4])
    store.commit(at(5), 5, 20_000)
    expect(store.versions()).toEqual([4, 5])
  })

  test('takes the time of the version before if none is given', () => {
    const store = new GameStateStore(at(0))
    store.commit(at(1), 1, 70)
    store.commit(at(2), 2)
    expect(store.timeOf(2)).toBe(70)
  })
})

describe('reset', () => {
  test('begins anew, at the next version or at one further on, and forgets all others', () => {
    const store = new GameStateStore(at(0))
    store.commit(at(8), 8, 70)
    store.reset(at(3))
    expect([store.version, store.state.n, store.versions(), store.timeOf(9)]).toEqual([9, 3, [9], 70])
    store.reset(at(4), 12, 90)
    expect([store.version, store.state.n, store.versions(), store.timeOf(12)]).toEqual([12, 4, [12], 90])
    store.commit(at(5), 13)
    expect(store.at(12)).toEqual(at(4))
  })

  test('never uses the number of an earlier version again: clients name the base of a delta by its number', () => {
    const store = new GameStateStore(at(0))
    store.commit(at(8), 8)
    for (const version of [8, 7, 0, -1, 8.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(refusal(() => store.reset(at(9), version))).toBe(
        `version_not_newer: version ${version} does not follow version 8`,
      )
    }
    expect([store.version, store.state.n, store.versions()]).toEqual([8, 8, [0, 8]])
  })
})

describe('subscribers', () => {
  test('are called at each commit and reset, when it is done', () => {
    const store = new GameStateStore(at(0))
    const called: unknown[] = []
    store.subscribe((state, version) => called.push([state.n, version, store.version]))
    store.commit(at(1), 1)
    store.commit(at(2), 7)
    store.reset(at(3))
    expect(called).toEqual([
      [1, 1, 1],
      [2, 7, 7],
      [3, 8, 8],
    ])
  })

  test('are not called after they have unsubscribed, which may be done twice', () => {
    const store = new GameStateStore(at(0))
    const called: string[] = []
    const listener = (): void => void called.push('twice')
    const end = store.subscribe(listener)
    store.subscribe(listener)
    end()
    end()
    store.commit(at(1), 1)
    expect(called).toEqual(['twice'])
  })

  test('that come or go while others are called take effect with the next commit', () => {
    const store = new GameStateStore(at(0))
    const called: string[] = []
    const endSecond: (() => void)[] = []
    const endFirst = store.subscribe(() => {
      called.push('first')
      for (const end of endSecond) end()
      store.subscribe(() => called.push('third'))
      endFirst()
    })
    endSecond.push(store.subscribe(() => called.push('second')))
    store.commit(at(1), 1)
    expect(called).toEqual(['first', 'second'])
    store.commit(at(2), 2)
    expect(called).toEqual(['first', 'second', 'third'])
  })

  test('that throw or reject stop neither the commit nor the others, and are logged', async () => {
    const logged: unknown[] = []
    const logger = {
      ...silentLogger,
      error: (details: object, message: string) => void logged.push([message, `${(details as { err: Error }).err}`]),
    }
    const store = new GameStateStore(at(0), { logger })
    const called: string[] = []
    store.subscribe(() => {
      called.push('a')
      throw new Error('a')
    })
    store.subscribe(async () => {
      called.push('b')
      throw new Error('b')
    })
    store.subscribe(() => called.push('c'))
    store.commit(at(1), 1)
    expect([store.version, called]).toEqual([1, ['a', 'b', 'c']])
    await Promise.resolve()
    expect(logged).toEqual([
      ['a subscriber of the store failed', 'Error: a'],
      ['a subscriber of the store failed', 'Error: b'],
    ])
  })

  test.each([undefined, null, {}, 'x'])('cannot be %s', (listener) => {
    expect(refusal(() => new GameStateStore(at(0)).subscribe(listener as never))).toBe(
      'invalid_argument: a listener is a function',
    )
  })
})
