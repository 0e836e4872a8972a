import { field, type Spot } from '../field.js'

/** The part of the field on the screen: screen = field * scale + offset, in CSS pixels. */
export interface Camera {
  readonly scale: number
  readonly offsetX: number
  readonly offsetY: number
}

/** CSS pixels for a unit, at least: with less, discs are hard to hit, and the view follows its player. */
const minScale = 0.62
/** Space around the whole field, in CSS pixels. */
const margin = 12
/** Space beyond the edges for a view that follows: what lies over the field must not cover a player in a corner. */
const overscroll = 72

/** The view for a screen of this size: the whole field if that is large enough, else the part around `focus`. */
export function cameraFor(width: number, height: number, focus: Spot): Camera {
  const fit = Math.min((width - 2 * margin) / field.width, (height - 2 * margin) / field.height)
  const scale = Math.max(fit, minScale)
  return {
    scale,
    offsetX: offset(width, field.width * scale, focus.x * scale),
    offsetY: offset(height, field.height * scale, focus.y * scale),
  }
}

/** The place in the field under a point of the screen. */
export function toField({ scale, offsetX, offsetY }: Camera, x: number, y: number): Spot {
  return { x: (x - offsetX) / scale, y: (y - offsetY) / scale }
}

function offset(room: number, length: number, focus: number): number {
  if (length + 2 * margin <= room + 1e-6) return (room - length) / 2
  return Math.min(overscroll, Math.max(room - length - overscroll, room / 2 - focus))
}
