import { columnKind } from '../../rows/columns.js'
import { countBits } from '../../rows/page.js'
import { isSame } from '../../values/equality.js'
import { type SlotList, type Slots, takeSlots } from '../bits/slot-set.js'
import { readValues } from './column-cells.js'
import type { NumberPool } from './column-data.js'
import { type ColumnNumbers, type ColumnRows, pickNumbers, pickRows, takeColumn } from './column-data.js'
import { type Forecast, findForecasts, type Sample, source, takeSample } from './forecast.js'
import { type RowGroup, touchedPlaces } from './page-diff.js'
import { QuickSearch } from './quick-search.js'
import { type SharedChanges, takeChanges } from './shared-changes.js'

/** If fewer than this share of a group's rows have changed in a field, the field names its rows; else it is written for all. */
const minShareOfAll = 0.6

/** A field with changes that the wire carries. */
export interface ChangedField {
  readonly field: number
  /** Places of the changed rows in the group; undefined for all rows. */
  readonly places: Slots | undefined
  readonly numbers: ColumnNumbers | undefined
  /** If it is set, `numbers` is not: the changes in quanta, which subsets share. */
  readonly changes?: Slots
  readonly found: readonly Forecast[]
  /** Booleans that are the opposite of the old ones: all are the same now, or not. */
  readonly flipped?: 'alike' | 'each'
}

/** Finds the fields of a group's rows that have changed, in the order in which they are written. */
export function changedFields(pool: NumberPool, all: ColumnRows, group: RowGroup): readonly ChangedField[] {
  const changed: ChangedField[] = []
  const { count } = group.slots
  const enough = count * minShareOfAll
  const isShared = group.runs[0]!.shared !== undefined
  const search = isShared ? new QuickSearch(all) : undefined
  let sample: Sample | 'none' | undefined
  for (let field = 0; field < all.shape.fields.length; field++) {
    const touched = group.counts[field]!
    if (touched === 0) continue
    if (search !== undefined) {
      const touchedOnes = touched < enough ? touchedPlaces(group, field) : undefined
      const taken = takeChanges(all, group, field, touchedOnes)
      if (taken !== undefined) {
        addShared(pool, all, field, taken, touchedOnes, search, changed)
        continue
      }
    }
    // the places of the rows in which it differs; undefined for all or nearly all rows
    const few = touched < count && touched < enough ? touchedPlaces(group, field) : undefined
    if (few !== undefined || touched === count) {
      const flipped = flips(group, field, touched)
      if (flipped !== undefined) {
        changed.push({ field, places: few, numbers: undefined, found: [], flipped })
        continue
      }
    }
    const some = few === undefined ? all : pickRows(all, few)
    const numbers = takeColumn(pool, some, field)
    const forecasts = (): readonly Forecast[] => {
      if (numbers === undefined) return []
      if (few !== undefined) return findForecasts(takeSample(pool, some), field)
      sample ??= takeSample(pool, all) ?? 'none'
      return sample === 'none' ? [] : findForecasts(sample, field)
    }
    if (few === undefined && numbers?.bases !== undefined && countChanges(numbers) >= enough) {
      changed.push({ field, places: undefined, numbers, found: forecasts() })
      continue
    }
    const visible = visiblePlaces(some, field, numbers)
    if (visible.count === 0) continue
    if (few === undefined && visible.count >= enough)
      changed.push({ field, places: undefined, numbers, found: forecasts() })
    else {
      const found = forecasts()
      changed.push({
        field,
        places: few === undefined ? visible : placesIn(few, visible),
        numbers: numbers && pickNumbers(numbers, visible),
        found,
      })
    }
  }
  return inOrder(changed)
}

/**
 * Adds a field of which the changes are known, if the wire would carry one.
 * @param few the places of the rows of the changes; undefined for all rows
 */
function addShared(
  pool: NumberPool,
  all: ColumnRows,
  field: number,
  { changes, visible }: SharedChanges,
  few: Slots | undefined,
  search: QuickSearch,
  changed: ChangedField[],
): void {
  if (visible === 0) return
  if (few === undefined && visible >= all.slots.count * minShareOfAll) {
    changed.push({ field, places: undefined, numbers: undefined, changes, found: search.forecastsOf(pool, field) })
    return
  }
  const places = few !== undefined && visible === few.count ? few : visibleOf(changes, few)
  const found = new QuickSearch(pickRows(all, places)).forecastsOf(pool, field)
  changed.push({ field, places, numbers: undefined, changes, found })
}

/** The places of the changes that are not zero. The others are taken out of the list. */
function visibleOf(changes: SlotList, few: Slots | undefined): Slots {
  const { list, count } = changes
  const places = takeSlots()
  for (let index = 0; index < count; index++) {
    if (list[index] === 0) continue
    list[places.count] = list[index]!
    places.push(few === undefined ? index : few.list[index]!)
  }
  changes.count = places.count
  return places
}

/** Some places of a list of places. */
function placesIn(all: Slots, some: Slots): Slots {
  const places = takeSlots()
  for (let index = 0; index < some.count; index++) places.push(all.list[some.list[index]!]!)
  return places
}

/** Whether the rows that differ in a field are booleans before and after. @param touched the number of these rows */
function flips({ runs, bits }: RowGroup, field: number, touched: number): ChangedField['flipped'] {
  let trues = 0
  for (let index = 0; index < runs.length; index++) {
    const { base, page, differences } = runs[index]!
    if (base.layout?.kinds[field] !== columnKind.bits || page.layout?.kinds[field] !== columnKind.bits) return undefined
    trues += countBits(differences[field]! & bits[index]! & (page.columns[field] as number))
  }
  return touched > 1 && (trues === 0 || trues === touched) ? 'alike' : 'each'
}

function countChanges({ values, bases, count }: ColumnNumbers): number {
  let changes = 0
  for (let place = 0; place < count; place++) if (!Object.is(values[place], bases![place])) changes++
  return changes
}

/** Places of the rows for which the wire would carry another value than before. */
function visiblePlaces(some: ColumnRows, field: number, numbers: ColumnNumbers | undefined): SlotList {
  const places = takeSlots()
  if (numbers?.bases !== undefined) {
    const { values, bases, count } = numbers
    for (let place = 0; place < count; place++) if (!Object.is(values[place], bases[place])) places.push(place)
    return places
  }
  const { shape, bases, pages, slots } = some
  const precision = some.precisions[field]
  const before = readValues(bases!, shape, field, slots)
  const values = readValues(pages, shape, field, slots)
  for (let place = 0; place < slots.count; place++) {
    if (!isSame(before[place], values[place], precision)) places.push(place)
  }
  return places
}

/** Puts a column after those whose new values its forecasts may use. */
function inOrder(columns: readonly ChangedField[]): readonly ChangedField[] {
  if (columns.every(({ found }) => found.every((forecast) => forecast.source !== source.nextField))) return columns
  const waiting = [...columns]
  const order: ChangedField[] = []
  while (waiting.length > 0) {
    const isWaiting = (field: number): boolean => waiting.some((column) => column.field === field)
    const ready = waiting.findIndex(
      ({ field, found }) =>
        !found.some(
          (forecast) => forecast.source === source.nextField && forecast.field !== field && isWaiting(forecast.field),
        ),
    )
    // in a cycle any column may be first
    order.push(...waiting.splice(Math.max(0, ready), 1))
  }
  return order
}
