import { field, type Spot, walls } from '../../field.js'
import { distanceToWall } from '../../rules/geometry.js'

const far = Math.hypot(field.width, field.height)
/** Beside each corner a ray passes on either side, in radians. */
const beside = 1e-4

const corners: readonly Spot[] = [
  ...walls.flatMap(({ x, y, width, height }) => [
    { x, y },
    { x: x + width, y },
    { x, y: y + height },
    { x: x + width, y: y + height },
  ]),
  { x: 0, y: 0 },
  { x: field.width, y: 0 },
  { x: 0, y: field.height },
  { x: field.width, y: field.height },
]

/** The part of the field that is seen from a place, as a polygon around it. */
export function litFrom(viewer: Spot): Spot[] {
  const angles = corners.flatMap(({ x, y }) => {
    const angle = Math.atan2(y - viewer.y, x - viewer.x)
    return [angle - beside, angle, angle + beside]
  })
  return angles
    .sort((a, b) => a - b)
    .map((angle) => {
      const dx = Math.cos(angle)
      const dy = Math.sin(angle)
      const distance = distanceToWall(viewer, dx, dy, far)
      return { x: viewer.x + dx * distance, y: viewer.y + dy * distance }
    })
}

/** Adds a polygon to the path of a canvas. */
export function tracePolygon(context: CanvasRenderingContext2D, polygon: readonly Spot[]): void {
  context.beginPath()
  for (const { x, y } of polygon) context.lineTo(x, y)
  context.closePath()
}
