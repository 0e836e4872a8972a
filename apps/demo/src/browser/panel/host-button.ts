import { element } from './element.js'

/** The host client's button that shuts the server down, once that was confirmed. */
export class HostButton {
  readonly #button = element('shutdown', HTMLButtonElement)
  readonly #dialog = element('shutdown-dialog', HTMLDialogElement)

  constructor(onShutdown: () => void) {
    this.#button.addEventListener('click', () => {
      this.#dialog.returnValue = ''
      this.#dialog.showModal()
    })
    this.#dialog.addEventListener('close', () => {
      if (this.#dialog.returnValue === 'shutdown') onShutdown()
    })
  }

  show(isHost: boolean): void {
    this.#button.hidden = !isHost
    // the role may be gone before the question was answered
    if (!isHost && this.#dialog.open) this.#dialog.close('')
  }
}
