import type { ChannelKind } from '@tygase/protocol'
import { ServerError } from '../errors.js'

/** Letters and digits of all scripts. */
const nameForm = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,63}$/u

/** @throws ServerError `channel_invalid` */
export function checkChannelName(name: unknown): asserts name is string {
  if (typeof name === 'string' && nameForm.test(name)) return
  throw new ServerError('channel_invalid', 'a channel has a name of 1 to 64 letters, digits, ".", "_" and "-"')
}

/** @throws ServerError `channel_invalid` where data is not what its kind says */
export function checkChannelData(kind: unknown, data: unknown): asserts kind is ChannelKind {
  if (kind !== 'text' && kind !== 'json') throw new ServerError('channel_invalid', 'a message is text or json')
  if (kind === 'text' && typeof data !== 'string') throw new ServerError('channel_invalid', 'a text is a string')
  if (kind === 'json' && !isJson(data, 0)) throw new ServerError('channel_invalid', 'not a value that JSON has')
}

/** Deep enough for what people write, and no deeper than what an event carries by default. */
const maxDepth = 30

function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return true
  if (typeof value === 'number') return Number.isFinite(value)
  if (typeof value !== 'object' || depth >= maxDepth) return false
  if (Array.isArray(value)) return value.every((item) => isJson(item, depth + 1))
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return false
  return Object.values(value).every((item) => isJson(item, depth + 1))
}
