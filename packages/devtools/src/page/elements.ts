/** What an element has beside its children: attributes, and listeners by their event. */
export interface Parts {
  readonly class?: string
  readonly text?: string
  readonly attributes?: Readonly<Record<string, string | number | boolean>>
  readonly on?: Readonly<Record<string, (event: Event) => void>>
}

type Child = Node | string

/** Makes an element. An attribute that is false is left out. */
export function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  parts: Parts = {},
  ...children: Child[]
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name)
  if (parts.class !== undefined) element.className = parts.class
  if (parts.text !== undefined) element.textContent = parts.text
  for (const [key, value] of Object.entries(parts.attributes ?? {})) {
    if (value !== false) element.setAttribute(key, value === true ? '' : String(value))
  }
  for (const [event, listener] of Object.entries(parts.on ?? {})) element.addEventListener(event, listener)
  element.append(...children)
  return element
}

/** Sets a text only if it is another one: screen readers read out changes, and a selection stays. */
export function setText(element: Element, text: string): void {
  if (element.textContent !== text) element.textContent = text
}

/** A button with a text, whose focus goes back to the game after a click: its keys would press it again. */
export function button(text: string, onClick: () => void, attributes: Parts['attributes'] = {}): HTMLButtonElement {
  return make('button', { text, attributes: { type: 'button', ...attributes }, on: { click: clicked(onClick) } })
}

/** A switch with a label. */
export function checkbox(
  label: string,
  isOn: boolean,
  onChange: (isOn: boolean) => void,
): { element: HTMLElement; input: HTMLInputElement } {
  const input = make('input', {
    attributes: { type: 'checkbox', checked: isOn },
    on: { change: () => onChange(input.checked), click: clicked(() => {}) },
  })
  return { element: make('label', { class: 'switch' }, input, label), input }
}

/** Lets go of the focus after a click by a pointer. Who came by keys stays where they are. */
function clicked(work: () => void): (event: Event) => void {
  return (event) => {
    const { detail, currentTarget } = event as UIEvent
    if (detail > 0) (currentTarget as HTMLElement).blur()
    work()
  }
}

const svg = 'http://www.w3.org/2000/svg'

/** A small chart of the last values: a line over an area, and marks below it. */
export class Chart {
  readonly element: HTMLElement
  readonly #value = make('output')
  readonly #line: SVGElement
  readonly #area: SVGElement
  readonly #marks: SVGElement
  readonly #text: (value: number) => string

  constructor(title: string, text: (value: number) => string) {
    this.#text = text
    const picture = document.createElementNS(svg, 'svg')
    picture.setAttribute('viewBox', '0 0 240 40')
    picture.setAttribute('preserveAspectRatio', 'none')
    picture.setAttribute('aria-hidden', 'true')
    const path = (name: string): SVGElement => {
      const element = document.createElementNS(svg, 'path')
      element.setAttribute('class', name)
      picture.append(element)
      return element
    }
    this.#area = path('area')
    this.#line = path('line')
    this.#marks = path('marks')
    this.element = make('figure', {}, make('figcaption', {}, title, this.#value), picture)
  }

  /** @param values oldest first, at most 240; undefined for one that is not known. @param marked places that get a mark */
  show(values: readonly (number | undefined)[], marked: readonly boolean[] = []): void {
    const known = values.filter((value) => value !== undefined)
    const most = Math.max(1e-9, ...known) * 1.15
    const first = 240 - values.length
    let line = ''
    let start: number | undefined
    values.forEach((value, place) => {
      if (value === undefined) return
      start ??= first + place
      line += `${line === '' ? 'M' : 'L'}${first + place} ${(40 - (value / most) * 40).toFixed(1)}`
    })
    this.#line.setAttribute('d', line)
    this.#area.setAttribute('d', line === '' ? '' : `${line}L239 40L${start} 40Z`)
    const marks = marked.flatMap((isMarked, place) => (isMarked ? [`M${first + place} 40V33`] : []))
    this.#marks.setAttribute('d', marks.join(''))
    const last = values.at(-1)
    const peak = known.length === 0 ? '' : ` · most ${this.#text(Math.max(...known))}`
    setText(this.#value, last === undefined ? '–' : `${this.#text(last)}${peak}`)
  }
}
