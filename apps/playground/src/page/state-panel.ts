import { Choice, element } from './dom.js'

type Whose = 'server' | number

/** Lists longer than this are cut: a page with ten thousand lines is slow. */
const maxParts = 300

/** The state of the server, or of a client, as a tree. Parts that were opened stay open. */
export class StatePanel {
  readonly #onWatch: (whose: Whose) => void
  readonly #tree = element('tree', HTMLElement)
  readonly #closed = new Set<string>()
  #choice: Choice<Whose> | undefined
  #clients = 0
  #whose: Whose = 'server'

  constructor(onWatch: (whose: Whose) => void) {
    this.#onWatch = onWatch
  }

  get whose(): Whose {
    return this.#whose
  }

  layOut(clients: number): void {
    if (clients === this.#clients) return
    this.#clients = clients
    const names = Array.from({ length: clients }, (_, index) => [`${index + 1}`, index] as const)
    const choose = (whose: Whose): void => {
      this.#whose = whose
      this.#choice?.show(whose)
      this.#onWatch(whose)
    }
    this.#choice = new Choice<Whose>(element('whose', HTMLElement), [['Server', 'server'], ...names], choose)
    choose('server')
  }

  /** @param text JSON that may come from a stranger's code */
  show(text: string): void {
    let state: unknown
    try {
      state = JSON.parse(text)
    } catch {
      return
    }
    const place = this.#tree.scrollTop
    this.#tree.replaceChildren(this.#part('state', state, ''))
    this.#tree.scrollTop = place
  }

  #part(name: string, value: unknown, path: string): HTMLElement {
    if (typeof value !== 'object' || value === null) return lineOf(name, JSON.stringify(value) ?? 'undefined')
    const rows = rowsOf(value)
    const inner = rows ?? value
    const entries = Object.entries(inner)
    const kind = rows
      ? `EntityMap(${entries.length})`
      : Array.isArray(value)
        ? `[${entries.length}]`
        : `{${entries.length}}`
    if (entries.length === 0) return lineOf(name, kind)
    const part = document.createElement('details')
    const own = `${path}/${name}`
    part.open = !this.#closed.has(own)
    part.ontoggle = () => void (part.open ? this.#closed.delete(own) : this.#closed.add(own))
    const summary = document.createElement('summary')
    summary.append(`${name} `, spanOf(kind))
    part.append(summary, ...entries.slice(0, maxParts).map(([key, inside]) => this.#part(key, inside, own)))
    if (entries.length > maxParts) part.append(lineOf('…', `${entries.length - maxParts} more`))
    return part
  }
}

/** The rows of an EntityMap, as the stage writes one. */
function rowsOf(value: object): object | undefined {
  const { EntityMap, ...rest } = value as { EntityMap?: unknown }
  return typeof EntityMap === 'object' && EntityMap !== null && Object.keys(rest).length === 0 ? EntityMap : undefined
}

function lineOf(name: string, text: string): HTMLElement {
  const line = document.createElement('div')
  const value = document.createElement('em')
  value.textContent = text
  line.append(spanOf(`${name}: `), value)
  return line
}

function spanOf(text: string): HTMLElement {
  const span = document.createElement('span')
  span.textContent = text
  return span
}
