import { element } from '@tygase/frame/page'

/** The host client's button that shuts the server down, after a confirmation. */
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

  show(isAllowed: boolean): void {
    this.#button.hidden = !isAllowed
    // the role may be gone before the answer
    if (!isAllowed && this.#dialog.open) this.#dialog.close('')
  }
}
