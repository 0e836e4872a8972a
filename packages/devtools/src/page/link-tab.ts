import type { Probe } from '../probes/probe.js'
import { button, checkbox, make, setText } from './elements.js'
import type { Tab } from './tab.js'

/** A network, as the sliders have it: one way, and loss in percent. */
interface Network {
  readonly latencyMs: number
  readonly jitterMs: number
  readonly loss: number
}

const none: Network = { latencyMs: 0, jitterMs: 0, loss: 0 }
const presets: Readonly<Record<string, Network>> = {
  'As it is': none,
  'Good Wi-Fi': { latencyMs: 5, jitterMs: 10, loss: 0 },
  Mobile: { latencyMs: 45, jitterMs: 40, loss: 1 },
  Awful: { latencyMs: 140, jitterMs: 90, loss: 6 },
}
const sliders = [
  { name: 'latencyMs', label: 'Latency', unit: 'ms', max: 400, step: 5 },
  { name: 'jitterMs', label: 'Jitter', unit: 'ms', max: 200, step: 5 },
  { name: 'loss', label: 'Loss', unit: '%', max: 30, step: 1 },
] as const

/** Makes the network between the page and its server worse. */
export class LinkTab implements Tab {
  readonly id = 'link'
  readonly label = 'Link'
  readonly element = make('div', { class: 'body' })
  readonly #inputs = new Map<keyof Network, { readonly input: HTMLInputElement; readonly output: HTMLOutputElement }>()
  readonly #presets: HTMLButtonElement[]
  readonly #cut: HTMLInputElement
  readonly #state = make('p', { class: 'note', attributes: { role: 'status' } })
  #probe: Probe | undefined

  constructor() {
    const set = make('fieldset', {}, make('legend', { text: 'On top of the real network, each way' }))
    for (const { name, label, unit, max, step } of sliders) {
      const output = make('output')
      const input = make('input', {
        attributes: { type: 'range', min: 0, max, step, value: 0, 'aria-label': label },
        on: { input: () => this.#apply(), pointerup: () => input.blur() },
      })
      this.#inputs.set(name, { input, output })
      set.append(make('label', { class: 'slider' }, label, input, output))
      output.dataset.unit = unit
    }
    this.#presets = Object.entries(presets).map(([name, network]) =>
      button(name, () => this.#take(network), { 'aria-pressed': 'false' }),
    )
    const cut = checkbox('Cut the cable: packets stop, and neither side notices', false, (isCut) => {
      if (isCut) this.#probe?.link.cut({ silent: true })
      else this.#probe?.link.heal()
    })
    this.#cut = cut.input
    const drop = button('Drop the connection', () => {
      const { link } = this.#probe ?? {}
      link?.cut()
      link?.heal()
    })
    const note = make('p', {
      class: 'note',
      text: 'Over WebSocket a lost packet comes late, and all behind it wait.',
    })
    this.element.append(make('div', { class: 'row' }, ...this.#presets), set, cut.element)
    this.element.append(make('div', { class: 'row' }, drop), note, this.#state)
  }

  update(probe: Probe | undefined): void {
    const isOther = probe !== this.#probe
    this.#probe = probe
    for (const control of this.element.querySelectorAll<HTMLInputElement>('input, button')) {
      control.disabled = probe === undefined
    }
    if (probe === undefined) return setText(this.#state, 'This page has no connection yet.')
    const { link, connection } = probe
    this.#cut.checked = link.isCut
    setText(this.#state, `Status: ${connection.status}`)
    if (!isOther) return
    const { latencyMs, jitterMs, loss } = link.conditions
    this.#show({ latencyMs, jitterMs, loss: Math.round(loss * 100) })
  }

  #take(network: Network): void {
    this.#show(network)
    this.#apply()
  }

  #apply(): void {
    const value = (name: keyof Network): number => this.#inputs.get(name)!.input.valueAsNumber
    const network = { latencyMs: value('latencyMs'), jitterMs: value('jitterMs'), loss: value('loss') }
    this.#probe?.link.change({ ...network, loss: network.loss / 100 })
    this.#show(network)
  }

  #show(network: Network): void {
    for (const { name, unit } of sliders) {
      const { input, output } = this.#inputs.get(name)!
      input.value = String(network[name])
      output.value = `${input.value} ${unit}`
    }
    for (const preset of this.#presets) {
      const wanted = presets[preset.textContent ?? ''] ?? none
      const isOn = sliders.every(({ name }) => wanted[name] === network[name])
      preset.setAttribute('aria-pressed', String(isOn))
    }
  }
}
