import { arena, protectionSeconds } from '../../arena.js'
import type { Disc } from '../frame.js'
import { bodyColour, sceneColours } from '../palette.js'
import { drawGlow } from './glow.js'

const { radius } = arena
const circle = 2 * Math.PI

/** A disc with eyes in the direction of its run. @param beat strength of the glow of *it*, 0 to 1 */
export function drawDisc(context: CanvasRenderingContext2D, disc: Disc, beat: number): void {
  const { x, y } = disc
  if (disc.isIt) drawGlow(context, x, y, radius * (2.5 + 0.5 * beat), sceneColours.it)
  context.beginPath()
  context.ellipse(x, y + radius * 0.3, radius * 1.02, radius * 0.98, 0, 0, circle)
  context.fillStyle = 'rgba(4, 6, 16, 0.4)'
  context.fill()

  context.beginPath()
  context.arc(x, y, radius, 0, circle)
  context.fillStyle = bodyColour(disc.colour)
  context.fill()
  context.beginPath()
  context.arc(x - radius * 0.1, y - radius * 0.14, radius * 0.76, 0, circle)
  context.fillStyle = 'rgba(255, 255, 255, 0.16)'
  context.fill()
  drawEyes(context, disc)

  context.beginPath()
  context.arc(x, y, radius - (disc.isIt ? 1.5 : 1), 0, circle)
  context.strokeStyle = disc.isIt ? sceneColours.it : 'rgba(6, 8, 20, 0.35)'
  context.lineWidth = disc.isIt ? 5 : 2
  context.stroke()
}

function drawEyes(context: CanvasRenderingContext2D, { x, y, vx, vy }: Disc): void {
  const speed = Math.hypot(vx, vy)
  // the eyes follow the speed softly: at rest they look straight ahead
  const lookX = speed < 1 ? 0 : (vx / speed) * Math.min(1, speed / 160)
  const lookY = speed < 1 ? 0 : (vy / speed) * Math.min(1, speed / 160)
  for (const side of [-1, 1]) {
    const eyeX = x + side * radius * 0.33 + lookX * radius * 0.24
    const eyeY = y - radius * 0.08 + lookY * radius * 0.24
    context.beginPath()
    context.ellipse(eyeX, eyeY, radius * 0.22, radius * 0.28, 0, 0, circle)
    context.fillStyle = '#ffffff'
    context.fill()
    context.beginPath()
    context.arc(eyeX + lookX * radius * 0.09, eyeY + lookY * radius * 0.12, radius * 0.125, 0, circle)
    context.fillStyle = '#12152a'
    context.fill()
  }
}

/** The ring around *it* during the protection: it shrinks until the end. */
export function drawProtection(context: CanvasRenderingContext2D, disc: Disc, protection: number): void {
  const left = Math.min(1, protection / protectionSeconds)
  context.lineWidth = 5
  context.lineCap = 'round'
  context.beginPath()
  context.arc(disc.x, disc.y, radius * 1.5, 0, circle)
  context.strokeStyle = 'rgba(142, 240, 255, 0.16)'
  context.stroke()
  context.beginPath()
  context.arc(disc.x, disc.y, radius * 1.5, -Math.PI / 2, -Math.PI / 2 + circle * left)
  context.strokeStyle = sceneColours.safe
  context.stroke()
}
