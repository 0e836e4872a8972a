import { type Change, type LinkSettings, presets } from '../run/record.js'
import type { ClientStatus, Status } from '../stage/messages.js'
import { Choice, element, setLines, setText } from './dom.js'

/** Whose network the sliders are for: a client, or all of them. */
type Who = number | undefined

/** A slider that is dragged changes the network so often. */
const dragMs = 150

const units: Readonly<Record<keyof LinkSettings, string>> = { latencyMs: ' ms', jitterMs: ' ms', lossPercent: ' %' }

/** The rows of the table: what they are called, what they say, and what that means. */
const rows: readonly (readonly [name: string, meaning: string, text: (client: ClientStatus) => string])[] = [
  ['round trip', 'Time to the server and back', ({ rttMs }) => `${Math.round(rttMs)} ms`],
  ['jitter', 'Mean deviation of the round trip', ({ jitterMs }) => `${Math.round(jitterMs)} ms`],
  ['down', 'From the server, per second', ({ bytesInPerSecond }) => kilobytes(bytesInPerSecond)],
  ['up', 'To the server, per second', ({ bytesOutPerSecond }) => kilobytes(bytesOutPerSecond)],
  [
    'ahead',
    'How far own rows are ahead of the newest version, in ticks',
    ({ aheadTicks }) => `${Math.round(aheadTicks)}`,
  ],
  ['behind', 'How far in the past others are drawn', ({ delayMs }) => `${Math.round(delayMs)} ms`],
  ['corrections', 'How often an own row was predicted wrong', ({ corrections }) => String(corrections)],
  ['own error', 'By how much the last correction moved it', ({ lastCorrection }) => lastCorrection.toFixed(1)],
]

/** Sliders for the networks of the clients, and the figures that follow. */
export class NetworkPanel {
  readonly #onChange: (client: Who, change: Change) => void
  readonly #sliders = (['latencyMs', 'jitterMs', 'lossPercent'] as const).map(
    (name) => [name, element(name, HTMLInputElement)] as const,
  )
  readonly #cut = element('cut', HTMLButtonElement)
  readonly #predict = element('predict', HTMLInputElement)
  readonly #figures = element('figures', HTMLTableElement)
  #who: Who
  #whoChoice: Choice<Who> | undefined
  #clients = 0
  #presets: Choice<LinkSettings>
  #cells: HTMLElement[][] = []
  #last: Status | undefined
  #dragTimer: ReturnType<typeof setTimeout> | undefined

  constructor(onChange: (client: Who, change: Change) => void) {
    this.#onChange = onChange
    const choose = (link: LinkSettings): void => this.#onChange(this.#who, { kind: 'link', link })
    this.#presets = new Choice(element('presets', HTMLElement), Object.entries(presets), choose)
    for (const [, slider] of this.#sliders) {
      slider.oninput = () => {
        // each change is an input of the run: a link has to carry them all
        this.#dragTimer ??= setTimeout(() => {
          this.#dragTimer = undefined
          choose(this.#settings())
        }, dragMs)
      }
    }
    this.#cut.onclick = () => this.#onChange(this.#who, { kind: this.#cut.ariaPressed === 'true' ? 'heal' : 'cut' })
    this.#predict.onchange = () => this.#onChange(this.#who, { kind: this.#predict.checked ? 'ahead' : 'behind' })
  }

  show(status: Status): void {
    this.#last = status
    if (status.clients.length !== this.#clients) this.#layOut(status.clients.length)
    const own = status.clients[this.#who ?? 0]
    if (own === undefined) return
    this.#showControls(status, own)
    for (const [row, [, , text]] of rows.entries()) {
      for (const [index, client] of status.clients.entries()) {
        const cell = this.#cells[row]?.[index]
        if (cell !== undefined) setText(cell, client.status === 'connected' ? text(client) : '–')
      }
    }
    setLines(element('problems', HTMLElement), status.problems.slice(-6))
  }

  #showControls({ isReplay, canPredict, clients }: Status, own: ClientStatus): void {
    const settings = { latencyMs: own.latencyMs, jitterMs: own.linkJitterMs, lossPercent: own.lossPercent }
    for (const [name, slider] of this.#sliders) {
      slider.disabled = isReplay
      // not under a finger that holds it, and not before it was heard
      if (this.#dragTimer === undefined && !slider.matches(':active')) slider.value = String(settings[name])
      setText(slider.nextElementSibling as HTMLElement, `${settings[name]}${units[name]}`)
    }
    const known = Object.values(presets).find((link) => this.#sliders.every(([name]) => link[name] === settings[name]))
    this.#presets.show(known ?? settings)
    const isCut = this.#who === undefined ? clients.every((client) => client.isCut) : own.isCut
    this.#cut.ariaPressed = String(isCut)
    setText(this.#cut, isCut ? 'Mend the network' : 'Cut the network')
    this.#cut.disabled = isReplay
    this.#predict.checked = own.predicts
    this.#predict.disabled = isReplay || !canPredict
  }

  #settings(): LinkSettings {
    const [latencyMs = 0, jitterMs = 0, lossPercent = 0] = this.#sliders.map(([, slider]) => Number(slider.value))
    return { latencyMs, jitterMs, lossPercent }
  }

  #layOut(clients: number): void {
    this.#clients = clients
    this.#who = undefined
    const names = Array.from({ length: clients }, (_, index) => [`${index + 1}`, index] as const)
    this.#whoChoice = new Choice<Who>(element('who', HTMLElement), [['All', undefined], ...names], (who) => {
      this.#who = who
      this.#whoChoice?.show(who)
      if (this.#last !== undefined) this.show(this.#last)
    })
    this.#whoChoice.show(undefined)
    const head = this.#figures.tHead!.rows[0]!
    head.replaceChildren(head.cells[0]!, ...names.map(([name]) => headOf(name, 'col')))
    this.#cells = rows.map(() => names.map(() => document.createElement('td')))
    this.#figures.tBodies[0]!.replaceChildren(
      ...rows.map(([name, meaning], row) => {
        const line = document.createElement('tr')
        line.title = meaning
        line.append(headOf(name, 'row'), ...this.#cells[row]!)
        return line
      }),
    )
  }
}

function headOf(text: string, scope: string): HTMLElement {
  const head = document.createElement('th')
  head.scope = scope
  head.textContent = text
  return head
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1000).toFixed(1)} kB`
}
