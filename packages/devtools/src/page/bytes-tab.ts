import { ByteCounter, type ByteTable } from '../byte-table.js'
import type { Probe } from '../probes/probe.js'
import { make, setText } from './elements.js'
import type { TabBody } from './tab.js'
import { count, inPercent, perSecond } from './texts.js'

/** Bytes are counted over so long: of shorter times the table would jump. */
const countedMs = 10_000
const mostLines = 40
/** Time between two tables: numbers that change all the time cannot be read. */
const tableMs = 1000

/** What the bytes of the state are spent on, by map and field. */
export class BytesTab implements TabBody {
  readonly #counter = new ByteCounter()
  readonly #summary = make('p')
  readonly #body = make('tbody')
  readonly #table: HTMLElement
  #shown: { readonly probe: Probe; readonly atMs: number } | undefined

  /** @param element is filled */
  constructor(element: HTMLElement) {
    const head = make('tr', {}, make('th', { text: 'Map and field' }))
    head.append(numberCell('th', 'bytes', '78px'), numberCell('th', 'share', '58px'))
    this.#table = make('table', {}, make('thead', {}, head), this.#body)
    const note = make('p', {
      class: 'note',
      text: 'A map alone stands for which rows there are, and which of them have changed. To spend less, round numbers by the precision of the game, and hide rows by its view.',
    })
    element.append(this.#summary, this.#table, note)
  }

  update(probe: Probe | undefined): void {
    if (probe === undefined) {
      this.#table.hidden = true
      return setText(this.#summary, 'This page has no connection yet.')
    }
    const { nowMs } = probe
    if (this.#shown?.probe === probe && nowMs < this.#shown.atMs + tableMs) return
    this.#shown = { probe, atMs: nowMs }
    const table = this.#counter.table(probe.versions, countedMs)
    this.#table.hidden = table === undefined
    if (table === undefined) setText(this.#summary, 'No version has come in the last seconds.')
    else this.#show(table, probe)
  }

  #show({ lines, rate, versions, ms, snapshots }: ByteTable, probe: Probe): void {
    const all = probe.figures.totals?.inRate
    const of = all === undefined ? '' : ` of ${perSecond(Math.max(all, rate))} in all`
    const whole = snapshots > 0 ? `, ${snapshots} of them whole` : ''
    setText(
      this.#summary,
      `The state takes ${perSecond(rate)}${of}: ${count(versions, 'version')} in ${(ms / 1000).toFixed(1)} s${whole}.`,
    )
    const most = lines[0]?.share ?? 0
    const rows = lines.slice(0, mostLines).map(({ name, rate: bytes, share }) => {
      const bar = make('span', { class: 'bar', attributes: { 'aria-hidden': 'true' } })
      bar.style.width = `${most > 0 ? (share / most) * 100 : 0}%`
      const row = make('tr', {}, make('td', {}, name, bar))
      row.append(numberCell('td', perSecond(bytes)), numberCell('td', inPercent(share)))
      return row
    })
    this.#body.replaceChildren(...rows)
  }
}

function numberCell(name: 'td' | 'th', text: string, width?: string): HTMLElement {
  const cell = make(name, { class: 'number', text })
  if (width !== undefined) cell.style.width = width
  return cell
}
