import type { on } from '@tygase/gamestate'

type Schema<T> = Parameters<typeof on<object, T, T, unknown>>[0]

/** A schema that accepts every value and gives it a type. */
export function anything<T>(): Schema<T> {
  return { '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as T }) } }
}
