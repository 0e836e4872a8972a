interface Actions {
  steer(dx: number, dy: number): void
  dash(): void
}

const directions: Record<string, readonly [dx: number, dy: number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  KeyD: [1, 0],
  KeyW: [0, -1],
  KeyS: [0, 1],
}

/** Keys, and a finger on a phone: it pulls in a direction, and a second finger dashes. */
export function watchKeys({ steer, dash }: Actions): void {
  const held = new Set<string>()
  let last = '0 0'
  const send = (dx: number, dy: number): void => {
    if (`${dx} ${dy}` === last) return
    last = `${dx} ${dy}`
    steer(dx, dy)
  }
  const steerByKeys = (): void => {
    const sum = [...held].map((code) => directions[code]!).reduce(([x, y], [dx, dy]) => [x + dx, y + dy], [0, 0])
    send(Math.sign(sum[0]), Math.sign(sum[1]))
  }
  addEventListener('keydown', (event) => {
    if (event.code === 'Space' && !event.repeat) dash()
    if (event.code === 'Space' || event.code in directions) event.preventDefault()
    if (event.code in directions) held.add(event.code)
    steerByKeys()
  })
  addEventListener('keyup', ({ code }) => {
    held.delete(code)
    steerByKeys()
  })
  const letGo = (): void => {
    held.clear()
    steerByKeys()
  }
  addEventListener('blur', letGo)

  let start: { id: number; x: number; y: number } | undefined
  addEventListener('pointerdown', ({ pointerId: id, clientX: x, clientY: y }) => {
    if (start === undefined) start = { id, x, y }
    else dash()
  })
  addEventListener('pointermove', ({ pointerId, clientX, clientY }) => {
    if (pointerId !== start?.id) return
    const [x, y] = [clientX - start.x, clientY - start.y]
    const length = Math.hypot(x, y)
    // eight directions: an event is sent only if it changes
    const angle = Math.round(Math.atan2(y, x) / (Math.PI / 4)) * (Math.PI / 4)
    if (length < 12) send(0, 0)
    else send(Number(Math.cos(angle).toFixed(2)), Number(Math.sin(angle).toFixed(2)))
  })
  const lift = ({ pointerId }: PointerEvent): void => {
    if (pointerId !== start?.id) return
    start = undefined
    send(0, 0)
  }
  addEventListener('pointerup', lift)
  addEventListener('pointercancel', lift)
}
