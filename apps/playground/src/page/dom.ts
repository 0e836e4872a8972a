/** The element with this id. @throws Error if the page has none, or one of another kind */
export function element<T extends HTMLElement>(id: string, kind: abstract new () => T): T {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id ${id}`)
  return found
}

export function button(text: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement('button')
  made.type = 'button'
  made.textContent = text
  made.onclick = onClick
  return made
}

/** Buttons of which one is pressed. */
export class Choice<Value> {
  readonly #buttons: readonly (readonly [Value, HTMLButtonElement])[]

  constructor(place: HTMLElement, choices: readonly (readonly [string, Value])[], onChoose: (value: Value) => void) {
    this.#buttons = choices.map(([text, value]) => [value, button(text, () => onChoose(value))] as const)
    place.replaceChildren(...this.#buttons.map(([, made]) => made))
  }

  show(chosen: Value): void {
    for (const [value, made] of this.#buttons) made.ariaPressed = String(value === chosen)
  }
}

/** Sets the text only if it is another one: a reader of the screen would say it again. */
export function setText(place: HTMLElement, text: string): void {
  if (place.textContent !== text) place.textContent = text
}

/** Lines as list items, the old ones kept if they are the same. */
export function setLines(list: HTMLElement, lines: readonly string[]): void {
  const key = lines.join('\n')
  if (list.dataset.lines === key) return
  list.dataset.lines = key
  list.replaceChildren(
    ...lines.map((line) => {
      const item = document.createElement('li')
      item.textContent = line
      return item
    }),
  )
}
