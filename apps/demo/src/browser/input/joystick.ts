import { stickDirection, stickReach } from './stick.js'

/** A stick that appears under the thumb, anywhere on the stage. For touch and pens: a mouse has keys beside it. */
export class Joystick {
  readonly #base: HTMLElement
  readonly #onChange: () => void
  #pointer: { id: number; x: number; y: number } | undefined
  #direction = { dx: 0, dy: 0 }

  /** @param base the stick; its first child is the knob */
  constructor(stage: HTMLElement, base: HTMLElement, onChange: () => void) {
    this.#base = base
    this.#onChange = onChange
    stage.addEventListener('pointerdown', (event) => this.#down(stage, event))
    stage.addEventListener('pointermove', (event) => this.#move(event))
    for (const end of ['pointerup', 'pointercancel', 'lostpointercapture'] as const) {
      stage.addEventListener(end, (event) => this.#up(event))
    }
  }

  get direction(): { dx: number; dy: number } {
    return this.#direction
  }

  #down(stage: HTMLElement, event: PointerEvent): void {
    const onControl = event.target instanceof Element && event.target.closest('button, form, dialog') !== null
    if (event.pointerType === 'mouse' || this.#pointer !== undefined || onControl) return
    event.preventDefault()
    stage.setPointerCapture(event.pointerId)
    this.#pointer = { id: event.pointerId, x: event.clientX, y: event.clientY }
    const { left, top } = stage.getBoundingClientRect()
    this.#base.style.left = `${event.clientX - left}px`
    this.#base.style.top = `${event.clientY - top}px`
    this.#base.hidden = false
    this.#show(0, 0)
  }

  #move(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer?.id) return
    this.#show(event.clientX - this.#pointer.x, event.clientY - this.#pointer.y)
  }

  #up(event: PointerEvent): void {
    if (event.pointerId !== this.#pointer?.id) return
    this.#pointer = undefined
    this.#base.hidden = true
    this.#show(0, 0)
  }

  #show(movedX: number, movedY: number): void {
    const length = Math.hypot(movedX, movedY)
    const share = length > stickReach ? stickReach / length : 1
    const knob = this.#base.firstElementChild
    if (knob instanceof HTMLElement) knob.style.transform = `translate(${movedX * share}px, ${movedY * share}px)`
    const next = stickDirection(movedX, movedY)
    if (next.dx === this.#direction.dx && next.dy === this.#direction.dy) return
    this.#direction = next
    this.#onChange()
  }
}
