export type Row = Record<string, unknown>

let canMakeCode: boolean | undefined

/** Most fields of a shape: a set of fields has to fit into the bits of an integer. */
export const maxShapeFields = 30

/** Most shapes of a map. Rows beyond them are dictionaries rather than records. */
export const maxShapes = 256

/**
 * The fields of a row, in order. A row without a shape (`freeform`) is written as one value.
 * The list of shapes of a table only grows: the list of a version begins with that of every earlier version.
 */
export interface Shape {
  readonly fields: readonly string[]
  /** The ways in which pages hold rows of this shape, by the kinds of their columns. See `layoutOf`. */
  readonly layouts: Map<string, Layout>
  /** Made by `comparisonOf` when it is first needed: a page that only reads deltas never compares rows. */
  comparison?: RowComparison
  /** A shallow writable copy of a row of this shape. */
  readonly copy: (row: Row) => Row
}

/** Shapes by their fields, so that the rooms of one game share the code that is made for their rows. */
const knownShapes = /* @__PURE__ */ new Map<string, Shape>()
const maxKnownShapes = 256
/** A peer chooses names: longer ones are not kept. */
const maxKnownNames = 1000

/** The shape with these fields. */
export function shapeOf(fields: readonly string[]): Shape {
  const names = JSON.stringify(fields)
  let shape = knownShapes.get(names)
  if (shape !== undefined) return shape
  shape = createShape(fields)
  if (names.length > maxKnownNames) return shape
  // those in use live on with their tables
  if (knownShapes.size >= maxKnownShapes) knownShapes.clear()
  knownShapes.set(names, shape)
  return shape
}

function createShape(fields: readonly string[]): Shape {
  return { fields, layouts: new Map(), copy: mayMakeCode() ? compileCopy(fields) : (row) => ({ ...row }) }
}

/** The shape with the number 0 in every list. */
const freeform: Shape = createShape([])

/** Stands for a shape whose rows are hidden from a client. No row has it. */
export const hiddenShape: Shape = createShape([])

export const noShapes: readonly Shape[] = [freeform]

export function isSameShape(a: Shape, b: Shape): boolean {
  return a === b || (a.fields.length === b.fields.length && a.fields.every((field, index) => field === b.fields[index]))
}

/**
 * One field of the 32 slots of a page. Numbers: a plain array of numbers, which engines keep unboxed (a typed array of this
 * size takes twenty times as long to copy). Booleans: the bits of one integer. All else: an array of values.
 */
export type Column = number | unknown[]

/** How the pages of one shape hold their rows: as columns of these kinds. */
export interface Layout {
  readonly shape: Shape
  /** For each field one of `columnKind`. */
  readonly kinds: readonly number[]
  readonly read: RowReader
  /** True while a decoder writes the columns of new rows, of which each gets its kind with its values. See `settleLayout`. */
  readonly isOpen?: true
  /** Made by `rowCodeOf` when a rule first edits a row: a page that only reads deltas does without. */
  code?: RowCode
  /** How many pages `editEach` has changed. */
  edits?: number
}

/** Makes a writable row with the values of a slot. */
export type RowReader = (columns: readonly Column[], index: number) => Row

/** What a rule needs to change rows that are held as columns. Drafts are in the order of their slots, as bits name them. */
export interface RowCode {
  /** A draft of a row: a copy at every depth. */
  draft(columns: readonly Column[], index: number): Row
  /** Adds drafts of the rows of these bits to a list. */
  draftAll(columns: readonly Column[], bits: number, into: Row[]): void
  /** True if the row has the fields of the shape, in their order, with values that these columns hold without a change of kind. */
  isValid(row: Row): boolean
  /**
   * Compares the drafts of these bits with the columns.
   * @param isChecked true: the objects in the drafts are sealed, and differ if they are not the same
   * @returns for each field the bits of the rows that differ; undefined if a draft is not `isValid`
   */
  compare(
    columns: readonly Column[],
    bits: number,
    drafts: readonly Row[],
    isChecked: boolean,
  ): readonly number[] | undefined
  /**
   * For each field that is held as an array: copies the values of those drafts whose bits are in `some`. A value that the
   * column cannot hold is left out: a rule that keeps a row may have written it after `compare`.
   */
  readonly put: readonly ((column: unknown[], bits: number, drafts: readonly Row[], some: number) => void)[]
}

/** Compares the rows of one shape. */
export interface RowComparison {
  /** Bit i for each field i that differs by `Object.is`: NaN for NaN is no change, -0 for 0 is one. */
  differences(base: Row, next: Row): number
  /** True if the row has exactly the fields of the shape, in their order. */
  hasFields(row: Row): boolean
}

/** False if a content security policy forbids it. */
export function mayMakeCode(): boolean {
  if (canMakeCode === undefined) {
    try {
      canMakeCode = new Function('return true')() === true
    } catch {
      canMakeCode = false
    }
  }
  return canMakeCode
}

/** A function made from its parameters and its code. */
export function makeCode<Made = never>(...source: string[]): Made {
  return new Function(...source) as Made
}

/**
 * Copies rows by code that is made for the shape: engines access fields that are named in code ten times as fast as fields
 * that are named by a variable. Names of fields come into the code as JSON, which is also JavaScript.
 */
export function compileCopy(fields: readonly string[]): (row: Row) => Row {
  const names = fields.map((field) => JSON.stringify(field))
  return makeCode('r', `return {${names.map((name) => `${name}: r[${name}]`).join(',')}}`)
}
