import { applyDelta, EntityMap, encodeDelta, type Immutable } from '@tygase/gamestate'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeVersion } from '../src/runtime/in-processes.js'

interface Row {
  x: number
  name: string
}

interface State {
  count: number
  words: string[]
  rows: EntityMap<Row>
}

const anything = Number.POSITIVE_INFINITY

/** A replica that keeps what it decodes. */
class Keeper {
  readonly #versions = new Map<number, Immutable<State>>()
  readonly store = { at: (version: number) => this.#versions.get(version) }
  state: Immutable<State> | undefined

  /** @param bytes a delta from the version that it has, or a snapshot */
  take(version: number, bytes: Uint8Array, isSnapshot = false, maxElements = anything): Immutable<State> {
    const { state } = decodeVersion<State>(isSnapshot ? undefined : this.state, bytes, maxElements, this, version)
    this.#versions.set(version, state)
    this.state = state
    return state
  }
}

/** A number that no other test has for a version. */
let lastVersion = 1e6
const versionsFrom = (count: number): number[] => Array.from({ length: count }, () => ++lastVersion)

const stateOf = (count: number, words: string[], rows: [string, Row][] = []): State => ({
  count,
  words,
  rows: new EntityMap<Row>(rows),
})

/** Makes each state of a chain a version that follows the one before it. */
function chainOf(states: readonly State[]): Immutable<State>[] {
  const versions: Immutable<State>[] = []
  for (const state of states) {
    const base = versions.at(-1)
    const snapshot = applyDelta<State>(undefined, encodeDelta<State>(undefined, state as Immutable<State>))
    versions.push(base === undefined ? snapshot : applyDelta<State>(base, encodeDelta<State>(base, snapshot)))
  }
  return versions
}

const plain = ({ count, words, rows }: Immutable<State>): unknown => ({ count, words, rows: [...rows] })

const partsArbitrary = fc.record({
  count: fc.integer({ min: 0, max: 3 }),
  words: fc.array(fc.constantFrom('a', 'b'), { maxLength: 3 }),
  rows: fc.uniqueArray(
    fc.tuple(
      fc.constantFrom('r1', 'r2', 'r3', 'r4'),
      fc.record({ x: fc.constantFrom(0, -0, 1.5, Number.NaN), name: fc.constantFrom('n', 'm') }),
    ),
    { selector: ([id]) => id },
  ),
})

describe('replicas in one process', () => {
  test('get the same versions as each of them would alone, and share them from a snapshot on', () => {
    fc.assert(
      fc.property(fc.array(partsArbitrary, { minLength: 2, maxLength: 6 }), fc.nat(), (parts, place) => {
        const versions = chainOf(parts.map(({ count, words, rows }) => stateOf(count, words, rows)))
        const numbers = versionsFrom(versions.length)
        const joinsAt = place % versions.length
        const [early, late] = [new Keeper(), new Keeper()]
        let alone: Immutable<State> | undefined
        let isEqualForTheWire = false
        for (const [index, version] of versions.entries()) {
          const delta = encodeDelta<State>(versions[index - 1], version)
          const number = numbers[index]!
          const before = early.state
          alone = applyDelta<State>(alone, delta)
          const first = early.take(number, delta, index === 0)
          expect(plain(first)).toEqual(plain(alone))
          expect(Object.isFrozen(first)).toBe(true)
          // what has not changed keeps its identity
          if (before !== undefined && JSON.stringify(before.words) === JSON.stringify(first.words)) {
            expect(first.words).toBe(before.words)
          }
          if (index < joinsAt) continue
          const isJoin = index === joinsAt
          const second = late.take(number, isJoin ? encodeDelta<State>(undefined, version) : delta, isJoin)
          expect(plain(second)).toEqual(plain(alone))
          // one that knows fewer shapes of rows has versions of its own
          if (isJoin) isEqualForTheWire = encodeDelta<State>(first, second).length === 0
          if (isEqualForTheWire) expect(second).toBe(first)
        }
      }),
    )
  })

  test('decode the bytes of a version once, those that came before the others as well', () => {
    const states = [stateOf(1, ['a'], [['r', { x: 1, name: 'n' }]]), stateOf(2, ['a', 'b'])]
    const [from, to] = chainOf(states) as [Immutable<State>, Immutable<State>]
    const [first, second] = versionsFrom(2) as [number, number]
    const replicas = Array.from({ length: 5 }, () => new Keeper())
    for (const replica of replicas) replica.take(first, encodeDelta<State>(undefined, from), true)
    for (const replica of replicas) replica.take(second, encodeDelta<State>(from, to))
    expect(new Set(replicas.map(({ state }) => state)).size).toBe(1)
    expect(plain(replicas[4]!.state!)).toEqual(plain(to))
  })

  test('with equal bytes on different versions get different versions', () => {
    const [replica, other] = [new Keeper(), new Keeper()]
    const [one, two] = versionsFrom(2) as [number, number]
    const [a, b] = [stateOf(1, ['a']), stateOf(1, ['b'])].map((state) => chainOf([state])[0]!)
    replica.take(one, encodeDelta<State>(undefined, a!), true)
    other.take(one, encodeDelta<State>(undefined, b!), true)
    const delta = encodeDelta<State>(a, { ...a!, count: 2 })
    expect(encodeDelta<State>(b, { ...b!, count: 2 })).toEqual(delta)
    expect(plain(replica.take(two, delta))).toMatchObject({ count: 2, words: ['a'] })
    expect(plain(other.take(two, delta))).toMatchObject({ count: 2, words: ['b'] })
  })

  test('keep to the limit of each, also for bytes that another has decoded', () => {
    const [version] = versionsFrom(1) as [number]
    const words = Array.from({ length: 100 }, (_, index) => `word ${index}`)
    const bytes = encodeDelta<State>(undefined, chainOf([stateOf(1, words)])[0]!)
    for (let count = 0; count < 2; count++) expect(new Keeper().take(version, bytes, true).words).toHaveLength(100)
    expect(() => new Keeper().take(version, bytes, true, 50)).toThrow(expect.objectContaining({ code: 'value_limit' }))
  })

  test('are not given what was decoded from bytes that their owner has changed since', () => {
    const [version, next] = versionsFrom(2) as [number, number]
    const [from, to, otherTo] = [stateOf(1, []), stateOf(2, []), stateOf(3, [])].map((state) => chainOf([state])[0]!)
    const replicas = [new Keeper(), new Keeper()] as const
    for (const replica of replicas) replica.take(version, encodeDelta<State>(undefined, from!), true)
    const delta = encodeDelta<State>(from, to!)
    expect(replicas[0].take(next, delta).count).toBe(2)
    delta.set(encodeDelta<State>(from, otherTo!))
    expect(replicas[1].take(next, delta).count).toBe(3)
  })
})
