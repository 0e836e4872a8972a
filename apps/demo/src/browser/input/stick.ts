/** How far the knob goes, in CSS pixels. */
export const stickReach = 52
/** Below this share of the reach the thumb rests. */
const deadZone = 0.16
/** Full speed is reached before the edge, so that a thumb need not be exact. */
const fullAt = 0.8

/** Which way a thumb steers that was moved by so many CSS pixels: a vector no longer than 1, in steps of 1/16. */
export function stickDirection(movedX: number, movedY: number): { dx: number; dy: number } {
  const length = Math.hypot(movedX, movedY)
  const share = length / stickReach
  if (share < deadZone) return { dx: 0, dy: 0 }
  const strength = Math.min(1, (share - deadZone) / (fullAt - deadZone))
  // a thumb trembles: what changes by less is not worth an event
  const round = (value: number): number => Math.round(value * 16) / 16 + 0
  return { dx: round((movedX / length) * strength), dy: round((movedY / length) * strength) }
}
