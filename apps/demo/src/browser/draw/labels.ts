import { arena } from '../../arena.js'
import type { Camera } from '../camera.js'
import type { Disc } from '../frame.js'
import { sceneColours } from '../palette.js'

const family = 'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif'

/** Widest name, in CSS pixels: a longer one is set narrower. */
const maxWidth = 150

/** The name under a disc and the mark above the own one. In CSS pixels, so that text has one size on every screen. */
export function drawLabel(context: CanvasRenderingContext2D, disc: Disc, camera: Camera, isMe: boolean): void {
  const x = disc.x * camera.scale + camera.offsetX
  const y = disc.y * camera.scale + camera.offsetY
  const reach = arena.radius * camera.scale
  context.font = `${isMe ? 700 : 600} ${Math.round(Math.max(12, Math.min(16, reach * 0.72)))}px ${family}`
  context.textAlign = 'center'
  context.textBaseline = 'top'
  context.lineJoin = 'round'
  context.lineWidth = 3.5
  context.strokeStyle = sceneColours.textEdge
  context.fillStyle = disc.isIt ? '#ffb3a8' : sceneColours.text
  const top = y + reach + 6
  context.strokeText(disc.name, x, top, maxWidth)
  context.fillText(disc.name, x, top, maxWidth)
  if (!isMe) return
  const tip = y - reach * (disc.isIt ? 1.75 : 1.25) - 3
  context.beginPath()
  context.moveTo(x, tip)
  context.lineTo(x - 8, tip - 11)
  context.lineTo(x + 8, tip - 11)
  context.closePath()
  context.fillStyle = sceneColours.text
  context.strokeStyle = sceneColours.textEdge
  context.stroke()
  context.fill()
}
