/** The part of JSON Schema that forms are made of. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly title?: string
  readonly description?: string
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly items?: JsonSchema | boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly exclusiveMaximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
}

/** The kinds of fields that a form has. All else is written as JSON. */
export type FieldKind = 'text' | 'number' | 'integer' | 'boolean' | 'choice' | 'object' | 'json'

/** @returns undefined for a text that is none */
export function readSchema(text: string): JsonSchema | undefined {
  if (text === '') return undefined
  try {
    const schema: unknown = JSON.parse(text)
    return typeof schema === 'object' && schema !== null ? (schema as JsonSchema) : undefined
  } catch {
    return undefined
  }
}

/** The field for a schema. */
export function fieldKind(schema: JsonSchema): FieldKind {
  if (choicesOf(schema) !== undefined) return 'choice'
  switch (schema.type) {
    case 'string':
      return 'text'
    case 'number':
    case 'integer':
    case 'boolean':
      return schema.type
    case 'object':
      return Object.keys(schema.properties ?? {}).length > 0 ? 'object' : 'json'
    default:
      return 'json'
  }
}

/** The values of a schema that has few. */
export function choicesOf({ enum: values, const: only, anyOf, oneOf }: JsonSchema): readonly unknown[] | undefined {
  if (values !== undefined) return values
  if (only !== undefined) return [only]
  const forms = anyOf ?? oneOf
  const each = forms?.map((form) => form.enum ?? (form.const === undefined ? undefined : [form.const]))
  return each?.every((choices) => choices !== undefined) ? each.flat() : undefined
}

/** A value that a form begins with: the simplest one that fits. */
export function firstValue(schema: JsonSchema): unknown {
  if (schema.default !== undefined) return schema.default
  switch (fieldKind(schema)) {
    case 'choice':
      return choicesOf(schema)![0]
    case 'text':
      return ''
    case 'number':
    case 'integer':
      return clamp(0, schema)
    case 'boolean':
      return false
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties!)
          .filter(([name]) => schema.required?.includes(name))
          .map(([name, property]) => [name, firstValue(property)]),
      )
    case 'json':
      return schema.type === 'array' ? [] : schema.type === 'object' ? {} : null
  }
}

/** The limits of a field in a few characters, for people: `0 to 7`, `at most 24 letters`. Empty without limits. */
export function limitsOf(schema: JsonSchema): string {
  const { type, minimum, maximum, exclusiveMinimum, exclusiveMaximum, maxLength } = schema
  if (type === 'string') return maxLength === undefined ? '' : `at most ${maxLength} letters`
  const low = minimum ?? exclusiveMinimum
  const high = maximum ?? exclusiveMaximum
  const isFar = (bound: number | undefined): boolean =>
    bound === undefined || Math.abs(bound) >= Number.MAX_SAFE_INTEGER
  if (isFar(low)) return isFar(high) ? '' : `at most ${high}`
  return isFar(high) ? `from ${low}` : `${low} to ${high}`
}

function clamp(
  value: number,
  { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY }: JsonSchema,
): number {
  return Math.max(minimum, Math.min(maximum, value))
}
