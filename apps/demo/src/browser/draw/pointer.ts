import type { Camera } from '../camera.js'
import { sceneColours } from '../palette.js'

/** Distance from the edge of the screen, in CSS pixels. */
const margin = 26

/** An arrow at the edge of the screen that points to *it* if *it* is out of sight. In CSS pixels. */
export function drawPointer(
  context: CanvasRenderingContext2D,
  camera: Camera,
  width: number,
  height: number,
  target: { x: number; y: number },
): void {
  const x = target.x * camera.scale + camera.offsetX
  const y = target.y * camera.scale + camera.offsetY
  const atX = Math.min(width - margin, Math.max(margin, x))
  const atY = Math.min(height - margin, Math.max(margin, y))
  context.save()
  context.translate(atX, atY)
  context.rotate(Math.atan2(y - atY, x - atX))
  context.beginPath()
  context.moveTo(15, 0)
  context.lineTo(-9, -11)
  context.lineTo(-4, 0)
  context.lineTo(-9, 11)
  context.closePath()
  context.fillStyle = sceneColours.it
  context.strokeStyle = sceneColours.textEdge
  context.lineWidth = 3
  context.stroke()
  context.fill()
  context.restore()
}
