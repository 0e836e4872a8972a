/** A record of `count` rows under the ids `p0`, `p1` and so on. */
export function rowsOf<Row>(count: number, row: (index: number) => Row): Record<string, Row> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [rowId(index), row(index)]))
}

export function rowId(index: number): string {
  return `p${index}`
}
