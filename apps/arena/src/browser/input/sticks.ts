import { element } from '@tygase/frame/page'

/** Reach of a knob, in CSS pixels. */
const reach = 52
/** Within this share of the reach the thumb rests. */
const deadZone = 0.18
/** Share of the reach for full speed: less than all, so that a thumb need not be exact. */
const fullAt = 0.8

interface Direction {
  readonly dx: number
  readonly dy: number
}

/** Two sticks that appear under the thumbs: the left half of the stage moves, the right half aims. */
export class Sticks {
  readonly #left = new Stick(element('move-stick', HTMLElement))
  readonly #right = new Stick(element('aim-stick', HTMLElement))
  readonly #onChange: () => void

  constructor(stage: HTMLElement, onChange: () => void) {
    this.#onChange = onChange
    stage.addEventListener('pointerdown', (event) => {
      if (event.pointerType === 'mouse' || isControl(event.target)) return
      event.preventDefault()
      element('launch', HTMLElement).hidden = false
      const stick = event.clientX < stage.clientWidth / 2 ? this.#left : this.#right
      stick.take(event.pointerId, event.clientX, event.clientY)
    })
    stage.addEventListener('pointermove', (event) => this.#each((stick) => stick.move(event)))
    for (const end of ['pointerup', 'pointercancel'] as const) {
      window.addEventListener(end, (event) => this.#each((stick) => stick.drop(event.pointerId)))
    }
  }

  /** A vector no longer than 1; undefined without a thumb. */
  get move(): Direction | undefined {
    return this.#left.direction
  }

  /** Undefined while no thumb aims. */
  get aim(): Direction | undefined {
    return this.#right.direction
  }

  #each(change: (stick: Stick) => boolean): void {
    const changed = [this.#left, this.#right].filter(change)
    if (changed.length > 0) this.#onChange()
  }
}

class Stick {
  readonly #base: HTMLElement
  #pointer: { readonly id: number; readonly x: number; readonly y: number } | undefined
  direction: Direction | undefined

  /** @param base its first child is the knob */
  constructor(base: HTMLElement) {
    this.#base = base
  }

  take(id: number, x: number, y: number): void {
    if (this.#pointer !== undefined) return
    this.#pointer = { id, x, y }
    this.#base.style.left = `${x}px`
    this.#base.style.top = `${y}px`
    this.#base.hidden = false
    this.#show(0, 0)
  }

  /** @returns true if it is this stick's thumb */
  move({ pointerId, clientX, clientY }: PointerEvent): boolean {
    if (pointerId !== this.#pointer?.id) return false
    const [movedX, movedY] = [clientX - this.#pointer.x, clientY - this.#pointer.y]
    this.#show(movedX, movedY)
    this.direction = stickDirection(movedX, movedY)
    return true
  }

  drop(pointerId: number): boolean {
    if (pointerId !== this.#pointer?.id) return false
    this.#pointer = undefined
    this.direction = undefined
    this.#base.hidden = true
    return true
  }

  #show(movedX: number, movedY: number): void {
    const length = Math.hypot(movedX, movedY)
    const share = length > reach ? reach / length : 1
    const knob = this.#base.firstElementChild
    if (knob instanceof HTMLElement) knob.style.transform = `translate(${movedX * share}px, ${movedY * share}px)`
  }
}

/** True for what the page does something with by itself. */
export function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('button, form, details') !== null
}

/** The direction of a thumb that has moved by so many CSS pixels, in steps of 1/16; undefined if it rests. */
export function stickDirection(movedX: number, movedY: number): Direction | undefined {
  const length = Math.hypot(movedX, movedY)
  const share = length / reach
  if (share < deadZone) return undefined
  const strength = Math.min(1, (share - deadZone) / (fullAt - deadZone))
  // a thumb trembles: a smaller change is not worth an event
  const round = (value: number): number => Math.round(value * 16) / 16 + 0
  return { dx: round((movedX / length) * strength), dy: round((movedY / length) * strength) }
}
