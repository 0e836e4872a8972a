/** The word of `known` that is closest to `typed`; undefined if none is close. */
export function nearestWord(typed: string, known: readonly string[]): string | undefined {
  if (typed === '') return undefined
  const found = known
    .map((word) => ({ word, distance: word.startsWith(typed) ? 1 : editDistance(typed, word) }))
    .sort((one, other) => one.distance - other.distance)[0]
  return found !== undefined && found.distance <= 2 ? found.word : undefined
}

/** The number of letters to change, add, remove or swap with the next one, to turn one text into the other. */
function editDistance(from: string, to: string): number {
  let before: number[] = []
  let row = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let y = 1; y <= from.length; y++) {
    const next = [y]
    for (let x = 1; x <= to.length; x++) {
      const changed = (row[x - 1] ?? 0) + (from[y - 1] === to[x - 1] ? 0 : 1)
      const isSwapped = from[y - 1] === to[x - 2] && from[y - 2] === to[x - 1]
      const swapped = isSwapped ? (before[x - 2] ?? 0) + 1 : changed
      next.push(Math.min(changed, swapped, (row[x] ?? 0) + 1, (next[x - 1] ?? 0) + 1))
    }
    before = row
    row = next
  }
  return row[to.length] ?? 0
}
