import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { findArrayEdits } from '../../../src/codec/values/array-edits.js'
import { changedPlaces, haveStayed, pairOf, slideOf } from '../../../src/codec/values/array-pair.js'
import {
  applyDelta,
  EntityMap,
  encodeDelta,
  equalStates,
  GameStateStore,
  type Immutable,
  TygaseError,
  transact,
} from '../../../src/index.js'
import { acts, drawArray, drawNextArray, elementKinds } from '../../support/random-arrays.js'
import type { Draw } from '../../support/random-state.js'
import { runsOf } from '../../support/runs.js'

interface State {
  list: readonly unknown[]
}

const versionOf = (list: readonly unknown[]): Immutable<State> => new GameStateStore<State>({ list }).state
const upTo = (max: number): fc.Arbitrary<number> => fc.integer({ min: 0, max })

/** Equal elements that are not identical: what rules that edit rows leave. */
function copied(elements: readonly unknown[]): unknown[] {
  return structuredClone(elements) as unknown[]
}

function law(check: (draw: Draw) => void, usual = 400): void {
  fc.assert(fc.property(fc.gen(), check), { numRuns: runsOf(usual) })
}

describe.each(elementKinds)('an array of $name that is edited anywhere', (kind) => {
  test('is the next one after the delta', () => {
    law((draw) => {
      const base = versionOf(drawArray(draw, kind))
      const list = drawNextArray(draw, base.list, kind)
      const next = versionOf(draw(fc.boolean) ? list : copied(list))
      expect(equalStates(applyDelta(base, encodeDelta(base, next)), next)).toBe(true)
    })
  })

  test('is the next one after the delta in a row', () => {
    interface Rows {
      rows: EntityMap<{ name: string; list: readonly unknown[] }>
    }
    law((draw) => {
      const lists = Array.from({ length: 1 + draw(upTo, 4) }, () => drawArray(draw, kind))
      const rowsOf = (of: readonly (readonly unknown[])[]): Rows => ({
        rows: new EntityMap(of.map((list, id) => [`r${id}`, { name: `n${id}`, list: copied(list) }])),
      })
      const store = new GameStateStore<Rows>(rowsOf(lists))
      const base = store.state
      store.commit(rowsOf(lists.map((list) => drawNextArray(draw, list, kind))), 1)
      expect(equalStates(applyDelta<Rows>(base, encodeDelta<Rows>(base, store.state)), store.state)).toBe(true)
    }, 300)
  })

  test('takes no more bytes than the whole array', () => {
    law((draw) => {
      const base = versionOf(drawArray(draw, kind))
      const list = drawNextArray(draw, base.list, kind)
      const next = versionOf(draw(fc.boolean) ? list : copied(list))
      const whole = encodeDelta<State | { list: null }>(new GameStateStore({ list: null }).state, next)
      expect(encodeDelta(base, next).length).toBeLessThanOrEqual(whole.length + 2)
    })
  })

  test('gives a coded error or a whole state for truncated and flipped bytes, and never touches the base', () => {
    law((draw) => {
      const base = versionOf(drawArray(draw, kind))
      const delta = encodeDelta(base, versionOf(drawNextArray(draw, base.list, kind)))
      const snapshot = encodeDelta(undefined, base)
      const bytes = delta.slice(0, draw(upTo, delta.length))
      for (let flips = draw(upTo, 3); flips > 0 && bytes.length > 0; flips--)
        bytes[draw(upTo, bytes.length - 1)] = draw(upTo, 255)
      try {
        const state = applyDelta<State>(base, bytes)
        expect(equalStates(applyDelta<State>(undefined, encodeDelta<State>(undefined, state)), state)).toBe(true)
      } catch (error) {
        if (!(error instanceof TygaseError)) throw error
      }
      expect(encodeDelta(undefined, base)).toEqual(snapshot)
    })
  })
})

test.each(['numbers', 'things', 'anything'])(
  'a large array that rules change in a few places is the next one after the delta from any version before: %s',
  (name) => {
    const kind = elementKinds.find((one) => one.name === name)!
    law((draw) => {
      const first = Array.from({ length: 257 + draw(upTo, 50) }, () => kind.element(draw))
      const versions = [versionOf(first) as Immutable<{ list: unknown[] }>]
      for (let tick = 0; tick < 4; tick++) {
        const { state } = transact<{ list: unknown[] }, void>(versions[tick]!, ({ list }) => {
          for (let count = draw(upTo, 3); count >= 0; count--) {
            const at = draw(upTo, list.length - 1)
            switch (draw(upTo, 9)) {
              case 0:
                list.push(kind.element(draw))
                break
              case 1:
                list.splice(at, 1)
                break
              case 2:
                list[at] = list[draw(upTo, list.length - 1)]
                break
              case 3:
                list.push(list.shift())
                break
              default: {
                const element = list[at]
                if (typeof element === 'object' && element !== null && 'name' in element) element.name = `n${at}`
                else list[at] = kind.element(draw)
              }
            }
          }
        })
        versions.push(state)
      }
      for (const [place, next] of versions.entries()) {
        for (const base of versions.slice(0, place)) {
          expect(equalStates(applyDelta(base, encodeDelta(base, next)), next)).toBe(true)
        }
      }
    }, 200)
  },
)

const objects = elementKinds.find(({ name }) => name === 'things')!

// Not of a reversed array: there it may take fewer bytes to send an element anew than to say where it was.
test.each(['push', 'unshift', 'shift', 'pop', 'slide', 'insert', 'remove', 'edit', 'rotate', 'move', 'swap'])(
  'objects that an edit leaves as they are are no new ones at the replica: %s',
  (act) => {
    law((draw) => {
      const base = versionOf(drawArray(draw, objects))
      const next = versionOf(acts[act]!(draw, base.list, objects))
      const replica = applyDelta<State>(undefined, encodeDelta<State>(undefined, base))
      const after = applyDelta<State>(replica, encodeDelta(base, next))
      const old = new Set(base.list)
      const oldOfReplica = new Set(replica.list)
      next.list.forEach((element, place) => {
        // of elements that are equal one may stand for the other
        if (old.has(element)) expect(oldOfReplica.has(after.list[place])).toBe(true)
      })
    }, 300)
  },
)

describe('the bytes of an edit', () => {
  const numbers = Array.from({ length: 4096 }, (_, place) => (place * 7919) % 64)
  const tiles = Array.from({ length: 4096 }, (_, place) => Number((place * 7919) % 5 === 0))
  const trail = Array.from({ length: 20 }, (_, place) => ({ x: place * 10, y: place }))

  test.each<[string, readonly unknown[], (array: unknown[]) => unknown, number]>([
    ['one number in thousands', numbers, (array) => array.splice(2000, 1, 64), 7],
    ['one tile in thousands of two kinds', tiles, (array) => array.splice(2001, 1, 1 - (array[2001] as number)), 6],
    [
      'five tiles in thousands',
      tiles,
      (array) => {
        for (const place of [3, 900, 1800, 2700, 4000]) array[place] = 2
      },
      3 + 5 * 3,
    ],
    ['a number put in at the front of thousands', numbers, (array) => array.unshift(9), 6],
    ['a number taken out of the middle of thousands', numbers, (array) => array.splice(2000, 1), 5],
    [
      'numbers put in and taken out in three places',
      numbers,
      (array) => {
        array.splice(3000, 2)
        array.splice(2000, 0, 1, 2)
        array.splice(1000, 1)
      },
      22,
    ],
    ['thousands that are rotated', numbers, (array) => array.push(...array.splice(0, 1000)), 14],
    ['a trail that moves on', trail, (array) => array.splice(0, 20, ...array.slice(1), { x: 1, y: 2 }), 5],
    ['a queue of numbers that moves on the other way', numbers, (array) => array.unshift(Number(array.pop()) + 64), 5],
    ['a ring of which one is written', numbers.slice(0, 60), (array) => array.splice(17, 1, 5), 5],
  ])('are few: %s', (_, before, edit, most) => {
    const after = [...before]
    edit(after)
    const base = versionOf(before)
    const next = versionOf(copied(after))
    const delta = encodeDelta(base, next)
    expect(equalStates(applyDelta(base, delta), next)).toBe(true)
    expect(delta.length).toBeLessThanOrEqual(most)
  })
})

describe('the search for edits reads each element a bounded number of times', () => {
  const lengths = [500, 4000]
  const bits = (length: number, seed: number): number[] =>
    Array.from({ length }, (_, place) => (Math.imul(place + seed, 0x9e3779b1) >>> 30) & 1)

  test.each<[string, (length: number) => readonly [readonly unknown[], readonly unknown[]]]>([
    ['all equal, then fewer', (length) => [Array(length).fill(0), Array(length - 17).fill(0)]],
    ['all equal, then others', (length) => [Array(length).fill(0), Array(length + 5).fill(1)]],
    ['all different', (length) => [bits(length, 0).map((_, i) => i), bits(length + 3, 0).map((_, i) => -i)]],
    ['two values anyhow', (length) => [bits(length, 1), bits(length + 9, 77)]],
    ['two values in turn', (length) => [bits(length, 0).map((_, i) => i % 2), bits(length, 0).map((_, i) => i % 3)]],
    [
      'the order turned round',
      (length) => [bits(length, 0).map((_, i) => i), bits(length, 0).map((_, i) => length - i)],
    ],
    [
      'objects of which all have one hash',
      (length) => {
        const deep = (leaf: number): unknown => ({ a: { a: { a: { leaf } } } })
        return [bits(length, 0).map((_, i) => deep(i)), bits(length + 20, 0).map((_, i) => deep(length * 2 - i))]
      },
    ],
  ])('%s', (_, arrays) => {
    for (const length of lengths) {
      let reads = 0
      const [base, next] = arrays(length).map(
        (array) =>
          new Proxy(array, {
            get(target, key) {
              reads++
              return Reflect.get(target, key)
            },
          }),
      )
      const pair = pairOf(base!, next!, undefined)
      slideOf(pair)
      const places = changedPlaces(pair)
      if (places !== undefined) haveStayed(pair, places)
      findArrayEdits(pair)
      expect(reads).toBeLessThan(100 * (base!.length + next!.length))
    }
  })
})
