import type { Probe } from '../probes/probe.js'
import type { Switches } from '../registry.js'
import { Chart, checkbox, make, setText } from './elements.js'
import type { Tab } from './tab.js'
import { inMs, inPercent, perSecond, shortId } from './texts.js'

/** Beyond these a figure is shown in red: people notice it. */
const badRttMs = 200
const badShare = 0.05

const figures = ['Round trip', 'Jitter', 'You ahead by', 'Others behind', 'Sent again', 'Corrected'] as const
type Figure = (typeof figures)[number]

const drawings = [
  ['ghosts', 'Ghost of the confirmed place'],
  ['corrections', 'Corrections where they happen'],
  ['always', 'Also while this panel is closed'],
] as const

/** How the connection does now: figures, the last minute in charts, and what is drawn over the game. */
export class NowTab implements Tab {
  readonly id = 'now'
  readonly label = 'Now'
  readonly element = make('div', { class: 'body' })
  readonly #dot = make('span', { class: 'dot' })
  readonly #status = make('span')
  readonly #values = new Map<Figure, HTMLElement>()
  readonly #rtt = new Chart('Round trip', inMs)
  readonly #gaps = new Chart('Wait for a version, corrections', inMs)
  readonly #bytes = new Chart('Received', perSecond)
  readonly #sent = new Chart('Sent', perSecond)
  readonly #hint = make('p', { class: 'note' })
  readonly #switches: Switches

  constructor(switches: Switches) {
    this.#switches = switches
    const list = make('dl')
    for (const name of figures) {
      const value = make('dd', { text: '–' })
      this.#values.set(name, value)
      list.append(make('div', {}, make('dt', { text: name, attributes: { title: name } }), value))
    }
    const drawn = make('fieldset', {}, make('legend', { text: 'Drawn over the game' }))
    for (const [name, label] of drawings) {
      const change = (isOn: boolean): void => {
        switches[name] = isOn
      }
      drawn.append(checkbox(label, switches[name], change).element)
    }
    drawn.append(this.#hint)
    const status = make('p', { class: 'status' }, this.#dot, this.#status)
    const charts = [this.#rtt, this.#gaps, this.#bytes, this.#sent].map(({ element }) => element)
    this.element.append(status, list, drawn, ...charts)
  }

  update(probe: Probe | undefined): void {
    this.#hint.hidden = this.#switches.drawnAtMs !== undefined
    setText(this.#hint, 'For that, call devtools.draw(context) at the end of each frame.')
    if (probe === undefined) {
      setText(this.#status, 'This page has no connection yet.')
      return
    }
    const { connection, figures: kept } = probe
    this.#dot.dataset.status = connection.status
    setText(this.#status, statusOf(probe))
    const { newest, totals, samples } = kept
    this.#set('Round trip', inMs(newest?.rttMs), (newest?.rttMs ?? 0) > badRttMs)
    this.#set('Jitter', newest?.jitterMs === undefined ? '–' : `± ${inMs(newest.jitterMs)}`)
    this.#set('You ahead by', newest === undefined ? '–' : inMs(newest.leadMs))
    this.#set('Others behind', newest === undefined ? '–' : inMs(newest.delayMs))
    const { resentShare = 0, lost = 0, correctedShare = 0 } = totals ?? {}
    const losses = lost > 0 ? ` · ${lost} lost` : ''
    this.#set('Sent again', totals === undefined ? '–' : inPercent(resentShare) + losses, resentShare > badShare)
    this.#set('Corrected', totals === undefined ? '–' : inPercent(correctedShare), correctedShare > badShare)
    this.#rtt.show(samples.map(({ rttMs }) => rttMs))
    this.#gaps.show(
      samples.map(({ gapMs }) => gapMs),
      samples.map(({ corrections }) => corrections > 0),
    )
    this.#bytes.show(samples.map(({ inRate }) => inRate))
    this.#sent.show(samples.map(({ outRate }) => outRate))
  }

  #set(name: Figure, text: string, isBad = false): void {
    const value = this.#values.get(name)!
    setText(value, text)
    value.className = isBad ? 'bad' : ''
  }
}

/** The state of a connection in a line. */
function statusOf({ connection, isIn }: Probe): string {
  const { status, closeInfo } = connection
  if (closeInfo !== undefined) return `${status}: ${closeInfo.reason || closeInfo.code}`
  if (!isIn) return status
  const { room, clientId, isHost } = connection
  return `${status} · ${nameOfRoom(room)} · you are ${shortId(clientId)}${isHost ? ', the host' : ''}`
}

/** The name of a room: a server with one game has no names of its own. */
export function nameOfRoom({ kind, id }: { readonly kind: string; readonly id: string }): string {
  return kind === id ? kind : `${kind}/${shortId(id)}`
}
