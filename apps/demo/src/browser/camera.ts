import { arena } from '../arena.js'

/** What part of the arena is on the screen: screen = arena * scale + offset, in CSS pixels. */
export interface Camera {
  scale: number
  offsetX: number
  offsetY: number
}

/** Below this many CSS pixels to a unit discs are hard to see: then the view follows its player instead of showing all. */
export const minScale = 0.56
/** Around the arena where all of it is shown, in CSS pixels. */
const margin = 14

/**
 * The view for a screen of this size: all of the arena where that is large enough, else the part around `focus`, up to
 * the walls.
 */
export function aim(width: number, height: number, focus: { x: number; y: number }): Camera {
  const fit = Math.min((width - 2 * margin) / arena.width, (height - 2 * margin) / arena.height)
  const scale = Math.max(fit, minScale)
  return {
    scale,
    offsetX: offset(width, arena.width * scale, focus.x * scale),
    offsetY: offset(height, arena.height * scale, focus.y * scale),
  }
}

function offset(room: number, length: number, focus: number): number {
  if (length + 2 * margin <= room + 1e-6) return (room - length) / 2
  const centred = room / 2 - focus
  return Math.min(margin, Math.max(room - length - margin, centred))
}

/** Whether a disc at this place is on the screen at least in part. */
export function isVisible(camera: Camera, width: number, height: number, at: { x: number; y: number }): boolean {
  const x = at.x * camera.scale + camera.offsetX
  const y = at.y * camera.scale + camera.offsetY
  const reach = arena.radius * camera.scale
  return x > -reach && y > -reach && x < width + reach && y < height + reach
}
