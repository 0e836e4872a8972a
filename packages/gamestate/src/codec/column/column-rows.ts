import type { Row } from '../../entity-map/page.js'
import type { RowAccess } from '../../entity-map/row-access.js'
import type { Shape } from '../../entity-map/shape.js'
import { type PrecisionNode, precisionOf } from '../precision.js'

/** The rows that a column is about, all of one shape. */
export interface ColumnRows {
  readonly fields: readonly string[]
  readonly access: RowAccess
  /** What the wire keeps of each field; nothing at a reader, who is told by the columns. */
  readonly precisions: readonly PrecisionNode[]
  /** The rows as they were; undefined for rows that are new. */
  readonly bases: readonly Row[] | undefined
  /** The rows as they are; at a reader those that are being built. */
  readonly rows: readonly Row[]
}

export function columnRows(
  shape: Shape,
  bases: readonly Row[] | undefined,
  rows: readonly Row[],
  precision: PrecisionNode,
): ColumnRows {
  const precisions = shape.fields.map((field) => precisionOf(precision, field))
  return { fields: shape.fields, access: shape.access, precisions, bases, rows }
}

/** Those at the given places. */
export function subset(all: ColumnRows, places: readonly number[]): ColumnRows {
  const pick = (rows: readonly Row[]): Row[] => places.map((place) => rows[place]!)
  return { ...all, bases: all.bases === undefined ? undefined : pick(all.bases), rows: pick(all.rows) }
}
