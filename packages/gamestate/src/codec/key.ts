import { forbiddenKey } from '../values/plain.js'
import { malformed } from './malformed.js'

/** Passes on a key that came from a peer. @throws GameStateError `invalid_delta` for one that no object may have */
export function checkKey(key: string): string {
  if (key === forbiddenKey) throw malformed(`the key ${forbiddenKey} is not allowed`)
  return key
}
