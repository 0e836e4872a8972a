import { element, setText } from '@tygase/frame/page'
import { type Obstacle, overlayWords } from './overlay-words.js'

/** Lies over the stage while there is no game to play, and says why. */
export class Overlay {
  readonly #overlay = element('overlay', HTMLElement)
  readonly #title = element('overlay-title', HTMLElement)
  readonly #text = element('overlay-text', HTMLElement)
  readonly #spinner = element('overlay-spinner', HTMLElement)
  readonly #again = element('connect-again', HTMLButtonElement)

  constructor(onConnectAgain: () => void) {
    this.#again.addEventListener('click', onConnectAgain)
  }

  show(obstacle: Obstacle): void {
    const { title, text, waits } = overlayWords(obstacle)
    setText(this.#title, title)
    setText(this.#text, text)
    this.#spinner.hidden = !waits
    this.#again.hidden = waits
    this.#overlay.hidden = false
    if (!waits) this.#again.focus()
  }

  hide(): void {
    this.#overlay.hidden = true
  }
}
