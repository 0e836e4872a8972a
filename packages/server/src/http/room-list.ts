import type { Handler } from 'hono'
import { problem } from './problem.js'

/** Which rooms are asked for. */
export interface RoomQuery {
  /** Rooms of this kind alone. */
  name?: string
  /** Rooms whose metadata has all of these values. */
  where?: Record<string, string | number | boolean | null>
  /** Rooms that would let a client in now. */
  open?: boolean
  /** How many at most, 1 to 1,000. */
  limit: number
}

/** Who knows the rooms: a `RoomServer`. */
export interface RoomSource {
  /** The public rooms that fit, as everybody may see them. */
  listRooms(query: RoomQuery): readonly object[] | Promise<readonly object[]>
}

const usualLimit = 100
const maxLimit = 1000

/** Answers `{ "rooms": […] }`; takes `name`, `where` (a JSON object), `open` (`true`) and `limit` in the query. */
export function roomList(source: RoomSource): Handler {
  return async (c) => {
    const query = readQuery(c.req.query())
    if (typeof query === 'string') return problem('query_invalid', {}, query)
    return Response.json({ rooms: await source.listRooms(query) }, { headers: { 'cache-control': 'no-store' } })
  }
}

/** @returns what is asked for, or what is wrong with the query; what is not known in it is left out */
function readQuery({ name, where, open, limit }: Record<string, string>): RoomQuery | string {
  const query: RoomQuery = { limit: usualLimit }
  if (name !== undefined) query.name = name
  if (open !== undefined) {
    if (open !== 'true' && open !== 'false') return 'open is true or false'
    query.open = open === 'true'
  }
  if (limit !== undefined) {
    query.limit = Number(limit)
    if (!/^\d{1,4}$/.test(limit) || query.limit < 1 || query.limit > maxLimit) return `limit is from 1 to ${maxLimit}`
  }
  if (where === undefined) return query
  const values = readValues(where)
  if (values === undefined) return 'where is a JSON object of texts, numbers, booleans and null'
  return { ...query, where: values }
}

function readValues(text: string): RoomQuery['where'] | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  const isPlain = Object.values(value).every((one) => one === null || typeof one !== 'object')
  return isPlain ? (value as RoomQuery['where']) : undefined
}
