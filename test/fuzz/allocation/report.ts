// What deltas of at most 100 bytes make their reader allocate, as JSON: those made by hand, and the worst that a search finds.
import { EntityMap, encodeDelta } from '@tygase/gamestate'
import { bases } from '../support/bases.js'
import { type AnyState, versionOf } from '../support/draw-state.js'
import { type Hostile, hostileDeltas, hostileSnapshots } from './hostile.js'
import { allocatedBy } from './measure.js'
import { searchHungriest } from './search.js'

const [countText = '2000', seedText = '1'] = process.argv.slice(2)

const rows = new EntityMap(Array.from({ length: 10_000 }, (_, id) => [id, { x: id, y: 1, hp: 5, name: 'n' }]))
const large = versionOf({ rows, list: Array.from({ length: 10_000 }, (_, index) => index) })
const small = bases[3]!

const cases: [of: string, base: typeof large | undefined, hostile: readonly Hostile[]][] = [
  ['a snapshot', undefined, hostileSnapshots],
  ['a delta of a few rows', small, hostileDeltas([0x28])],
  ['a delta of 10,000 rows', large, hostileDeltas([0x28])],
  ['a delta of 10,000 elements', large, hostileDeltas([0x29])],
]

// what the collector takes away meanwhile makes one of the figures too small, never too large
const largeBytes = Math.max(
  ...Array.from({ length: 5 }, () => allocatedBy(undefined, encodeDelta<AnyState>(undefined, large))),
)

const report = cases.map(([of, base, hostile]) => {
  // once through, so that no code is met for the first time when it counts
  for (const { bytes } of hostile) allocatedBy(base, bytes)
  const figures = hostile.map(({ name, bytes }) => ({
    name,
    length: bytes.length,
    allocated: allocatedBy(base, bytes),
  }))
  const inputs = hostile.map(({ bytes }) => bytes)
  const found = searchHungriest(base, inputs, Number(countText), Number(seedText))
  const search = { allocated: found.allocated, hex: Buffer.from(found.bytes).toString('hex') }
  return { of, baseBytes: base === large ? largeBytes : 0, figures, search }
})
console.log(JSON.stringify(report))
