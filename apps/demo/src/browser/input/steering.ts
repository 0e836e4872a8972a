import { withinUnit } from '../../rules/movement.js'
import { Joystick } from './joystick.js'
import { Keyboard } from './keyboard.js'

export interface Direction {
  dx: number
  dy: number
}

/** Keys and stick together: calls back when the player's direction changes. */
export class Steering {
  readonly #keyboard: Keyboard
  readonly #joystick: Joystick
  readonly #onSteer: (direction: Direction) => void
  #direction: Direction = { dx: 0, dy: 0 }

  constructor(stage: HTMLElement, stick: HTMLElement, onSteer: (direction: Direction) => void) {
    this.#onSteer = onSteer
    this.#keyboard = new Keyboard(() => this.#update())
    this.#joystick = new Joystick(stage, stick, () => this.#update())
  }

  /** No longer than 1. */
  get direction(): Direction {
    return this.#direction
  }

  #update(): void {
    const keys = this.#keyboard.direction
    const { dx, dy } = keys.dx !== 0 || keys.dy !== 0 ? keys : this.#joystick.direction
    const next = withinUnit(dx, dy)
    if (next.dx === this.#direction.dx && next.dy === this.#direction.dy) return
    this.#direction = next
    this.#onSteer(next)
  }
}
