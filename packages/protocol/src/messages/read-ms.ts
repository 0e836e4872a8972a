import type { ByteReader } from '@tygase/gamestate/bytes'
import { malformed } from '../errors.js'

/** A clock's reading: a number that one can count with. Throws `malformed` for any other. */
export function readMs(reader: ByteReader): number {
  const value = reader.readFloat64()
  if (!Number.isFinite(value)) throw malformed(`not a time: ${value}`)
  return value
}
