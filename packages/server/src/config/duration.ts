const unitsMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/**
 * The milliseconds of a duration as people write it: `250 ms`, `1.5s`, `5 min`, `2h`, `1 d`, and `0`.
 * @returns undefined for what is none, numbers without a unit among them
 */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const { number, unit = '' } = /^(?<number>\d{1,9}(?:\.\d{1,9})?) ?(?<unit>ms|s|min|h|d)$/.exec(text)?.groups ?? {}
  return number === undefined ? undefined : Number(number) * (unitsMs[unit] ?? 0)
}
