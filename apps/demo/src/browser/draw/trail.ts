import { arena } from '../../arena.js'
import type { Disc } from '../frame.js'
import { bodyColour, sceneColours } from '../palette.js'
import { type TrailPoint, trailMs } from '../trails.js'

/** Half of its width at the widest part. */
const halfWidth = 0.72 * arena.radius

/** The trail of a disc: one shape that tapers off and fades. Overlapping pieces would show their ends. */
export function drawTrail(
  context: CanvasRenderingContext2D,
  points: readonly TrailPoint[],
  disc: Disc,
  nowMs: number,
): void {
  const oldest = points[0]
  if (oldest === undefined || points.length < 2) return
  const path = [...points, { x: disc.x, y: disc.y, atMs: nowMs }]
  const left: [number, number][] = []
  const right: [number, number][] = []
  path.forEach(({ x, y, atMs }, index) => {
    const before = path[Math.max(0, index - 1)]!
    const after = path[Math.min(path.length - 1, index + 1)]!
    const length = Math.hypot(after.x - before.x, after.y - before.y) || 1
    const width = halfWidth * Math.max(0, 1 - (nowMs - atMs) / trailMs)
    const acrossX = (-(after.y - before.y) / length) * width
    const acrossY = ((after.x - before.x) / length) * width
    left.push([x + acrossX, y + acrossY])
    right.push([x - acrossX, y - acrossY])
  })
  const colour = disc.isIt ? sceneColours.it : bodyColour(disc.colour)
  const fade = context.createLinearGradient(oldest.x, oldest.y, disc.x, disc.y)
  fade.addColorStop(0, `${colour}00`)
  fade.addColorStop(1, `${colour}70`)
  context.beginPath()
  for (const [x, y] of left) context.lineTo(x, y)
  for (const [x, y] of right.reverse()) context.lineTo(x, y)
  context.closePath()
  context.fillStyle = fade
  context.fill()
}
