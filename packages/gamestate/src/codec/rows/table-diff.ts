import { Newest } from '../../rows/id-index.js'
import { countBits, lowestBit, maxSlots, type Page, pageSize } from '../../rows/page.js'
import type { ShownRows, ShownSlots } from '../../rows/shown-rows.js'
import type { Table } from '../../rows/table.js'
import { type SlotList, takeSlots } from '../bits/slot-set.js'
import type { PrecisionNode } from '../values/number.js'
import {
  addRun,
  ChangeStore,
  findChanges,
  groupOf,
  groupOfAll,
  type OpenGroup,
  type PageRun,
  type RowGroup,
} from './page-diff.js'
import { addRanks } from './ranks.js'

/** The difference of two tables, slot by slot. */
export interface TableDiff {
  /** The pages with the old rows, and those with the new ones. Of subsets these are the pages of the whole tables. */
  readonly basePages: readonly Page[]
  readonly pages: readonly Page[]
  /** Slots that hold a row in the base only. Of subsets the ranks of these rows in the base. */
  readonly removed: SlotList
  /** Slots whose row is new, or has another id or shape than before. */
  readonly added: readonly RowGroup[]
  readonly changed: readonly RowGroup[]
}

/**
 * Compares two tables page by page. Shared pages and columns cost one comparison each.
 * @param base its list of shapes must be the beginning of that of `next`
 */
export function diffTables(base: Table | undefined, next: Table, precision: PrecisionNode): TableDiff {
  const removed = takeSlots()
  const added: OpenGroup[] = []
  const changed: OpenGroup[] = []
  const basePages = base?.pages ?? []
  const { pages, shapes } = next
  const count = Math.max(basePages.length, pages.length)
  for (let number = 0; number < count; number++) {
    const basePage = basePages[number]
    const page = pages[number]
    if (page === basePage) continue
    const first = number * pageSize
    let kept = page === undefined ? 0 : page.used
    // pages that share their ids share the shapes
    if (page === undefined || page.ids !== basePage?.ids || page.used !== basePage.used) {
      for (let bits = (basePage?.used ?? 0) | kept; bits !== 0; bits &= bits - 1) {
        const index = lowestBit(bits)
        const bit = bits & -bits
        if (page === undefined || (page.used & bit) === 0) removed.push(first + index)
        else if (!isSameRow(basePage, page, index)) {
          groupOf(added, page.shapes[index]!).slots.push(first + index)
          kept &= ~bit
        }
      }
    }
    if (kept === 0) continue
    findChanges(basePage!, page!, kept, shapes, precision, undefined, (run) => {
      addRun(groupOf(changed, run.shape), first, run, run.bits)
    })
  }
  return { basePages, pages, removed, added, changed }
}

function isSameRow(basePage: Page | undefined, page: Page, index: number): boolean {
  return (
    basePage !== undefined &&
    (basePage.used & (1 << index)) !== 0 &&
    basePage.ids[index] === page.ids[index] &&
    basePage.shapes[index] === page.shapes[index]
  )
}

/** How the rows of a page change. What it says of a row depends on that row alone, so all subsets may share it. */
interface PageDiff {
  /** Bits of the slots whose row has another id or shape than before. */
  readonly replaced: number
  readonly runs: readonly PageRun[]
}

/** The page diffs from one version to the newest one, made when a subset needs them. */
interface Known {
  /** `Table.serial` of that version. A reference to it would keep old versions in memory. */
  readonly from: number
  readonly precision: PrecisionNode
  readonly pages: (PageDiff | undefined)[]
  readonly store: ChangeStore
}

const known = /* @__PURE__ */ new Newest<Known>()

/**
 * `diffTables` for two tables of which at least one is a subset. It costs what is visible: the pages of the subsets are
 * not made, and a page is compared once for all of them.
 */
export function diffSubsets(base: Table | undefined, next: Table, precision: PrecisionNode): TableDiff {
  const wholeBase = base === undefined ? undefined : (base.subset?.whole ?? base)
  const whole = next.subset?.whole ?? next
  const basePages = wholeBase?.pages ?? []
  const { pages } = whole
  const diffs = wholeBase === undefined ? undefined : diffsBetween(wholeBase, whole, precision)
  const removed = takeSlots()
  const added: OpenGroup[] = []
  const changed: OpenGroup[] = []
  const before = base?.shown ?? noRows
  const now = next.shown
  if (before === now && diffs !== undefined && now.numbers.length > 0) {
    const group = allChanged(now, basePages, whole, diffs)
    if (group !== undefined) return { basePages, pages, removed, added, changed: [group] }
  }
  let basePlace = 0
  let place = 0
  let earlier = 0
  while (basePlace < before.numbers.length || place < now.numbers.length) {
    const numberBefore = basePlace < before.numbers.length ? before.numbers[basePlace]! : maxSlots
    const numberNow = place < now.numbers.length ? now.numbers[place]! : maxSlots
    const number = Math.min(numberBefore, numberNow)
    const shownBefore = numberBefore === number ? before.bits[basePlace++]! : 0
    const shown = numberNow === number ? now.bits[place++]! : 0
    const first = number * pageSize
    const page = pages[number]
    if ((shownBefore & ~shown) !== 0) addRanks(removed, earlier, shownBefore, shownBefore & ~shown)
    let kept = shownBefore & shown
    let diff: PageDiff | undefined
    if (kept !== 0 && page !== basePages[number]) {
      diff = diffOfPage(number, basePages[number]!, page!, whole, diffs!)
      kept &= ~diff.replaced
    }
    for (let bits = shown & ~kept; bits !== 0; bits &= bits - 1) {
      const index = lowestBit(bits)
      groupOf(added, page!.shapes[index]!).slots.push(first + index)
    }
    if (diff !== undefined) {
      const runs = diff.runs.length > 1 ? visibleRuns(diff.runs, kept) : diff.runs
      for (let at = 0; at < runs.length; at++) {
        const run = runs[at]!
        const visible = run.bits & kept
        if (visible === 0) continue
        const group = groupOf(changed, run.shape)
        addRun(group, first, run, visible)
        addRanks(group.ranks, earlier, shownBefore, visible)
      }
    }
    earlier += countBits(shownBefore)
  }
  return { basePages, pages, removed, added, changed }
}

/**
 * The changed rows of a subset that has the same rows as before, and all of them have changed, as in a game where everything
 * moves; undefined if that is not so. The lists of a picked subset are kept from tick to tick.
 */
function allChanged(shown: ShownRows, basePages: readonly Page[], whole: Table, diffs: Known): RowGroup | undefined {
  const { numbers, bits } = shown
  const runs: PageRun[] = []
  for (let place = 0; place < numbers.length; place++) {
    const number = numbers[place]!
    const base = basePages[number]!
    const page = whole.pages[number]!
    if (base === page) return undefined
    const found = diffOfPage(number, base, page, whole, diffs).runs
    const run = found[0]
    if (found.length !== 1 || (bits[place]! & ~run!.bits) !== 0) return undefined
    if (place > 0 && run!.shape !== runs[0]!.shape) return undefined
    runs.push(run!)
  }
  shown.rows ??= listRows(shown)
  return groupOfAll(runs, bits, shown.rows)
}

function listRows({ numbers, bits }: ShownRows): ShownSlots {
  const slots: number[] = []
  const pages: number[] = []
  for (let place = 0; place < numbers.length; place++) {
    for (let rest = bits[place]!; rest !== 0; rest &= rest - 1) {
      slots.push(numbers[place]! * pageSize + lowestBit(rest))
      pages.push(place)
    }
  }
  const count = slots.length
  return {
    slots: { list: Int32Array.from(slots), count },
    pages: Int32Array.from(pages),
    starts: new Int32Array(numbers.length).fill(-1),
    cells: { list: new Int32Array(count), count },
  }
}

const noRows = { numbers: [], bits: [] }

function diffsBetween(base: Table, next: Table, precision: PrecisionNode): Known {
  const about = known.about(next)
  for (const one of about) if (one.from === base.serial && one.precision === precision) return one
  const one = { from: base.serial, precision, pages: new Array(next.pages.length), store: new ChangeStore() }
  about.push(one)
  return one
}

function diffOfPage(
  number: number,
  base: Page,
  page: Page,
  whole: Table,
  { pages, store, precision }: Known,
): PageDiff {
  pages[number] ??= comparePages(base, page, whole, precision, store)
  return pages[number]
}

function comparePages(
  base: Page,
  page: Page,
  { shapes }: Table,
  precision: PrecisionNode,
  store: ChangeStore,
): PageDiff {
  let kept = page.used & base.used
  let replaced = 0
  if (page.ids !== base.ids) {
    for (let bits = kept; bits !== 0; bits &= bits - 1) {
      if (!isSameRow(base, page, lowestBit(bits))) replaced |= bits & -bits
    }
    kept &= ~replaced
  }
  const runs: PageRun[] = []
  if (kept !== 0) findChanges(base, page, kept, shapes, precision, store, (run) => runs.push(run))
  return { replaced, runs }
}

/** The runs with visible rows. Their order is that of these rows. */
function visibleRuns(runs: readonly PageRun[], shown: number): readonly PageRun[] {
  const visible = runs.filter(({ bits }) => (bits & shown) !== 0)
  return visible.sort((a, b) => lowestBit(a.bits & shown) - lowestBit(b.bits & shown))
}
