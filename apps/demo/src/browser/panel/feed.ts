/** Duration of a line, and the most lines at a time. */
const lineMs = 4500
const maxLines = 3

/** The news as lines that disappear by themselves. Screen readers read them out. */
export class Feed {
  readonly #list: HTMLElement

  constructor(list: HTMLElement) {
    this.#list = list
  }

  add(text: string): void {
    const line = document.createElement('li')
    line.textContent = text
    this.#list.append(line)
    while (this.#list.children.length > maxLines) this.#list.firstElementChild?.remove()
    setTimeout(() => line.classList.add('gone'), lineMs - 500)
    setTimeout(() => line.remove(), lineMs)
  }
}
