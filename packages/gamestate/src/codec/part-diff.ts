import { lowestBit, pageSize, type Row } from '../entity-map/page.js'
import type { Table } from '../entity-map/table.js'
import { Newest } from './newest.js'
import type { PrecisionNode } from './precision.js'
import { beginGroups, endGroups, gather, type StepGroup } from './step-group.js'
import type { RowGroup, TableDiff } from './table-diff.js'
import { otherwise, TableStep } from './table-step.js'

/** What differs between two tables of which one is a part of a table. */
export interface PartDiff extends TableDiff {
  readonly step: TableStep
  /** Changed rows; `changed` has those that cannot be told by steps. */
  readonly stepped: readonly StepGroup[]
}

/** The step from a version. */
interface Known {
  /** `Table.serial` of the version that it leads from: to hold that one would hold all versions before. */
  readonly from: number
  readonly precision: PrecisionNode
  readonly step: TableStep
}

const knownSteps = new Newest<Known>()

/** Compares two parts by the step between what they are parts of. */
export function diffParts(base: Table, next: Table, precision: PrecisionNode): PartDiff {
  const wholeBase = base.part?.whole ?? base
  const whole = next.part?.whole ?? next
  const step = stepBetween(wholeBase, whole, precision)
  const removed: number[] = []
  const added: RowGroup[] = []
  const changed: RowGroup[] = []
  beginGroups()
  const count = Math.max(wholeBase.pages.length, whole.pages.length)
  for (let number = 0; number < count; number++) {
    const before = shownBits(base, number)
    const now = shownBits(next, number)
    const page = whole.pages[number]
    const first = number * pageSize
    if ((before & now) !== 0) step.look(number)
    for (let bits = before & ~now; bits !== 0; bits &= bits - 1) removed.push(first + lowestBit(bits))
    for (let bits = now & (~before | step.replaced[number]!); bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      addRow(rowGroupOf(added, page!.shapes[index]!), first + index, page!.rows[index]!)
    }
    const firstCell = step.firstCells[number]!
    for (let bits = before & now & step.changed[number]!; bits !== 0; ) {
      const index = lowestBit(bits)
      const cell = firstCell + index
      const mask = step.masks[cell]!
      const shape = page!.shapes[index]!
      const alike = bits & step.alike(cell)
      if (mask === 0 || (mask !== otherwise && gather(number, alike, mask, shape))) bits &= ~alike
      else {
        // one by one: those of a group are to be rising
        bits &= bits - 1
        addChanged(rowGroupOf(changed, shape), whole, first + index, step.baseAt(cell), step.rowAt(cell))
      }
    }
  }
  return { removed, added, changed, step, stepped: endGroups(step) }
}

function stepBetween(base: Table, next: Table, precision: PrecisionNode): TableStep {
  const steps = knownSteps.about(next)
  for (const known of steps) if (known.from === base.serial && known.precision === precision) return known.step
  const step = new TableStep(base, next, precision)
  steps.push({ from: base.serial, precision, step })
  return step
}

/** The bits of the rows that a table shows of a page. */
function shownBits(table: Table, number: number): number {
  const { part } = table
  return part === undefined ? (table.pages[number]?.used ?? 0) : (part.kept[number] ?? 0)
}

function rowGroupOf(groups: RowGroup[], shape: number): RowGroup {
  let group = groups.find((candidate) => candidate.shape === shape)
  if (group === undefined) {
    group = { count: 0, shape, slots: [], rows: [], bases: [], differences: [], fields: 0, commonFields: -1 }
    groups.push(group)
  }
  return group
}

function addRow(group: RowGroup, slot: number, row: Row): void {
  group.slots.push(slot)
  group.rows.push(row)
  group.count++
}

function addChanged(group: RowGroup, { shapes }: Table, slot: number, base: Row, row: Row): void {
  // of a row without a shape the only bit there is stands for the whole row
  const differences = group.shape === 0 ? 1 : shapes[group.shape]!.access.differences(base, row)
  group.bases.push(base)
  group.differences.push(differences)
  group.fields |= differences
  group.commonFields &= differences
  addRow(group, slot, row)
}
