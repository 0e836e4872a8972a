/** Reach of the knob, in CSS pixels. */
export const stickReach = 52
/** Within this share of the reach the thumb rests. */
const deadZone = 0.16
/** Share of the reach for full speed: less than all, so that a thumb need not be exact. */
const fullAt = 0.8

/** The direction of a thumb that has moved by so many CSS pixels: a vector no longer than 1, in steps of 1/16. */
export function stickDirection(movedX: number, movedY: number): { dx: number; dy: number } {
  const length = Math.hypot(movedX, movedY)
  const share = length / stickReach
  if (share < deadZone) return { dx: 0, dy: 0 }
  const strength = Math.min(1, (share - deadZone) / (fullAt - deadZone))
  // a thumb trembles: a smaller change is not worth an event
  const round = (value: number): number => Math.round(value * 16) / 16 + 0
  return { dx: round((movedX / length) * strength), dy: round((movedY / length) * strength) }
}
