/** A key that exists for types only. */
export declare const types: unique symbol

/** What an `EntityMap` is in a version: all of it that does not change it. */
export interface ReadonlyEntityMap<Row extends object, Id extends string | number = string> {
  /** Never set: lets a type find out what the map holds. */
  readonly [types]?: { row: Row; id: Id }
  /** How many rows there are. */
  readonly size: number
  /** The row, or undefined where there is none. */
  get(id: Id): Immutable<Row> | undefined
  has(id: Id): boolean
  /** Ids in the order of their slots: the same on server and client, not the order of insertion. */
  keys(): IterableIterator<Id>
  values(): IterableIterator<Immutable<Row>>
  entries(): IterableIterator<[Id, Immutable<Row>]>
  forEach(visit: (row: Immutable<Row>, id: Id) => void): void
  /** A map of the rows that `keep` says yes to: what one client may see, for a view. */
  filter(keep: (row: Immutable<Row>, id: Id) => boolean): ReadonlyEntityMap<Row, Id>
  /** A map of the rows with these ids; the faster way, as it remembers where the ids of a frozen array are. */
  pick(ids: Iterable<Id>): ReadonlyEntityMap<Row, Id>
  [Symbol.iterator](): IterableIterator<[Id, Immutable<Row>]>
}

/** `T` as it is in a version: readonly at every depth, an `EntityMap` without the methods that change it. */
export type Immutable<T> =
  T extends ReadonlyEntityMap<infer _Row, infer _Id>
    ? ImmutableMap<T>
    : T extends Uint8Array | ((...args: never[]) => unknown)
      ? T
      : T extends object
        ? { readonly [Key in keyof T]: Immutable<T[Key]> }
        : T

/** Goes by the note of the types alone: by the methods too, the row would be inferred as it is in a version. */
type ImmutableMap<T> = T extends {
  readonly [types]?: { row: infer Row extends object; id: infer Id extends string | number }
}
  ? ReadonlyEntityMap<Row, Id>
  : never
