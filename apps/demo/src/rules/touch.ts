import { arena } from '../arena.js'

/** The nearest disc that the disc at (x, y) touches; undefined if it touches none. */
export function findTouched<Id>(
  self: Id,
  at: { x: number; y: number },
  discs: Iterable<readonly [Id, { readonly x: number; readonly y: number }]>,
): Id | undefined {
  let touched: Id | undefined
  let nearest = 2 * arena.radius
  for (const [id, { x, y }] of discs) {
    if (id === self) continue
    const distance = Math.hypot(x - at.x, y - at.y)
    if (distance < nearest) {
      touched = id
      nearest = distance
    }
  }
  return touched
}
