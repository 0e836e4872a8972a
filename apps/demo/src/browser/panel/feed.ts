/** How long a line stays, and how many there are at most. */
const lineMs = 4500
const maxLines = 3

/** What happened just now, in lines that go away by themselves; screen readers read them out. */
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
