import { element } from '@tygase/frame/page'
import { playerColours } from '../palette.js'

export interface Choice {
  name: string
  colour: number
}

/** Asks for a name and a colour before the game. */
export class NamePrompt {
  readonly #form = element('prompt', HTMLFormElement)
  readonly #name = element('name', HTMLInputElement)
  readonly #swatches = element('swatches', HTMLElement)
  readonly #problem = element('prompt-problem', HTMLElement)

  /** @param remembered the last choice */
  constructor(remembered: Choice, onChoice: (choice: Choice) => void) {
    this.#name.value = remembered.name
    playerColours.forEach(({ name, body }, colour) => {
      const radio = document.createElement('input')
      radio.type = 'radio'
      radio.name = 'colour'
      radio.value = String(colour)
      radio.checked = colour === remembered.colour
      radio.setAttribute('aria-label', name)
      radio.title = name
      radio.style.setProperty('--body', body)
      this.#swatches.append(radio)
    })
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault()
      const colour = Number(new FormData(this.#form).get('colour') ?? remembered.colour)
      onChoice({ name: this.#name.value.trim() || 'Player', colour })
    })
  }

  /** @param problem the reason why the last try failed */
  show(problem = ''): void {
    const wasHidden = this.#form.hidden
    this.#problem.textContent = problem
    this.#form.hidden = false
    // on a phone the keyboard would cover the game before the player has seen it
    if (wasHidden && !window.matchMedia('(pointer: coarse)').matches) this.#name.select()
  }

  hide(): void {
    this.#form.hidden = true
    this.#name.blur()
  }
}
