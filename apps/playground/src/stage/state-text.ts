/** Of a state that is shown. */
const maxLetters = 60_000

interface MapLike {
  readonly size: number
  entries(): Iterable<[string | number, unknown]>
}

/** A state as JSON for the panel that shows it: a map of rows is `{ "EntityMap": { id: row } }`. */
export function textOfState(state: unknown): string {
  const text = JSON.stringify(plain(state))
  return text.length <= maxLetters ? text : JSON.stringify(`The state is too large to show: ${text.length} letters.`)
}

function plain(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isInteger(value)) return Math.round(value * 1000) / 1000
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map(plain)
  if (value instanceof Uint8Array) return `${value.length} bytes`
  if (isMap(value)) {
    return { EntityMap: Object.fromEntries(Array.from(value.entries(), ([id, row]) => [String(id), plain(row)])) }
  }
  return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part)]))
}

function isMap(value: object): value is MapLike {
  return 'entries' in value && typeof value.entries === 'function' && 'size' in value
}
