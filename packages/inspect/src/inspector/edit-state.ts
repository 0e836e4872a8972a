import { EntityMap, type Immutable } from '@tygase/gamestate'
import { editVersion } from '@tygase/gamestate/edit'
import { RefusalError } from '@tygase/server'
import type { PathKey, StatePath } from '../shared/look-requests.js'

/** Parts of a draft that hold others. */
type Holder = EntityMap<object, PathKey> | unknown[] | Record<string, unknown>

/**
 * A state with another value at a path.
 * @param path not empty
 * @param value undefined: the value is deleted
 * @returns `state` itself if nothing has changed
 * @throws RefusalError `not_found`, `request_invalid`; GameStateError `invalid_value` for a value that a state cannot hold
 */
export function stateWith(state: Immutable<object>, path: StatePath, value: unknown): Immutable<object> {
  return editVersion<object>(state, (draft) => {
    let holder = draft as Holder
    for (const key of path.slice(0, -1)) holder = holderAt(holder, key)
    setAt(holder, path.at(-1)!, value)
  })
}

function holderAt(holder: Holder, key: PathKey): Holder {
  const part = isOwn(holder, key)
    ? holder instanceof EntityMap
      ? holder.edit(key)
      : Reflect.get(holder, key)
    : undefined
  if (typeof part !== 'object' || part === null || ArrayBuffer.isView(part)) {
    throw new RefusalError('not_found', 'there is nothing at this path that could be changed')
  }
  return part as Holder
}

/** True for a row, an index, or a key of the object itself: what prototypes have is no part of a state. */
function isOwn(holder: Holder, key: PathKey): boolean {
  if (holder instanceof EntityMap) return holder.has(key)
  if (Array.isArray(holder)) return typeof key === 'number' && Number.isInteger(key) && key >= 0 && key < holder.length
  return typeof key === 'string' && Object.hasOwn(holder, key)
}

function setAt(holder: Holder, key: PathKey, value: unknown): void {
  if (value === undefined) return deleteAt(holder, key)
  if (holder instanceof EntityMap) {
    if (typeof value !== 'object' || value === null || Array.isArray(value))
      throw new RefusalError('request_invalid', 'a row is an object')
    holder.set(key, value)
  } else if (Array.isArray(holder)) {
    if (!isOwn(holder, key) && key !== holder.length)
      throw new RefusalError('not_found', 'a list takes a value at one of its places, or behind the last')
    holder[key as number] = value
  } else {
    if (typeof key !== 'string' || key === '__proto__')
      throw new RefusalError('request_invalid', 'no state has this key')
    holder[key] = value
  }
}

function deleteAt(holder: Holder, key: PathKey): void {
  if (!isOwn(holder, key)) throw new RefusalError('not_found', 'there is nothing at this path')
  if (holder instanceof EntityMap) holder.delete(key)
  else if (Array.isArray(holder)) holder.splice(key as number, 1)
  else delete holder[key as string]
}
