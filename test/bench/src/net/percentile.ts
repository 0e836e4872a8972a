/**
 * The value that a share of some values does not exceed, by the nearest rank.
 * @param share above 0, 1 at most: 0.99 for the one that 99 of 100 do not exceed
 * @returns NaN where there are no values
 */
export function percentile(values: readonly number[], share: number): number {
  const rank = Math.ceil(values.length * share)
  return values.toSorted((a, b) => a - b)[rank - 1] ?? Number.NaN
}
