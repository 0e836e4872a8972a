import type { Table } from './table.js'

/** What is noted: an `EntityMap`, or immer's draft of one. */
export interface HasTable {
  table: Table
}

let openMaps: HasTable[] | undefined

/** Notes a map whose table was opened, for the transaction that is running, if one is. */
export function noteOpen(map: HasTable): void {
  openMaps?.push(map)
}

/**
 * Runs `work` and collects the maps that it opens. Rules are synchronous, so what is running is known without passing
 * it through every map; transactions may be nested.
 */
export function collectOpenMaps<Result>(into: HasTable[], work: () => Result): Result {
  const outer = openMaps
  openMaps = into
  try {
    return work()
  } finally {
    openMaps = outer
  }
}
