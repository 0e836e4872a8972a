/** A record of `count` rows under the ids `p0`, `p1` and so on, or with another first letter. */
export function rowsOf<Row>(count: number, row: (index: number) => Row, letter = 'p'): Record<string, Row> {
  return Object.fromEntries(Array.from({ length: count }, (_, index) => [`${letter}${index}`, row(index)]))
}

export function rowId(index: number): string {
  return `p${index}`
}
