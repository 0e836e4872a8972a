import type { ServerAddress } from '@tygase/client'

const keys = new WeakMap<object, string>()
let lastKey = 0

/** @returns the same text for the same address, and another one for another. A server or a function is the same if it is the same object. */
export function keyOf(address: ServerAddress | { at(path: string): ServerAddress }): string {
  if (typeof address === 'string') return address
  if ('href' in address) return address.href
  const key = keys.get(address) ?? `#${++lastKey}`
  keys.set(address, key)
  return key
}
