import { setText } from '@tygase/frame/page'
import type { Rank } from '../../ranking.js'
import { bodyColour } from '../palette.js'

/** The table, one line for each player. A player keeps its line when the order changes. */
export class Scoreboard {
  readonly #list: HTMLElement
  readonly #lines = new Map<string, HTMLLIElement>()

  constructor(list: HTMLElement) {
    this.#list = list
  }

  /** @param me the player's own id; undefined if it only watches */
  show(ranks: readonly Rank[], me: string | undefined): void {
    const here = new Set(ranks.map(({ clientId }) => clientId))
    for (const [clientId, line] of this.#lines) {
      if (here.has(clientId)) continue
      line.remove()
      this.#lines.delete(clientId)
    }
    ranks.forEach((entry, index) => {
      const line = this.#lineOf(entry.clientId)
      fill(line, entry, entry.clientId === me)
      if (this.#list.children[index] !== line) this.#list.insertBefore(line, this.#list.children[index] ?? null)
    })
    this.#list.classList.toggle('empty', ranks.length === 0)
  }

  #lineOf(clientId: string): HTMLLIElement {
    let line = this.#lines.get(clientId)
    if (line === undefined) {
      line = document.createElement('li')
      for (const part of ['place', 'dot', 'name', 'mark', 'seconds']) {
        const span = document.createElement('span')
        span.className = part
        line.append(span)
      }
      this.#lines.set(clientId, line)
    }
    return line
  }
}

function fill(line: HTMLLIElement, entry: Rank, isMe: boolean): void {
  const [place, dot, name, mark, seconds] = line.children as unknown as HTMLElement[]
  line.classList.toggle('me', isMe)
  line.classList.toggle('it', entry.isIt)
  line.dataset.clientId = entry.clientId
  setText(place!, String(entry.place))
  if (dot!.style.backgroundColor === '' || dot!.dataset.colour !== String(entry.colour)) {
    dot!.dataset.colour = String(entry.colour)
    dot!.style.backgroundColor = bodyColour(entry.colour)
  }
  setText(name!, entry.name)
  name!.title = entry.name
  setText(mark!, entry.isIt ? 'it' : isMe ? 'you' : entry.bot ? 'bot' : '')
  setText(seconds!, `${entry.itSeconds.toFixed(1)} s`)
}
