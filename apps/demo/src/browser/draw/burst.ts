import { arena } from '../../arena.js'
import type { Burst } from '../bursts.js'

const sparks = 22
const reach = 5.2 * arena.radius

/** A ring that opens, and sparks. @param still true: without motion, only a ring that fades */
export function drawBurst(
  context: CanvasRenderingContext2D,
  burst: Burst & { progress: number },
  still: boolean,
): void {
  const { x, y, colour, progress } = burst
  const eased = 1 - (1 - progress) ** 3
  context.strokeStyle = colour
  context.fillStyle = colour
  context.globalAlpha = 1 - progress ** 2
  context.lineWidth = 8 * (1 - progress) + 1
  context.beginPath()
  context.arc(x, y, still ? 2 * arena.radius : arena.radius + eased * reach * 0.8, 0, 2 * Math.PI)
  context.stroke()
  if (!still) {
    for (let spark = 0; spark < sparks; spark++) {
      // the golden angle spreads them without a visible pattern
      const angle = spark * 2.39996
      const way = eased * reach * (0.6 + 0.4 * ((spark * 0.618) % 1))
      const size = 8 * (1 - progress)
      context.beginPath()
      context.arc(x + Math.cos(angle) * way, y + Math.sin(angle) * way, size, 0, 2 * Math.PI)
      context.fill()
    }
  }
  context.globalAlpha = 1
}
