import type { AnyGame } from '@tygase/gamestate'
import type { EventInfo } from '../shared/look-game.js'

/** The parts of a schema that give its JSON Schema. Each library has its own way. */
interface Described {
  readonly '~standard'?: {
    readonly vendor?: unknown
    /** Standard JSON Schema: zod, arktype and others. */
    readonly jsonSchema?: { input?(options: { target: string }): unknown }
  }
}

/** Makes JSON Schema of schemas that cannot do it by themselves. */
export type SchemaWriter = (schema: unknown) => unknown

/** A longer text says too much for a form. */
const mostSchemaLength = 20_000

/**
 * A schema as the text of a JSON Schema.
 * @param schema a standard schema
 * @param write for the schemas of `zod/mini`, see `loadSchemaWriter`
 * @returns the empty text if the schema cannot say what it takes: then a form has a field for JSON
 */
export function schemaText(schema: unknown, write?: SchemaWriter): string {
  try {
    const { vendor, jsonSchema } = (schema as Described)['~standard'] ?? {}
    const found = jsonSchema?.input?.({ target: 'draft-2020-12' }) ?? (vendor === 'zod' ? write?.(schema) : undefined)
    const text = found === undefined ? '' : JSON.stringify(found)
    return text.length > mostSchemaLength ? '' : text
  } catch {
    // a transformation, for example, that JSON Schema has no word for
    return ''
  }
}

/** The events of a game, those of rules first, and in the order in which the game has them. */
export function describeEvents(game: AnyGame, write?: SchemaWriter): EventInfo[] {
  const rules = Object.entries(game.events as Record<string, { schema: unknown; from: 'client' | 'server' }>)
  return [
    ...rules.map(([name, { schema, from }]) => ({
      name,
      from,
      hasSchema: schema !== undefined,
      schema: schema === undefined ? '' : schemaText(schema, write),
    })),
    ...Object.keys(game.serverEvents as object).map((name) => ({
      name,
      from: 'out' as const,
      hasSchema: false,
      schema: '',
    })),
  ]
}

/** Loads what describes the schemas of `zod/mini`: the zod of the game, if there is one. Never rejects. */
export async function loadSchemaWriter(): Promise<SchemaWriter | undefined> {
  try {
    const { toJSONSchema } = await import('zod')
    return (schema) =>
      toJSONSchema(schema as Parameters<typeof toJSONSchema>[0], { io: 'input', unrepresentable: 'any' })
  } catch {
    return undefined
  }
}
