const directions: Readonly<Record<string, readonly [dx: number, dy: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** Calls `steer` whenever other arrow keys are held than before. */
export function watchArrows(steer: (dx: number, dy: number) => void): void {
  const held = new Set<string>()
  const changed = (): void => {
    const ways = [...held].map((key) => directions[key]!)
    steer(
      ways.reduce((sum, [dx]) => sum + dx, 0),
      ways.reduce((sum, [, dy]) => sum + dy, 0),
    )
  }
  addEventListener('keydown', ({ key, repeat }) => {
    if (!(key in directions) || repeat) return
    held.add(key)
    changed()
  })
  addEventListener('keyup', ({ key }) => {
    if (held.delete(key)) changed()
  })
  addEventListener('blur', () => {
    held.clear()
    changed()
  })
}
