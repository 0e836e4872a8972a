import { parseDuration } from './duration.js'
import { Secret } from './secret.js'

/** What a setting is made of; the functions below make them. */
export interface Setting<Value> {
  /** The value where nobody gives one; undefined: somebody has to. */
  readonly default: Value | undefined
  /** The variable of the environment. Default: the prefix and the key, `maxSessions` as `MAX_SESSIONS`. */
  readonly env: string | undefined
  /** For messages: what a right value is. */
  readonly expected: string
  /** Whether messages may say what a wrong value was. */
  readonly isSecret: boolean
  /** @param given text of the environment, or what the file has @returns undefined for what is wrong */
  read(given: unknown): Value | undefined
}

export interface SettingOptions<Value> {
  default?: Value
  env?: string
}

/** A text. @param options `pattern`: what it has to look like; without one it may be any that is not empty */
export function text(options: SettingOptions<string> & { pattern?: RegExp } = {}): Setting<string> {
  const { pattern } = options
  const expected = pattern === undefined ? 'a text' : `a text like ${pattern}`
  return setting(options, expected, (given) =>
    typeof given === 'string' && given !== '' && (pattern === undefined || given.search(pattern) >= 0)
      ? given
      : undefined,
  )
}

/** A text that is never printed, also when it is wrong. @param options `minLength` in characters, default 1 */
export function secret({ minLength = 1, ...options }: { minLength?: number; env?: string } = {}): Setting<Secret> {
  const read = (given: unknown): Secret | undefined =>
    typeof given === 'string' && given.length >= minLength ? new Secret(given) : undefined
  return { ...setting(options, `a secret of at least ${minLength} characters`, read), isSecret: true }
}

/** A whole number. @param options `min` and `max` belong to the range; default: those between which numbers are exact */
export function integer(options: SettingOptions<number> & { min?: number; max?: number } = {}): Setting<number> {
  const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = options
  return setting(options, `a whole number from ${min} to ${max}`, (given) => {
    const value = typeof given === 'string' && /^[+-]?\d+$/.test(given) ? Number(given) : given
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max ? value : undefined
  })
}

const words: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
}

/** Yes or no: true, yes, on, 1, or false, no, off, 0, in small letters or not. */
export function boolean(options: SettingOptions<boolean> = {}): Setting<boolean> {
  return setting(options, 'true or false', (given) => {
    const word = String(given).toLowerCase()
    return ['string', 'boolean', 'number'].includes(typeof given) && Object.hasOwn(words, word)
      ? words[word]
      : undefined
  })
}

/** Texts: with commas between them in the environment, an array in the file. */
export function list(options: SettingOptions<readonly string[]> = {}): Setting<readonly string[]> {
  return setting(options, 'a list of texts', (given) => {
    const parts = typeof given === 'string' ? given.split(',').map((part) => part.trim()) : given
    if (!Array.isArray(parts) || !parts.every((part) => typeof part === 'string' && part !== '')) return undefined
    return Object.freeze([...parts])
  })
}

/** A span of time in ms, given as `250 ms`, `10 s`, `5 min`, `2 h` or `1 d`. @param options `default` in ms */
export function duration(options: SettingOptions<number> & { minMs?: number; maxMs?: number } = {}): Setting<number> {
  const { minMs = 0, maxMs = Number.POSITIVE_INFINITY } = options
  const range = maxMs === Number.POSITIVE_INFINITY ? `from ${minMs} ms` : `from ${minMs} to ${maxMs} ms`
  return setting(options, `a time like 250 ms, 10 s or 5 min, ${range}`, (given) => {
    const ms = typeof given === 'string' ? parseDuration(given) : undefined
    return ms !== undefined && ms >= minMs && ms <= maxMs ? ms : undefined
  })
}

function setting<Value>(
  options: SettingOptions<Value>,
  expected: string,
  read: (given: unknown) => Value | undefined,
): Setting<Value> {
  return { default: options.default, env: options.env, expected, isSecret: false, read }
}
