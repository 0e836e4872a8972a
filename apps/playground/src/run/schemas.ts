import type { StandardSchemaV1 } from '@standard-schema/spec'

/** A sentence for values that are not as they should be, or an object with it. */
type Told = string | { readonly error?: string; readonly message?: string }

type Issues = { readonly message: string; readonly path: readonly PropertyKey[] }[]

/** Reads a value: notes what is wrong, or gives it back without what nobody has asked for. */
type Read<T> = (value: unknown, path: readonly PropertyKey[], issues: Issues) => T

/** A condition for `schema.check`: a sentence if the value is not as it should be. */
type Check<T> = (value: T) => string | undefined

/** What a schema is known to allow, for schemas that are made of it. */
interface Traits {
  /** The key of an object may be missing. */
  readonly isOptional?: boolean
  /** All values that there are. */
  readonly values?: readonly unknown[]
  readonly shape?: Shape
}

type Shape = Readonly<Record<string, Schema<unknown>>>
type Flat<T> = { [Key in keyof T]: T[Key] } & {}
type OptionalKeys<S extends Shape> = { [Key in keyof S]: S[Key] extends Optional<unknown> ? Key : never }[keyof S]
type ObjectOf<S extends Shape> = Flat<
  { [Key in Exclude<keyof S, OptionalKeys<S>>]: Infer<S[Key]> } & { [Key in OptionalKeys<S>]?: Infer<S[Key]> }
>
type Literal = string | number | boolean | null

/** The type of the values that a schema lets through. */
type Infer<S> = S extends Schema<infer T> ? T : never

export type { Infer as infer, Infer as input, Infer as output }

const usualMessage = 'Invalid input'
const sentenceOf = (told: Told | undefined): string =>
  (typeof told === 'string' ? told : (told?.error ?? told?.message)) ?? usualMessage

/**
 * What `zod/mini` is in rules of the playground: the part of it that rules need, in a twentieth of the bytes. A test holds it
 * against zod itself.
 */
class Schema<T> implements StandardSchemaV1<T, T> {
  readonly '~standard': StandardSchemaV1.Props<T, T>
  /** @internal */
  readonly read: Read<T>
  /** @internal */
  readonly traits: Traits

  constructor(read: Read<T>, traits: Traits = {}) {
    this.read = read
    this.traits = traits
    this['~standard'] = {
      version: 1,
      vendor: 'zod',
      validate: (value) => {
        const issues: Issues = []
        const read = this.read(value, [], issues)
        return issues.length > 0 ? { issues } : { value: read }
      },
    }
  }

  /** A schema with more conditions. They are asked when all else is right. */
  check(...checks: readonly Check<T>[]): this {
    const read: Read<T> = (value, path, issues) => {
      const { length } = issues
      const own = this.read(value, path, issues)
      for (const check of issues.length > length ? [] : checks) {
        const message = check(own)
        if (message !== undefined) issues.push({ message, path })
      }
      return own
    }
    // reason: a schema of the same class, with the same traits
    return new Schema(read, this.traits) as this
  }

  /** The value, without what the schema does not know. @throws Error if it is wrong */
  parse(value: unknown): T {
    const issues: Issues = []
    const read = this.read(value, [], issues)
    if (issues.length > 0)
      throw new Error(issues.map(({ message, path }) => `${path.join('.')}: ${message}`).join('; '))
    return read
  }
}

export type { Schema as ZodMiniType }

interface Optional<T> extends Schema<T> {
  readonly traits: Traits & { readonly isOptional: true }
}

/** A schema of the values for which `is` is true. */
function simple<T>(is: (value: unknown) => boolean, told: Told | undefined, traits?: Traits): Schema<T> {
  const message = sentenceOf(told)
  return new Schema<T>((value, path, issues) => {
    if (!is(value)) issues.push({ message, path })
    return value as T
  }, traits)
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const string = (told?: Told): Schema<string> => simple((value) => typeof value === 'string', told)
export const boolean = (told?: Told): Schema<boolean> => simple((value) => typeof value === 'boolean', told)
/** A finite number. */
export const number = (told?: Told): Schema<number> => simple(Number.isFinite, told)
/** A whole number up to 2^53 - 1. */
export const int = (told?: Told): Schema<number> => simple(Number.isSafeInteger, told)

export function literal<const T extends Literal>(value: T | readonly T[], told?: Told): Schema<T> {
  const values = Array.isArray(value) ? (value as readonly T[]) : [value as T]
  return simple((given) => values.includes(given as T), told, { values })
}

function enumOf<const T extends string>(values: readonly T[], told?: Told): Schema<T> {
  return literal(values, told)
}

export { enumOf as enum }

export function nullable<T>(schema: Schema<T>): Schema<T | null> {
  const { isOptional = false } = schema.traits
  return new Schema<T | null>(
    (value, path, issues) => (value === null ? null : schema.read(value, path, issues)),
    isOptional ? { isOptional } : {},
  )
}

export function optional<T>(schema: Schema<T>): Optional<T | undefined> {
  const read: Read<T | undefined> = (value, path, issues) =>
    value === undefined ? undefined : schema.read(value, path, issues)
  return new Schema(read, { isOptional: true }) as Optional<T | undefined>
}

export function array<T>(schema: Schema<T>, told?: Told): Schema<T[]> {
  const message = sentenceOf(told)
  return new Schema<T[]>((value, path, issues) => {
    if (Array.isArray(value)) return value.map((item, index) => schema.read(item, [...path, index], issues))
    issues.push({ message, path })
    return []
  })
}

export function tuple<const S extends readonly Schema<unknown>[]>(
  schemas: S,
  told?: Told,
): Schema<{ -readonly [Key in keyof S]: Infer<S[Key]> }> {
  const message = sentenceOf(told)
  const least = schemas.findLastIndex(({ traits }) => !traits.isOptional) + 1
  return new Schema((value, path, issues) => {
    const items: readonly unknown[] = Array.isArray(value) ? value : []
    if (items !== value || items.length < least || items.length > schemas.length) issues.push({ message, path })
    // reason: one value for each schema
    return items.map((item, index) => schemas[index]?.read(item, [...path, index], issues)) as never
  })
}

function objectOf<S extends Shape>(shape: S, told: Told | undefined, isStrict: boolean): Schema<ObjectOf<S>> {
  const message = sentenceOf(told)
  const read = (value: unknown, path: readonly PropertyKey[], issues: Issues): ObjectOf<S> => {
    const known: Record<string, unknown> = {}
    if (isObject(value)) {
      for (const [key, schema] of Object.entries(shape)) {
        if (key in value || !schema.traits.isOptional) known[key] = schema.read(value[key], [...path, key], issues)
      }
      if (isStrict && Object.keys(value).some((key) => !Object.hasOwn(shape, key))) issues.push({ message, path })
    } else issues.push({ message, path })
    return known as ObjectOf<S>
  }
  return new Schema(read, { shape })
}

/** Other keys are left out. */
export const object = <S extends Shape>(shape: S, told?: Told): Schema<ObjectOf<S>> => objectOf(shape, told, false)
/** Other keys are refused. */
export const strictObject = <S extends Shape>(shape: S, told?: Told): Schema<ObjectOf<S>> => objectOf(shape, told, true)

/** An object with these keys and values. If the schema of the keys has a list of them, all must be there. */
export function record<K extends string, T>(
  keys: Schema<K>,
  values: Schema<T>,
  told?: Told,
): Schema<{ [Key in K]: T }> {
  const message = sentenceOf(told)
  const all = keys.traits.values as readonly string[] | undefined
  return new Schema((value, path, issues) => {
    const entries: Record<string, unknown> = {}
    if (!isObject(value)) issues.push({ message, path })
    else {
      const own = Object.keys(value).filter((key) => key !== '__proto__')
      for (const key of all ?? own) entries[key] = values.read(value[key], [...path, key], issues)
      if (all !== undefined && own.some((key) => !all.includes(key))) issues.push({ message, path })
      if (all === undefined) for (const key of own) keys.read(key, [...path, key], issues)
    }
    // reason: every key and every value has been read
    return entries as { [Key in K]: T }
  })
}

export function union<const S extends readonly Schema<unknown>[]>(schemas: S, told?: Told): Schema<Infer<S[number]>> {
  const message = sentenceOf(told)
  const isOptional = schemas.some(({ traits }) => traits.isOptional)
  return new Schema(
    (value, path, issues) => {
      for (const schema of schemas) {
        const own: Issues = []
        const read = schema.read(value, path, own)
        if (own.length === 0) return read as Infer<S[number]>
      }
      issues.push({ message, path })
      return value as Infer<S[number]>
    },
    isOptional ? { isOptional } : {},
  )
}

/** One of several kinds of object, told apart by one key. @throws Error if an object has no list of values for the key */
export function discriminatedUnion<const S extends readonly Schema<unknown>[]>(
  key: string,
  schemas: S,
  told?: Told,
): Schema<Infer<S[number]>> {
  const message = sentenceOf(told)
  const byValue = new Map<unknown, Schema<unknown>>()
  for (const schema of schemas) {
    const values = schema.traits.shape?.[key]?.traits.values
    if (values === undefined) throw new Error(`each object of a discriminated union says which '${key}' it has`)
    for (const value of values) byValue.set(value, schema)
  }
  return new Schema((value, path, issues) => {
    const found = isObject(value) ? byValue.get(value[key]) : undefined
    if (found === undefined) issues.push({ message, path: isObject(value) ? [...path, key] : path })
    return (found?.read(value, path, issues) ?? value) as Infer<S[number]>
  })
}

/** A condition with its sentence. */
const when =
  <T>(is: (value: T) => boolean, told: Told | undefined): Check<T> =>
  (value) =>
    is(value) ? undefined : sentenceOf(told)

export const gte = (least: number, told?: Told): Check<number> => when((value) => value >= least, told)
export const lte = (most: number, told?: Told): Check<number> => when((value) => value <= most, told)
export { gte as minimum, lte as maximum }
export const minLength = (least: number, told?: Told): Check<{ readonly length: number }> =>
  when(({ length }) => length >= least, told)
export const maxLength = (most: number, told?: Told): Check<{ readonly length: number }> =>
  when(({ length }) => length <= most, told)
export const regex = (pattern: RegExp, told?: Told): Check<string> =>
  // a pattern with a flag `g` would go on where it has ended before
  when((text) => text.search(pattern) >= 0, told)
