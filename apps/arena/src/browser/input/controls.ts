import { withinUnit } from '../../rules/geometry.js'
import { isControl, Sticks } from './sticks.js'

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

const launchKey = 'Space'

export interface ControlListener {
  /** The direction of the player has changed: a vector no longer than 1. */
  onSteer(dx: number, dy: number): void
  onLaunch(): void
}

/** Where the player aims: at a point of the page, or in a direction in radians. */
export type Aim =
  | { readonly kind: 'point'; readonly x: number; readonly y: number }
  | { readonly kind: 'direction'; readonly angle: number }

/** Keys, mouse and thumbs together. */
export class Controls {
  readonly #listener: ControlListener
  readonly #pressed = new Set<string>()
  readonly #sticks: Sticks
  #direction = { dx: 0, dy: 0 }
  #mouse = { x: 0, y: 0 }
  #isMouseDown = false
  /** The aim stays where the thumb has left it. */
  #aim: Aim = { kind: 'direction', angle: 0 }

  constructor(stage: HTMLElement, listener: ControlListener) {
    this.#listener = listener
    this.#sticks = new Sticks(stage, () => this.#update())
    window.addEventListener('keydown', (event) => this.#press(event))
    window.addEventListener('keyup', (event) => {
      if (this.#pressed.delete(event.code)) this.#update()
    })
    // what is released elsewhere gives no event
    window.addEventListener('blur', () => this.#releaseAll())
    document.addEventListener('visibilitychange', () => this.#releaseAll())
    stage.addEventListener('pointermove', (event) => this.#point(event))
    stage.addEventListener('pointerdown', (event) => this.#point(event, true))
    window.addEventListener('pointerup', (event) => {
      if (event.pointerType === 'mouse' && event.button === 0) this.#isMouseDown = false
    })
    stage.addEventListener('contextmenu', (event) => event.preventDefault())
    document.getElementById('launch')?.addEventListener('click', () => listener.onLaunch())
  }

  /** No longer than 1. */
  get direction(): { readonly dx: number; readonly dy: number } {
    return this.#direction
  }

  get aim(): Aim {
    const { aim } = this.#sticks
    if (aim !== undefined) this.#aim = { kind: 'direction', angle: Math.atan2(aim.dy, aim.dx) }
    return this.#aim
  }

  /** True while the player wants to shoot. */
  get fires(): boolean {
    return this.#isMouseDown || this.#sticks.aim !== undefined
  }

  #press(event: KeyboardEvent): void {
    const isOurs = event.code in steps || event.code === launchKey
    if (!isOurs || event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return
    // arrows and space must not scroll the page
    event.preventDefault()
    if (event.repeat) return
    if (event.code === launchKey) return this.#listener.onLaunch()
    this.#pressed.add(event.code)
    this.#update()
  }

  #point(event: PointerEvent, isDown = false): void {
    if (event.pointerType !== 'mouse') return
    this.#mouse = { x: event.clientX, y: event.clientY }
    this.#aim = { kind: 'point', ...this.#mouse }
    if (!isDown || isControl(event.target)) return
    if (event.button === 0) this.#isMouseDown = true
    if (event.button === 2) this.#listener.onLaunch()
  }

  #releaseAll(): void {
    this.#isMouseDown = false
    this.#pressed.clear()
    this.#update()
  }

  #update(): void {
    let dx = 0
    let dy = 0
    for (const code of this.#pressed) {
      const [x, y] = steps[code] ?? [0, 0]
      dx += x
      dy += y
    }
    const keys = { dx: Math.sign(dx), dy: Math.sign(dy) }
    const wanted = keys.dx !== 0 || keys.dy !== 0 ? keys : (this.#sticks.move ?? { dx: 0, dy: 0 })
    const next = withinUnit(wanted.dx, wanted.dy)
    if (next.dx === this.#direction.dx && next.dy === this.#direction.dy) return
    this.#direction = next
    this.#listener.onSteer(next.dx, next.dy)
  }
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof HTMLInputElement && target.type === 'text'
}
