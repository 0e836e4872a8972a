import { sampleMs } from '../probes/figures.js'
import type { Probe } from '../probes/probe.js'
import type { Registry } from '../registry.js'
import { button, make, setText } from './elements.js'
import { LinkTab } from './link-tab.js'
import { NowTab, nameOfRoom } from './now-tab.js'
import { Frames, isPlayerFrame, PlayersTab } from './players-tab.js'
import { style } from './style.js'
import { LaterTab, type Tab } from './tab.js'
import { inMs } from './texts.js'

/**
 * Events that the panel keeps to itself, so that they do not steer the game. Those that end something go on: a key or a button of
 * the mouse that is let go over the panel would be held for ever.
 */
const ownEvents = [
  ...['pointerdown', 'pointermove', 'mousedown', 'mousemove', 'click', 'contextmenu', 'wheel'],
  ...['touchstart', 'touchmove', 'keydown'],
]
const key = 'tygase-devtools'

/** What is remembered while the tab of the browser lives. */
interface Remembered {
  readonly isOpen: boolean
  readonly tab: string
  readonly ghosts: boolean
  readonly corrections: boolean
  readonly always: boolean
}

/** The button at the edge of the page, and the panel that it opens. Both are in a shadow root of their own. */
export class Panel {
  readonly #registry: Registry
  readonly #root: ShadowRoot
  readonly #open: HTMLButtonElement
  readonly #dot = make('span', { class: 'dot' })
  readonly #figure = make('b')
  readonly #panel: HTMLElement
  readonly #connections = make('select', { attributes: { 'aria-label': 'Connection' } })
  readonly #tabs: readonly Tab[]
  readonly #tabButtons: HTMLButtonElement[]
  #tab: Tab
  #listed: readonly Probe[] = []

  /** @param save hands out a recording. Resolves with a sentence about it */
  constructor(registry: Registry, save: (probe: Probe) => Promise<string>) {
    this.#registry = registry
    const remembered = recall()
    const { ghosts, corrections, always } = remembered
    Object.assign(registry.switches, { ghosts, corrections, always })
    const bytes = new LaterTab('bytes', 'Bytes', async (element) => {
      const { BytesTab } = await import('./bytes-tab.js')
      return new BytesTab(element)
    })
    const timeline = new LaterTab('timeline', 'Versions', async (element) => {
      const { TimelineTab } = await import('./timeline-tab.js')
      return new TimelineTab(element, save)
    })
    const tabs = [new NowTab(registry.switches), bytes, new LinkTab(), timeline]
    this.#tabs = isPlayerFrame() ? tabs : [...tabs, new PlayersTab((count) => this.#showFrames(count))]
    this.#tab = this.#tabs.find(({ id }) => id === remembered.tab) ?? this.#tabs[0]!
    const host = document.createElement('tygase-devtools')
    this.#root = host.attachShadow({ mode: 'open' })
    for (const event of ownEvents) host.addEventListener(event, (own) => own.stopPropagation())
    this.#open = button('', () => this.#show(true), { 'aria-label': 'TyGaSe devtools', 'aria-expanded': 'false' })
    this.#open.className = 'open'
    this.#open.append(this.#dot, this.#figure)
    this.#tabButtons = this.#tabs.map((tab) => this.#buttonOf(tab))
    const attributes = { role: 'region', 'aria-label': 'TyGaSe devtools', hidden: true }
    this.#panel = make('section', { class: 'panel', attributes })
    const head = make('header', {}, make('strong', { text: 'TyGaSe' }), this.#connections)
    head.append(button('×', () => this.#show(false), { 'aria-label': 'Close', title: 'Close' }))
    const list = make('div', { class: 'tabs', attributes: { role: 'tablist' } }, ...this.#tabButtons)
    this.#panel.append(head, list, ...this.#tabs.map(({ element }) => element))
    this.#panel.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.#show(false)
    })
    this.#connections.addEventListener('change', () => {
      const chosen = this.#listed[this.#connections.selectedIndex]
      if (chosen !== undefined) registry.choose(chosen)
      this.#connections.blur()
      this.#update()
    })
    this.#root.append(make('style', { text: style }), this.#open, this.#panel)
    document.documentElement.append(host)
    this.#choose(this.#tab)
    if (remembered.isOpen) this.#show(true)
    setInterval(() => this.#update(), sampleMs)
  }

  #buttonOf(tab: Tab): HTMLButtonElement {
    const attributes = { role: 'tab', id: `tab-${tab.id}`, 'aria-controls': `body-${tab.id}` }
    const made = button(tab.label, () => this.#choose(tab), attributes)
    made.addEventListener('keydown', (event) => {
      const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key]
      if (by === undefined) return
      const { length } = this.#tabs
      const place = (this.#tabs.indexOf(tab) + by + length) % length
      this.#choose(this.#tabs[place]!)
      this.#tabButtons[place]!.focus()
    })
    for (const [name, value] of [
      ['id', `body-${tab.id}`],
      ['role', 'tabpanel'],
      ['aria-labelledby', `tab-${tab.id}`],
      ['tabindex', '-1'],
    ] as const) {
      tab.element.setAttribute(name, value)
    }
    return made
  }

  #choose(tab: Tab): void {
    this.#tab = tab
    this.#tabs.forEach((other, place) => {
      const isShown = other === tab
      other.element.hidden = !isShown
      const own = this.#tabButtons[place]!
      own.setAttribute('aria-selected', String(isShown))
      own.tabIndex = isShown ? 0 : -1
    })
    this.#update()
  }

  #show(isOpen: boolean): void {
    const hadFocus = this.#root.activeElement !== null
    this.#panel.hidden = !isOpen
    this.#open.hidden = isOpen
    this.#open.setAttribute('aria-expanded', String(isOpen))
    // who came by keys goes on by keys
    if (hadFocus) (isOpen ? this.#tabButtons[this.#tabs.indexOf(this.#tab)]! : this.#open).focus()
    this.#update()
  }

  #update(): void {
    const { probe } = this.#registry
    for (const each of this.#registry.probes) each.look()
    const isOpen = !this.#panel.hidden
    const status = probe?.connection.status ?? 'none'
    this.#dot.dataset.status = status
    const { rttMs } = probe?.figures.newest ?? {}
    setText(this.#figure, status === 'connected' && rttMs !== undefined ? inMs(rttMs) : status)
    if (isOpen) {
      this.#listConnections(probe)
      this.#tab.update(probe)
    }
    const { switches } = this.#registry
    switches.isOpen = isOpen
    const { ghosts, corrections, always } = switches
    keep({ isOpen, tab: this.#tab.id, ghosts, corrections, always })
  }

  #listConnections(shown: Probe | undefined): void {
    const { probes } = this.#registry
    const names = probes.map(({ connection, isIn }, place) => {
      const name = isIn ? nameOfRoom(connection.room) : 'connection'
      return `${place + 1} · ${name} · ${connection.status}`
    })
    const { options } = this.#connections
    const isKnown = probes === this.#listed && names.every((name, place) => options[place]?.text === name)
    if (!isKnown) this.#connections.replaceChildren(...names.map((text) => make('option', { text })))
    this.#listed = probes
    const place = shown === undefined ? -1 : probes.indexOf(shown)
    if (this.#connections.selectedIndex !== place) this.#connections.selectedIndex = place
    this.#connections.disabled = probes.length < 2
  }

  #showFrames(count: number): void {
    this.#panel.hidden = true
    const frames = new Frames(count, window.location.href, () => this.#show(true))
    this.#root.append(frames.element)
  }
}

let kept = ''

/** Storage may be forbidden: then nothing is remembered. In a frame, nothing is: it shares the storage with the page around it. */
function keep(remembered: Remembered): void {
  const text = JSON.stringify(remembered)
  if (text === kept || isPlayerFrame()) return
  kept = text
  try {
    sessionStorage.setItem(key, text)
  } catch {
    // as said above
  }
}

function recall(): Remembered {
  const usual: Remembered = { isOpen: false, tab: 'now', ghosts: true, corrections: true, always: false }
  try {
    if (isPlayerFrame()) return usual
    kept = sessionStorage.getItem(key) ?? ''
    return { ...usual, ...(JSON.parse(kept || '{}') as Partial<Remembered>) }
  } catch {
    return usual
  }
}
