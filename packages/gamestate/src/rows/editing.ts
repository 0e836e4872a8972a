import { atOnce, type Path } from '../values/plain.js'
import { rowIn } from './columns.js'
import {
  dropDraft,
  type EntityId,
  indexOf,
  lowestBit,
  noDrafts,
  type Page,
  pageOf,
  placeOfDraft,
  putDraft,
  type Row,
} from './page.js'
import { rowCodeOf } from './row-code.js'
import { checkDrafts, freezeRow, sealPage, thawRow } from './sealing-rows.js'
import { comparisonOf } from './shape-comparison.js'
import { type SealPage, Table } from './table.js'

/** A draft before a rule edited its row. Most rules edit a row or two: to note a page for each would cost more than the rule. */
interface RowState {
  readonly page: Page
  readonly index: number
  /** undefined: there was none. */
  readonly draft: Row | undefined
}

/** A page before a rule set or deleted a row in it, or edited all of them. */
interface PageState {
  readonly page: Page
  readonly index: undefined
  readonly touched: number
  readonly drafts: Row[]
  readonly used: number
  readonly ids: Page['ids']
  readonly shapes: Page['shapes']
  readonly ownsIds: boolean
  readonly areLoose: boolean
}

/**
 * A table that rules change. Several rules may change it one after the other before it is sealed. What one of them has done
 * can be taken back: it is noted what was there before.
 */
export class OpenTable extends Table {
  /** Counts the rules; 0 until the first `beginRule`. */
  #rule = 0
  /** What the running rule has found, in the order of its changes. Of a page that is noted no rows are. */
  #states: (RowState | PageState)[] = []
  #size = 0
  #firstFree = 0
  #nested = false

  /** A copy of the row in a slot, which the rule may change. The slot must hold a row. */
  edit(slot: number): Row {
    const page = super.pageForWrite(pageOf(slot))
    const index = indexOf(slot)
    const bit = 1 << index
    const isTouched = (page.touched & bit) !== 0
    const place = placeOfDraft(page, index)
    const draft = isTouched ? page.drafts[place] : undefined
    if ((page.fresh & bit) !== 0) return draft!
    if (this.#rule > 0 && page.rule !== this.#rule) this.#states.push({ page, index, draft })
    if (draft === undefined) return this.#draft(page, index)
    // an earlier rule may have kept its draft
    const copy = this.#copy(draft, page.shapes[index]!)
    page.drafts[place] = copy
    page.fresh |= bit
    page.found = undefined
    return copy
  }

  /** Calls `change` with each row as `edit` returns it. A row that is deleted before its turn is left out. */
  editEach(change: (row: Row, id: EntityId) => void): void {
    for (let number = 0; number < this.pages.length; number++) {
      const all = this.pages[number]!.used
      if (all === 0) continue
      const page = this.pageForWrite(number)
      if (page.layout !== undefined && page.touched === 0) {
        page.drafts = []
        rowCodeOf(page.layout).draftAll(page.columns, all, page.drafts)
        page.touched = all
        page.fresh = all
        page.found = undefined
        page.areMade = true
      }
      let place = 0
      for (let bits = all; bits !== 0; bits &= bits - 1) {
        const index = lowestBit(bits)
        const bit = bits & -bits
        if (page.touched === all && page.fresh === all) {
          atOnce('change', change(page.drafts[place++]!, page.ids[index]!))
          continue
        }
        place++
        if ((page.used & bit) === 0) continue
        atOnce('change', change(this.edit(number * 32 + index), page.ids[index]!))
      }
    }
  }

  /** What follows can be undone at once. */
  beginRule(): void {
    this.#rule++
    if (this.#states.length > 0) this.#states = []
    this.#size = this.size
    this.#firstFree = this.firstFree
    this.#nested = this.nested
    if (this.putsToUndo?.length !== 0) this.putsToUndo = []
  }

  /**
   * The rule has returned: checks the rows that it has set or was given by `edit`, and freezes them. Without `beginRule`, the
   * rule is the one that has opened the table.
   * @param path of the map, for errors
   * @throws GameStateError `invalid_value` with the path. Then `undoRule` has to be called.
   */
  keepRule(path: Path | undefined): void {
    if (this.#rule === 0) for (const number of this.touchedPages) checkDrafts(this, this.pages[number]!, path, true)
    else for (const { page } of this.#states) if (page.fresh !== 0) checkDrafts(this, page, path, false)
  }

  /** Takes back what has been done since `beginRule`. A write to a row that the rule has kept throws. */
  undoRule(): void {
    for (const { page } of this.#states) {
      if (page.fresh !== 0) freezeDrafts(page.drafts, this.nested)
      page.fresh = 0
    }
    for (const state of this.#states.reverse()) restore(state)
    this.#states = []
    this.nested = this.#nested
    this.undo(this.#size, this.#firstFree)
  }

  override seal(sealPage?: SealPage): Table {
    const sealed = super.seal(sealPage)
    this.#states = []
    this.putsToUndo = undefined
    return sealed
  }

  override pageForWrite(number: number): Page {
    const page = super.pageForWrite(number)
    if (page.rule !== this.#rule) this.#note(page)
    return page
  }

  #note(page: Page): void {
    const { touched, drafts, used, ids, shapes, ownsIds, areLoose } = page
    this.#states.push({ page, index: undefined, touched, drafts, used, ids, shapes, ownsIds, areLoose })
    page.rule = this.#rule
    page.ownsIds = false
    if (drafts !== noDrafts) page.drafts = drafts.slice()
  }

  #draft(page: Page, index: number): Row {
    const row =
      page.layout === undefined
        ? this.#copy(rowIn(page, index)!, page.shapes[index]!)
        : rowCodeOf(page.layout).draft(page.columns, index)
    putDraft(page, index, row)
    return row
  }

  /** A draft like a sealed row. */
  #copy(row: Row, shape: number): Row {
    if (shape > 0 && !this.nested && comparisonOf(this.shapes[shape]!).hasFields(row)) {
      return this.shapes[shape]!.copy(row)
    }
    return thawRow(row, this.nested)
  }
}

function restore(state: RowState | PageState): void {
  const { page } = state
  page.found = undefined
  page.areMade = false
  if (state.index === undefined) {
    page.areLoose = state.areLoose
    page.touched = state.touched
    page.drafts = state.drafts
    page.used = state.used
    page.ids = state.ids
    page.shapes = state.shapes
    page.ownsIds = state.ownsIds
  } else if (state.draft === undefined) dropDraft(page, state.index)
  else page.drafts[placeOfDraft(page, state.index)] = Object.freeze(state.draft)
}

/**
 * Ends the changes of an open table: checks every row that was changed, replaces equal parts by the old ones, freezes all
 * that is new.
 * @param path of the map, for errors
 * @returns the table, or its base if nothing has changed
 * @throws GameStateError `invalid_value` with the path. The table cannot be used afterwards.
 */
export function sealTable(table: Table, path: Path | undefined): Table {
  return table.seal((page, basePage) => sealPage(table, page, basePage, path))
}

/** Ends the changes of a failed transaction: freezes the rows of an open table, so that later writes to them throw. */
export function discardTable({ touchedPages, pages, nested }: Table): void {
  for (const number of touchedPages) freezeDrafts(pages[number]?.drafts, nested)
}

function freezeDrafts(drafts: readonly Row[] | undefined, nested: boolean): void {
  drafts?.forEach((row) => void freezeRow(row, nested))
}
