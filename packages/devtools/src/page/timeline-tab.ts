import { type Differences, differencesBetween, inShort } from '../differences.js'
import type { Happening } from '../probes/event-log.js'
import type { Probe } from '../probes/probe.js'
import type { KeptVersion } from '../probes/version-ring.js'
import { button, make, setText } from './elements.js'
import type { TabBody } from './tab.js'
import { ago, count, inBytes } from './texts.js'

/** A bar of the chart is so wide, with its gap, in CSS pixels. */
const barPixels = 3
const mostHappenings = 12

/** The last versions, and in what one differs from the one before it. */
export class TimelineTab implements TabBody {
  readonly #bars = make('canvas', { class: 'versions', attributes: { 'aria-hidden': 'true' } })
  readonly #slider: HTMLInputElement
  readonly #live: HTMLButtonElement
  readonly #pin: HTMLButtonElement
  readonly #about = make('p', { attributes: { role: 'status' } })
  readonly #rows = make('tbody')
  readonly #table: HTMLElement
  readonly #happened = make('ul')
  readonly #saved = make('p', { class: 'note', attributes: { role: 'status' } })
  #probe: Probe | undefined
  /** The versions that are looked at; undefined while it is live. They stay while others come. */
  #still: readonly KeptVersion[] | undefined
  #shown: KeptVersion | undefined
  /** The version that others are compared with; undefined: the one before. */
  #from: KeptVersion | undefined

  /**
   * @param element is filled
   * @param save hands out a recording. Resolves with a sentence about it
   */
  constructor(element: HTMLElement, save: (probe: Probe) => Promise<string>) {
    this.#slider = make('input', {
      attributes: { type: 'range', min: 0, max: 0, value: 0, 'aria-label': 'Version' },
      on: { input: () => this.#hold(this.#slider.valueAsNumber) },
    })
    this.#live = button('Live', () => this.#goLive(), { 'aria-pressed': 'true' })
    const step = (by: number) => () => this.#hold(this.#slider.valueAsNumber + by)
    this.#pin = button('Compare from here', () => {
      this.#from = this.#from === undefined ? this.#versions[this.#slider.valueAsNumber] : undefined
      this.#shown = undefined
      this.update(this.#probe)
    })
    const saving = button('Save what happened', () => {
      if (this.#probe === undefined) return
      setText(this.#saved, 'One moment …')
      void save(this.#probe).then((text) => setText(this.#saved, text))
    })
    const controls = make('div', { class: 'row' }, button('‹', step(-1), { 'aria-label': 'Earlier version' }))
    controls.append(button('›', step(1), { 'aria-label': 'Later version' }), this.#live, this.#pin, saving)
    const head = make('tr', {}, ...['Place', 'before', 'after'].map((text) => make('th', { text })))
    this.#table = make('table', { class: 'diff' }, make('thead', {}, head), this.#rows)
    element.append(make('div', {}, this.#bars, this.#slider), controls, this.#saved)
    element.append(this.#about, this.#happened, this.#table)
    this.#bars.addEventListener('click', (event) => this.#hold(this.#barUnder(event.offsetX)))
  }

  update(probe: Probe | undefined): void {
    if (probe !== this.#probe) this.#still = this.#from = undefined
    this.#probe = probe
    const versions = this.#versions
    if (versions.length === 0) return setText(this.#about, 'No version has come yet.')
    this.#slider.max = String(versions.length - 1)
    if (this.#still === undefined) this.#slider.value = this.#slider.max
    this.#live.setAttribute('aria-pressed', String(this.#still === undefined))
    const place = this.#slider.valueAsNumber
    this.#drawBars(versions, place)
    this.#show(versions, place)
  }

  get #versions(): readonly KeptVersion[] {
    return this.#still ?? this.#probe?.versions.all ?? []
  }

  #goLive(): void {
    this.#still = undefined
    this.update(this.#probe)
  }

  #hold(place: number): void {
    const versions = this.#versions
    this.#still = versions
    this.#slider.max = String(versions.length - 1)
    this.#slider.value = String(place)
    this.update(this.#probe)
  }

  #show(versions: readonly KeptVersion[], place: number): void {
    const [version, before] = [versions[place], this.#from ?? versions[place - 1]]
    if (version === undefined || version === this.#shown) return
    this.#shown = version
    const { delta, base, atMs } = version
    const came = base === undefined ? 'whole' : `as a change of ${base}`
    const age = (versions.at(-1)?.atMs ?? atMs) - atMs
    const { list, isCut } = before === undefined ? nothing : differencesBetween(before.state, version.state)
    const differences = isCut ? 'more than 200 differences' : count(list.length, 'difference')
    const compared = before === undefined ? 'the oldest one kept' : `${differences} from ${before.version}`
    setText(this.#about, `Version ${version.version}, ${ago(age)}: ${inBytes(delta.length)}, ${came}, ${compared}`)
    this.#pin.setAttribute('aria-pressed', String(this.#from !== undefined))
    this.#table.hidden = list.length === 0
    this.#rows.replaceChildren(...rowsFor(list, version.state))
    this.#showHappenings(before?.version ?? version.version, version.version)
  }

  /** What was sent and came between two versions, and the corrections of the later one. */
  #showHappenings(after: number, until: number): void {
    const { happenings = [], corrections } = this.#probe ?? {}
    const here = happenings.filter(({ version }) => version > after && version <= until)
    const corrected = (corrections?.all ?? []).filter(({ version }) => version > after && version <= until)
    const items = here.slice(-mostHappenings).map(({ kind, name, data }) => item(kind, name, data))
    items.push(...corrected.map(({ key, id, by }) => item('refused', `corrected ${key}.${id}`, by)))
    this.#happened.hidden = items.length === 0
    this.#happened.replaceChildren(...items)
  }

  /** As many of the last versions as there is room for: the higher a bar, the more bytes; red with corrections. */
  #drawBars(versions: readonly KeptVersion[], place: number): void {
    const { clientWidth: width, clientHeight: height } = this.#bars
    const pen = this.#bars.getContext('2d')
    if (pen === null || width === 0) return
    const ratio = window.devicePixelRatio || 1
    this.#bars.width = Math.round(width * ratio)
    this.#bars.height = Math.round(height * ratio)
    pen.scale(ratio, ratio)
    const first = this.#firstBar(versions, place)
    const shown = versions.slice(first, first + Math.floor(width / barPixels))
    const most = Math.max(1, ...shown.map(({ delta }) => delta.length))
    const corrected = new Set(this.#probe?.corrections.all.map(({ version }) => version))
    const sent = new Set(this.#probe?.happenings.map(({ version }) => version))
    const { color } = getComputedStyle(this.#live)
    shown.forEach((version, index) => {
      const isChosen = first + index === place
      const tall = Math.max(2, (height - 12) * Math.sqrt(version.delta.length / most))
      pen.globalAlpha = isChosen ? 1 : 0.55
      pen.fillStyle = isChosen ? color : '#5b8cff'
      if (corrected.has(version.version)) pen.fillStyle = '#ff4d6d'
      pen.fillRect(index * barPixels, height - tall, barPixels - 1, tall)
      pen.fillStyle = '#f5a524'
      if (sent.has(version.version)) pen.fillRect(index * barPixels, 3, barPixels - 1, 3)
    })
  }

  #firstBar(versions: readonly KeptVersion[], place: number): number {
    const room = Math.floor(this.#bars.clientWidth / barPixels)
    return Math.max(0, Math.min(versions.length - room, place - Math.floor(room / 2)))
  }

  #barUnder(x: number): number {
    const first = this.#firstBar(this.#versions, this.#slider.valueAsNumber)
    return Math.min(this.#versions.length - 1, first + Math.floor(x / barPixels))
  }
}

const nothing: Differences = { list: [], isCut: false }

/** A line for each difference, below the row or object that it is in. */
function rowsFor(list: Differences['list'], state: object): HTMLElement[] {
  let shown = ''
  return list.flatMap(({ path, kind, before, after }) => {
    // a row that is added or removed has a line of its own
    const end = kind === 'changed' ? path.lastIndexOf('.') : -1
    const [inside, field] = [path.slice(0, Math.max(0, end)), path.slice(end + 1)]
    const line = make('tr', { class: inside === '' ? '' : 'inside' }, make('td', { text: field }))
    line.append(make('td', { class: 'before', text: before }), make('td', { class: 'after', text: after }))
    const isNew = inside !== '' && inside !== shown
    shown = inside
    const text = inside + nameOf(state, inside)
    return isNew ? [make('tr', {}, make('th', { text, attributes: { colspan: 3 } })), line] : [line]
  })
}

/** The name that a row has for people, if it has one. */
function nameOf(state: object, path: string): string {
  const [, key = '', id = ''] = /^([^.]+)\.(.+)$/.exec(path) ?? []
  const part = (state as Record<string, { get?(id: string): unknown } | undefined>)[key]
  const { name } = (part?.get?.(id) ?? {}) as { name?: unknown }
  return typeof name === 'string' ? ` · ${name}` : ''
}

function item(kind: Happening['kind'], name: string, data: unknown): HTMLElement {
  const text = { sent: '→ ', received: '← ', refused: '× ', status: '' }[kind] + name
  const details = data === undefined ? '' : inShort(data)
  return make(
    'li',
    { class: kind },
    make('b', { text }),
    make('span', { text: details, attributes: { title: details } }),
  )
}
