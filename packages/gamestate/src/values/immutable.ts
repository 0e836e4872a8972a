/** A key that exists in types only. */
export declare const types: unique symbol

/** An `EntityMap` of a version: all methods that do not change it. */
export interface ReadonlyEntityMap<Row extends object, Id extends string | number = string> {
  /** Never set. Types read the row and the id from it. */
  readonly [types]?: { row: Row; id: Id }
  /** Number of rows. */
  readonly size: number
  /** The row, or undefined if there is none. */
  get(id: Id): Immutable<Row> | undefined
  /** True if there is a row with this id. */
  has(id: Id): boolean
  /** Ids in the order of their slots. The order is the same on server and client, and is not that of insertion. */
  keys(): IterableIterator<Id>
  /** Rows, in the order of `keys`. */
  values(): IterableIterator<Immutable<Row>>
  /** Ids and rows, in the order of `keys`. */
  entries(): IterableIterator<[Id, Immutable<Row>]>
  /** Calls `visit` for each row, in the order of `keys`. */
  forEach(visit: (row: Immutable<Row>, id: Id) => void): void
  /** A map of the rows for which `keep` returns true, for views. */
  filter(keep: (row: Immutable<Row>, id: Id) => boolean): ReadonlyEntityMap<Row, Id>
  /** A map of the rows with these ids. Faster than `filter`, since the result for a frozen array is remembered. */
  pick(ids: Iterable<Id>): ReadonlyEntityMap<Row, Id>
  /** As `entries`. */
  [Symbol.iterator](): IterableIterator<[Id, Immutable<Row>]>
}

/** `T` in a version: readonly at every depth, an `EntityMap` without the methods that change it. */
export type Immutable<T> =
  T extends ReadonlyEntityMap<infer _Row, infer _Id>
    ? ImmutableMap<T>
    : T extends Uint8Array | ((...args: never[]) => unknown)
      ? T
      : T extends object
        ? { readonly [Key in keyof T]: Immutable<T[Key]> }
        : T

/** Infers from the key `types` only. From the methods too, the row would be inferred as readonly. */
type ImmutableMap<T> = T extends {
  readonly [types]?: { row: infer Row extends object; id: infer Id extends string | number }
}
  ? ReadonlyEntityMap<Row, Id>
  : never
