/**
 * Finds the element of the page with this id.
 * @throws Error if the page has none of that kind: page and program do not belong together
 */
export function element<Kind extends HTMLElement>(id: string, kind: new () => Kind): Kind {
  const found = document.getElementById(id)
  if (!(found instanceof kind)) throw new Error(`the page has no ${kind.name} with the id ${id}`)
  return found
}

/** Sets a text only if it is another one: screen readers read out each change. */
export function setText(target: HTMLElement, text: string): void {
  if (target.textContent !== text) target.textContent = text
}
