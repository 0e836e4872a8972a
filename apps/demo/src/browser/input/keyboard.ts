const steps: Readonly<Record<string, readonly [number, number]>> = {
  KeyW: [0, -1],
  ArrowUp: [0, -1],
  KeyS: [0, 1],
  ArrowDown: [0, 1],
  KeyA: [-1, 0],
  ArrowLeft: [-1, 0],
  KeyD: [1, 0],
  ArrowRight: [1, 0],
}

/** The direction of the pressed keys. Keys count by their place, so WASD is the same on every layout. */
export class Keyboard {
  readonly #pressed = new Set<string>()
  readonly #onChange: () => void

  constructor(onChange: () => void) {
    this.#onChange = onChange
    window.addEventListener('keydown', (event) => this.#press(event))
    window.addEventListener('keyup', (event) => this.#release(event))
    // a key that is released elsewhere gives no event
    window.addEventListener('blur', () => this.#releaseAll())
    document.addEventListener('visibilitychange', () => this.#releaseAll())
  }

  /** A vector whose parts are -1, 0 or 1. */
  get direction(): { dx: number; dy: number } {
    let dx = 0
    let dy = 0
    for (const code of this.#pressed) {
      const [x, y] = steps[code] ?? [0, 0]
      dx += x
      dy += y
    }
    return { dx: Math.sign(dx), dy: Math.sign(dy) }
  }

  #press(event: KeyboardEvent): void {
    if (!(event.code in steps) || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    // arrows must not scroll the page
    event.preventDefault()
    if (event.repeat) return
    this.#pressed.add(event.code)
    this.#onChange()
  }

  #release(event: KeyboardEvent): void {
    if (this.#pressed.delete(event.code)) this.#onChange()
  }

  #releaseAll(): void {
    if (this.#pressed.size === 0) return
    this.#pressed.clear()
    this.#onChange()
  }
}

function isTyping(target: EventTarget | null): boolean {
  const takesKeys = target instanceof HTMLInputElement && target.type !== 'checkbox'
  return takesKeys || (target instanceof HTMLElement && target.closest('dialog') !== null)
}
