import type { Table } from '../entity-map/table.js'
import { Newest } from './newest.js'
import type { PrecisionNode } from './precision.js'
import { writeTable } from './table-codec.js'
import type { ValueWriter } from './value-io.js'

/** How one table becomes another, if that has been asked for twice. */
interface Memo {
  /** `Table.serial` of the base, 0 for none: to hold the base would hold all versions before. */
  readonly from: number
  readonly precision: PrecisionNode
  readonly isView: boolean
  /** Empty where the wire would carry the same for both; undefined as long as it has been asked for once. */
  bytes: Uint8Array | undefined
}

const memos = new Newest<Memo>()

/** `writeTable`, the same bytes, that remembers what it wrote: many views may have a map in common that they show as it is. */
export function writeTableOnce(
  out: ValueWriter,
  base: Table | undefined,
  next: Table,
  precision: PrecisionNode,
): boolean {
  // a part is seldom shown to two, and its rows are remembered one by one
  if (next.part !== undefined || base?.part !== undefined) return writeTable(out, base, next, precision)
  const known = memos.about(next)
  const from = base?.serial ?? 0
  const { isView } = out
  const memo = known.find(
    (candidate) => candidate.from === from && candidate.precision === precision && candidate.isView === isView,
  )
  if (memo?.bytes !== undefined) {
    out.bytes.writeRaw(memo.bytes)
    return memo.bytes.length > 0
  }
  const start = out.bytes.length
  const hasWritten = writeTable(out, base, next, precision)
  if (memo !== undefined) memo.bytes = out.bytes.peek().slice(start)
  else known.push({ from, precision, isView, bytes: undefined })
  return hasWritten
}
