import { applyDelta, EntityMap, encodeDelta, type Immutable, transact } from '@tygase/gamestate'
import type { DeltaOptions } from '@tygase/gamestate/internal'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import {
  type AnyState,
  type Draw,
  drawState,
  edit,
  precision,
} from '../../packages/gamestate/test/support/random-state.js'
import { often } from '../support/effort.js'
import { type DecodedState, decodeDelta } from './decoder/index.js'
import { plain, rounded } from './support/plain.js'

type Version = Immutable<AnyState>

interface Way {
  readonly name: string
  readonly options: DeltaOptions<AnyState>
  readonly wanted: (state: unknown) => unknown
}

const seed = 20
const numRuns = often(60, 150)

const ways: Way[] = [
  { name: 'without precision', options: {}, wanted: (state: unknown) => plain(state) },
  {
    name: 'with precision',
    options: { precision: precision as never },
    wanted: (state: unknown) => plain(rounded(state, precision)),
  },
]

function drawVersions(draw: Draw, count: number): Version[] {
  const versions: Version[] = [
    transact<AnyState, void>({}, (draft) => {
      Object.assign(draft, drawState(draw))
    }).state,
  ]
  while (versions.length < count)
    versions.push(transact(versions.at(-1)!, (draft: AnyState) => edit(draw, draft)).state)
  return versions
}

test.each(ways)('a snapshot is decoded to the state, $name', ({ options, wanted }) => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const [state] = drawVersions(draw, 1)
      expect(plain(decodeDelta(encodeDelta<AnyState>(undefined, state!, options)))).toEqual(wanted(state))
    }),
    { numRuns, seed },
  )
})

test.each(ways)('a chain of changes is decoded to each state in turn, $name', ({ options, wanted }) => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      let base: Version | undefined
      let held: DecodedState | undefined
      for (const next of drawVersions(draw, 5)) {
        held = decodeDelta(encodeDelta<AnyState>(base, next, options), held)
        expect(plain(held)).toEqual(wanted(next))
        base = next
      }
    }),
    { numRuns, seed },
  )
})

test.each(ways)('a change that leaves versions out, or leads back, is decoded too, $name', ({ options, wanted }) => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const versions = drawVersions(draw, 4)
      const held = versions.map((state) => decodeDelta(encodeDelta<AnyState>(undefined, state, options)))
      for (const [from, base] of versions.entries())
        for (const next of versions) {
          if (base === next) continue
          expect(plain(decodeDelta(encodeDelta<AnyState>(base, next, options), held[from]))).toEqual(wanted(next))
        }
    }),
    { numRuns, seed },
  )
})

/** The state, with some of the rows of each map that is not within an array. */
function drawPart(draw: Draw, state: unknown): unknown {
  if (state instanceof EntityMap) return state.filter(() => draw(fc.nat, { max: 3 }) > 0)
  if (typeof state !== 'object' || state === null || state instanceof Uint8Array || Array.isArray(state)) return state
  return Object.fromEntries(Object.entries(state).map(([key, value]) => [key, drawPart(draw, value)]))
}

test.each(ways)(
  'a chain of parts of versions is decoded to each in turn, by us alike, $name',
  ({ options, wanted }) => {
    fc.assert(
      fc.property(fc.gen(), (draw) => {
        let base: Version | undefined
        let held: DecodedState | undefined
        let ours: Version | undefined
        for (const whole of drawVersions(draw, 5)) {
          const next = drawPart(draw, whole) as Version
          const delta = encodeDelta<AnyState>(base, next, options)
          held = decodeDelta(delta, held)
          ours = applyDelta<AnyState>(ours, delta)
          expect(plain(held)).toEqual(wanted(next))
          expect(plain(ours)).toEqual(wanted(next))
          base = next
        }
      }),
      { numRuns, seed },
    )
  },
)

test('a version has no bytes for itself', () => {
  fc.assert(
    fc.property(fc.gen(), (draw) => {
      const [state] = drawVersions(draw, 1)
      const held = decodeDelta(encodeDelta<AnyState>(undefined, state!))
      expect(decodeDelta(encodeDelta(state!, state!), held)).toBe(held)
    }),
    { numRuns, seed },
  )
})
