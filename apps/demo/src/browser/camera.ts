import { arena } from '../arena.js'

/** The part of the arena on the screen: screen = arena * scale + offset, in CSS pixels. */
export interface Camera {
  scale: number
  offsetX: number
  offsetY: number
}

/** CSS pixels for a unit, at least: with less, discs are hard to see, and the view follows its player. */
export const minScale = 0.56
/** On an upright screen the arena fills the height up to this scale, and the view follows its player. */
const maxUprightScale = 0.8
/** Space around the whole arena, in CSS pixels. */
const margin = 14

/**
 * The view for a screen of this size: the whole arena if that is large enough, else the part around `focus`, up to the walls.
 */
export function aim(width: number, height: number, focus: { x: number; y: number }): Camera {
  const fitHeight = (height - 2 * margin) / arena.height
  const fit = Math.min((width - 2 * margin) / arena.width, fitHeight)
  const fill = height > width ? Math.min(fitHeight, maxUprightScale) : fit
  const scale = Math.max(fill, minScale)
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

/** True if at least a part of a disc at this place is on the screen. */
export function isVisible(camera: Camera, width: number, height: number, at: { x: number; y: number }): boolean {
  const x = at.x * camera.scale + camera.offsetX
  const y = at.y * camera.scale + camera.offsetY
  const reach = arena.radius * camera.scale
  return x > -reach && y > -reach && x < width + reach && y < height + reach
}
