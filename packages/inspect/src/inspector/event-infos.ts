import type { AnyGame } from '@tygase/gamestate'
import type { EventInfo } from '../shared/look-game.js'

const mostEvents = 200
const mostSchemaLength = 4000
/** Of all schemas of a game together. */
const mostSchemasLength = 24_000

/** Makes JSON Schema of a schema of zod. */
type SchemaWriter = (schema: unknown) => unknown

/** What libraries of schemas name the function that gives JSON Schema. */
interface Describing {
  readonly '~standard'?: {
    readonly vendor?: unknown
    readonly jsonSchema?: { input?(options: { target: string }): unknown }
  }
  toJSONSchema?(): unknown
  toJsonSchema?(): unknown
}

const known = new WeakMap<AnyGame, readonly EventInfo[]>()
/** Schemas of `zod/mini` leave JSON Schema to zod, which is loaded with the first game that is described. */
let loading: Promise<void> | undefined
let writer: SchemaWriter | undefined

/** The events of a game that can be sent by hand, with the schemas of their data. */
export function eventsOf(game: AnyGame): readonly EventInfo[] {
  let infos = known.get(game)
  if (infos === undefined) {
    infos = Object.freeze(infosOf(game))
    known.set(game, infos)
    // what it knew before the writer was there is found out anew
    if (loading === undefined) loadWriter().then(() => known.delete(game))
  }
  return infos
}

/** Resolves when the schemas of all libraries can be described that the game may use. Never rejects. */
export function loadWriter(): Promise<void> {
  loading ??= import('zod').then(
    ({ toJSONSchema }) => {
      const options = { io: 'input', unrepresentable: 'any' } as const
      writer = (schema) => toJSONSchema(schema as Parameters<typeof toJSONSchema>[0], options)
    },
    // the game uses another library
    () => {},
  )
  return loading
}

function infosOf({ events, serverEvents }: AnyGame): EventInfo[] {
  let left = mostSchemasLength
  const infos: EventInfo[] = []
  for (const [name, { schema, from }] of Object.entries(events) as [
    string,
    { schema: unknown; from: 'client' | 'server' },
  ][]) {
    const text = schemaText(schema)
    const isShown = text.length <= Math.min(left, mostSchemaLength)
    if (isShown) left -= text.length
    infos.push({ name, from, hasSchema: schema !== undefined, schema: isShown ? text : '' })
  }
  for (const name of Object.keys(serverEvents ?? {})) infos.push({ name, from: 'out', hasSchema: false, schema: '' })
  return infos.slice(0, mostEvents)
}

/** @returns JSON Schema as text; empty if the schema cannot give one: a form then has a field for JSON */
export function schemaText(schema: unknown): string {
  if (schema === undefined || schema === null) return ''
  const described = schema as Describing
  const ways = [
    () => described['~standard']?.jsonSchema?.input?.({ target: 'draft-2020-12' }),
    () => described.toJSONSchema?.(),
    () => described.toJsonSchema?.(),
    () => (described['~standard']?.vendor === 'zod' ? writer?.(schema) : undefined),
  ]
  for (const way of ways) {
    try {
      const made = way()
      if (typeof made === 'object' && made !== null) return JSON.stringify(made) ?? ''
    } catch {
      // a schema with parts that JSON Schema does not have
    }
  }
  return ''
}
