import type { PlaceOf } from './api.js'
import type { Correction } from './probes/corrections.js'

type Row = Readonly<Record<string, unknown>>

/** The part of a canvas that is used. */
export type Pen = Pick<
  CanvasRenderingContext2D,
  | 'save'
  | 'restore'
  | 'getTransform'
  | 'setTransform'
  | 'beginPath'
  | 'arc'
  | 'moveTo'
  | 'lineTo'
  | 'stroke'
  | 'fill'
  | 'fillText'
  | 'strokeText'
  | 'setLineDash'
> & {
  lineWidth: number
  font: string
  textAlign: CanvasTextAlign
  globalAlpha: number
  globalCompositeOperation: GlobalCompositeOperation
  shadowBlur: number
  strokeStyle: unknown
  fillStyle: unknown
}

/** A row whose confirmed place is drawn. */
export interface Ghost {
  readonly key: string
  readonly id: string | number
  readonly row: Row
  /** As it is drawn; undefined if it is not drawn. */
  readonly shown: Row | undefined
  readonly isOwn: boolean
}

/** A correction fades over so long. */
export const fadeMs = 1500
/** Ghosts that are nearer to their row than this, in CSS pixels, would only cover it. */
const leastPixels = 3
const mostGhosts = 500
const ownColour = '#ffd166'
const otherColour = '#9aa7c7'
const correctionColour = '#ff4d6d'

/** The place of a row that says it by itself. */
export const placeByXY: PlaceOf = (row) =>
  typeof row.x === 'number' && typeof row.y === 'number' ? { x: row.x, y: row.y } : undefined

/** The rows of all maps, lists and objects of a state. */
export function* rowsOf(state: unknown): Generator<[key: string, id: string | number, row: Row]> {
  if (!isRow(state)) return
  for (const [key, part] of Object.entries(state)) {
    if (typeof part !== 'object' || part === null) continue
    const entries = isIterable(part) ? (Array.isArray(part) ? part.entries() : part) : Object.entries(part)
    for (const entry of entries as Iterable<unknown>) {
      // a list of bytes has no rows
      if (!Array.isArray(entry)) break
      const [id, row] = entry as [string | number, unknown]
      if (isRow(row)) yield [key, id, row]
    }
  }
}

/**
 * The rows whose confirmed place and picture are compared. Rows of the confirmed state that are drawn nowhere are left out.
 * @param ownId the client id: a row with it is the own one
 */
export function ghostsOf(confirmed: unknown, scene: unknown, ownId: string): Ghost[] {
  const shown = new Map<string, Row>()
  for (const [key, id, row] of rowsOf(scene)) shown.set(`${key}\n${id}`, row)
  const ghosts: Ghost[] = []
  for (const [key, id, row] of rowsOf(confirmed)) {
    if (ghosts.length === mostGhosts) break
    const drawn = shown.get(`${key}\n${id}`)
    // the very row is where it is
    if (drawn === row || drawn === undefined) continue
    ghosts.push({ key, id, row, shown: drawn, isOwn: id === ownId })
  }
  return ghosts
}

/** Draws where the server has the rows: a ring at the confirmed place, and a line to the row as it is drawn. */
export function drawGhosts(pen: Pen, ghosts: readonly Ghost[], placeOf: PlaceOf): void {
  onScreen(pen, (toScreen, dot) => {
    for (const { key, id, row, shown, isOwn } of ghosts) {
      const [from, to] = [placeOf(row, key, id), shown && placeOf(shown, key, id)]
      if (from === undefined || to === undefined) continue
      const [ghost, drawn] = [toScreen(from.x, from.y), toScreen(to.x, to.y)]
      if (!(Math.hypot(ghost.x - drawn.x, ghost.y - drawn.y) >= leastPixels * dot)) continue
      pen.strokeStyle = isOwn ? ownColour : otherColour
      pen.lineWidth = (isOwn ? 2 : 1.25) * dot
      pen.globalAlpha = isOwn ? 1 : 0.8
      pen.setLineDash([4 * dot, 3 * dot])
      pen.beginPath()
      pen.arc(ghost.x, ghost.y, (isOwn ? 14 : 8) * dot, 0, 2 * Math.PI)
      pen.stroke()
      pen.setLineDash([])
      pen.beginPath()
      pen.moveTo(ghost.x, ghost.y)
      pen.lineTo(drawn.x, drawn.y)
      pen.stroke()
    }
  })
}

/** Draws the corrections of the last moments: a line from where the row was to where it is, and how far that is. */
export function drawCorrections(pen: Pen, corrections: readonly Correction[], placeOf: PlaceOf, nowMs: number): void {
  onScreen(pen, (toScreen, dot) => {
    for (const { atMs, key, id, before, after } of corrections) {
      const age = (nowMs - atMs) / fadeMs
      if (!(age < 1)) continue
      const [from, to] = [placeOf(before, key, id), placeOf(after, key, id)]
      if (from === undefined || to === undefined) continue
      const [was, is] = [toScreen(from.x, from.y), toScreen(to.x, to.y)]
      if (!(Math.hypot(is.x - was.x, is.y - was.y) >= dot)) continue
      pen.globalAlpha = 1 - Math.max(0, age)
      pen.strokeStyle = correctionColour
      pen.fillStyle = correctionColour
      pen.lineWidth = 3 * dot
      pen.beginPath()
      pen.moveTo(was.x, was.y)
      pen.lineTo(is.x, is.y)
      pen.stroke()
      pen.beginPath()
      pen.arc(is.x, is.y, 4.5 * dot, 0, 2 * Math.PI)
      pen.fill()
      const length = Math.hypot(to.x - from.x, to.y - from.y)
      // the numbers of several corrections of a row would lie over each other
      const isLast = corrections.findLast((other) => other.key === key && other.id === id)?.atMs === atMs
      if (!isLast || !(Math.hypot(is.x - was.x, is.y - was.y) >= leastPixels * dot)) continue
      pen.font = `600 ${12 * dot}px system-ui, sans-serif`
      pen.textAlign = 'center'
      pen.lineWidth = 3 * dot
      pen.strokeStyle = 'rgba(0, 0, 0, 0.65)'
      const text = length < 10 ? length.toFixed(1) : String(Math.round(length))
      pen.strokeText(text, (was.x + is.x) / 2, Math.min(was.y, is.y) - 10 * dot)
      pen.fillText(text, (was.x + is.x) / 2, Math.min(was.y, is.y) - 10 * dot)
    }
  })
}

/** Dots for a CSS pixel. */
function pixelRatio(): number {
  return (globalThis as { devicePixelRatio?: number }).devicePixelRatio ?? 1
}

/** Draws without the transformation of the game, so that lines are as thick as they are at any zoom, and leaves the pen as it was. */
function onScreen(
  pen: Pen,
  draw: (toScreen: (x: number, y: number) => { x: number; y: number }, dot: number) => void,
): void {
  const { a, b, c, d, e, f } = pen.getTransform()
  pen.save()
  try {
    pen.setTransform(1, 0, 0, 1, 0, 0)
    pen.globalCompositeOperation = 'source-over'
    pen.shadowBlur = 0
    draw((x, y) => ({ x: a * x + c * y + e, y: b * x + d * y + f }), pixelRatio())
  } finally {
    pen.restore()
  }
}

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null && !isIterable(value)
}

function isIterable(value: object): value is Iterable<unknown> {
  return Symbol.iterator in value
}
