/**
 * One option or limit. A table of these rows is the one place that has an option's default, range and meaning: it is checked
 * at run time, and the reference page of options is printed from it.
 */
export interface OptionRow {
  readonly name: string
  /** Undefined: there is none, and the option may be left out. */
  readonly default: number | boolean | string | undefined
  /** `ms`, `bytes`, `Hz`, `events` …; empty for an option that is no number. */
  readonly unit: string
  /** The lowest number that is allowed. */
  readonly min: number
  /** The highest number that is allowed. Left out: any, Infinity included. */
  readonly max?: number
  /** One or two sentences. */
  readonly meaning: string
  /** The code of the error or close that a peer or caller gets beyond the limit. */
  readonly code?: string
}

/**
 * @param value of an option that is a number
 * @returns a sentence that says why the value is not allowed; undefined if it is
 */
export function faultOfNumber({ name, min, max }: OptionRow, value: unknown): string | undefined {
  const isInRange = typeof value === 'number' && value >= min && (max === undefined || value <= max)
  if (isInRange) return undefined
  const range = max === undefined ? `from ${min}` : `from ${min} to ${max}`
  return `${name} is a number ${range}, not ${String(value)}`
}
