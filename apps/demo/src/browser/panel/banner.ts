import { setText } from '@tygase/frame/page'
import { bannerText, type Standing } from './banner-words.js'

/** Shows the sentence, in the colours of danger if the player is *it*. */
export class Banner {
  readonly #target: HTMLElement

  constructor(target: HTMLElement) {
    this.#target = target
  }

  show(standing: Standing): void {
    const text = bannerText(standing)
    setText(this.#target, text)
    this.#target.hidden = text === ''
    this.#target.classList.toggle('hot', standing.isIt)
  }
}
