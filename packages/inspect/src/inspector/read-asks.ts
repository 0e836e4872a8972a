import { RefusalError } from '@tygase/server'
import type { LookAsks, RoomsSort } from '../shared/look-requests.js'
import { isPath } from './state-tree.js'

/** Names and ids that a page may give. */
const mostTextLength = 1000
const sorts: readonly RoomsSort[] = ['key', 'clients', 'tick', 'madeAtMs', 'bytesOut']

type Check = (value: unknown) => boolean

const text: Check = (value) => typeof value === 'string' && value.length <= mostTextLength
const flag: Check = (value) => typeof value === 'boolean'
const count: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0
const anything: Check = () => true
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value)
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value)
const oneOf =
  (values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value)
const atMost =
  (most: number): Check =>
  (value) =>
    count(value) && (value as number) >= 1 && (value as number) <= most
const texts: Check = (value) => Array.isArray(value) && value.length <= 200 && value.every(text)

/** The keys that the data of each request may have. A page of a stranger may send anything. */
const keysOf: { readonly [Name in keyof LookAsks]: { readonly [key: string]: Check } } = {
  browse: {
    search: optional(text),
    sort: optional(oneOf(sorts)),
    descending: optional(flag),
    from: optional(count),
    count: optional(atMost(100)),
  },
  look: { room: orNull(text) },
  tree: {
    path: isPath,
    version: optional(count),
    clientId: optional(text),
    from: optional(count),
    count: optional(atMost(200)),
  },
  diff: { from: count, to: count, clientId: optional(text) },
  bytes: { from: optional(count), to: count, each: optional(flag), clientId: optional(text) },
  log: { before: optional(count), count: optional(atMost(100)), search: optional(text) },
  entry: { number: count },
  send: { name: text, data: anything, clientId: optional(text) },
  dispatch: { name: text, data: anything, to: optional(texts) },
  edit: { path: (value) => isPath(value) && value.length > 0, value: anything },
  kick: { clientId: text, reason: optional(text) },
  pause: {},
  resume: {},
  step: { ticks: optional(atMost(100)) },
  record: {},
  stopRecording: { id: text },
}

/** Names of the requests that only look. */
export const requestNames = ['browse', 'look', 'tree', 'diff', 'bytes', 'log', 'entry'] as const
/** Names of the requests that change something. */
export const actionNames = [
  'send',
  'dispatch',
  'edit',
  'kick',
  'pause',
  'resume',
  'step',
  'record',
  'stopRecording',
] as const

/**
 * The data of a request, with the keys that it may have and no other.
 * @param data as it came
 * @throws RefusalError `request_invalid` naming the key
 */
export function readAsk<Name extends keyof LookAsks>(name: Name, data: unknown): LookAsks[Name]['data'] {
  if (typeof data !== 'object' || data === null || Array.isArray(data)) throw invalid(`${name} takes an object`)
  const checks = keysOf[name]
  const given = data as Readonly<Record<string, unknown>>
  // the nonce of an action is looked at before its data
  const unknown = Object.keys(given).find((key) => key !== 'nonce' && !Object.hasOwn(checks, key))
  if (unknown !== undefined) throw invalid(`${name} has no '${unknown.slice(0, 64)}'`)
  const read: Record<string, unknown> = {}
  for (const [key, check] of Object.entries(checks)) {
    const value = Object.hasOwn(given, key) ? given[key] : undefined
    if (!check(value)) throw invalid(`${name}: '${key}' is missing, of another type or too large`)
    if (value !== undefined) read[key] = value
  }
  // reason: the table of checks is that of the types
  return read as LookAsks[Name]['data']
}

function invalid(message: string): RefusalError {
  return new RefusalError('request_invalid', message)
}
