/** The part of a row of an option table that is checked at run time. */
export interface OptionRange {
  readonly name: string
  /** Undefined: there is none, and the option may be left out. */
  readonly default: number | boolean | string | undefined
  /** `ms`, `bytes`, `Hz`, `events` …; empty for an option that is no number. */
  readonly unit: string
  /** The lowest number that is allowed; `Number.MIN_VALUE`: any number above 0, -Infinity: any. */
  readonly min: number
  /** The highest number that is allowed. Left out: any, Infinity included. */
  readonly max?: number
  /** True: whole numbers and Infinity only. */
  readonly whole?: boolean
  /** The code of the error or close that a peer or caller gets beyond the limit. */
  readonly code?: string
}

/**
 * One option or limit. A table of these rows is the one place that has an option's default, range and meaning: it is checked
 * at run time, and the reference page of options is printed from it. Code that is part of a page's bundle keeps the
 * ranges alone, and a table beside it adds the meanings.
 */
export interface OptionRow extends OptionRange {
  /** One or two sentences. */
  readonly meaning: string
}

/**
 * @param value of an option that is a number
 * @returns a sentence that says why the value is not allowed; undefined if it is
 */
export function faultOfNumber(
  { name, min, max, whole = false }: Pick<OptionRange, 'name' | 'min' | 'max' | 'whole'>,
  value: unknown,
): string | undefined {
  const isInRange = typeof value === 'number' && value >= min && (max === undefined || value <= max)
  if (isInRange && (!whole || Number.isInteger(value) || value === Number.POSITIVE_INFINITY)) return undefined
  const least = min === Number.MIN_VALUE ? ' above 0' : min === Number.NEGATIVE_INFINITY ? '' : ` from ${min}`
  const most = max === undefined || max === Number.MAX_SAFE_INTEGER ? '' : ` to ${max}`
  return `${name} is a ${whole ? 'whole ' : ''}number${least}${most}, not ${String(value)}`
}

/**
 * Checks the options of one call: its keys, its numbers, and its switches (options whose default is true or false).
 * @param call as users write it: `createTasks`
 * @returns a sentence that says which option is wrong; undefined if none is
 */
export function faultOfOptions(call: string, rows: readonly OptionRange[], options: unknown): string | undefined {
  if (typeof options !== 'object' || options === null) return `the options of ${call} are an object`
  for (const [name, value] of Object.entries(options)) {
    const row = rows.find((candidate) => candidate.name === name)
    if (row === undefined) return `${call} has no option '${name}'; it has ${rows.map((each) => each.name).join(', ')}`
    if (value === undefined) continue
    const isSwitch = typeof row.default === 'boolean'
    if (isSwitch && typeof value !== 'boolean') return `${name} is true or false, not ${String(value)}`
    const fault = isSwitch || row.unit === '' ? undefined : faultOfNumber(row, value)
    if (fault !== undefined) return fault
  }
  return undefined
}

/**
 * The arguments after the name of an event: its data, then options. The options come second if the event has no data.
 * If each key of the data is also a key of the options, both must be given: the data could be mistaken for options.
 */
export type DispatchArguments<Data, Options> = [Data] extends [undefined]
  ? [options?: Options] | [data: undefined, options?: Options]
  : undefined extends Data
    ? [data?: Data, options?: Options]
    : [Data] extends [object]
      ? keyof Data extends keyof Options
        ? [data: Data, options: Options | undefined]
        : [data: Data, options?: Options]
      : [data: Data, options?: Options]

/**
 * Separates the data and the options of a call, see {@link DispatchArguments}. A single argument counts as options if it
 * is a plain object with at least one key and all its keys are names of options.
 * @param args what follows the name of the event
 */
export function dispatchArguments<Options extends object>(
  args: readonly unknown[],
  names: readonly string[],
): { data: unknown; options: Options | undefined } {
  const [first, second] = args
  if (args.length >= 2 || typeof first !== 'object' || first === null) {
    return { data: first, options: second as Options | undefined }
  }
  const keys = Object.keys(first)
  const isOptions = keys.length > 0 && keys.every((key) => names.includes(key))
  return isOptions ? { data: undefined, options: first as Options } : { data: first, options: undefined }
}
