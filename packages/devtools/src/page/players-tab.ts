import type { Probe } from '../probes/probe.js'
import { button, make } from './elements.js'
import type { Tab } from './tab.js'

const counts = [2, 3, 4, 6] as const
/** A game is not to be played in cells that are narrower. */
const leastCellPixels = 420

/** The name of a frame begins with this. */
const framePrefix = 'tygase-player-'

/** Whether this page is in one of the frames: it is a player, and opens no frames of its own. */
export function isPlayerFrame(): boolean {
  return window.name.startsWith(framePrefix)
}

/** Opens the page several times, side by side: each frame is a player. */
export class PlayersTab implements Tab {
  readonly id = 'players'
  readonly label = 'Players'
  readonly element = make('div', { class: 'body' })

  /** @param open shows an element over the page */
  constructor(open: (count: number) => void) {
    const buttons = counts.map((count) => button(`${count} players`, () => open(count)))
    this.element.append(
      make('p', {
        text: 'Opens this page in frames side by side: each is a player of its own.',
      }),
      make('div', { class: 'row' }, ...buttons),
      make('p', {
        class: 'note',
        text: 'A click into a frame gives it the keys. This page stays connected.',
      }),
    )
  }

  update(_probe: Probe | undefined): void {}
}

/** The frames. They lie over the page until they are closed. */
export class Frames {
  readonly element: HTMLElement
  readonly #grid = make('div', { class: 'grid' })

  /**
   * @param address of the page
   * @param onClose called once they are gone
   */
  constructor(count: number, address: string, onClose: () => void) {
    const close = button('Close', () => {
      this.element.remove()
      onClose()
    })
    const title = make('strong', { text: `${count} players` })
    const attributes = { role: 'dialog', 'aria-label': 'Players side by side' }
    this.element = make('section', { class: 'frames', attributes }, make('header', {}, title, close), this.#grid)
    this.#grid.style.setProperty('--columns', String(columnsOf(count, window.innerWidth)))
    for (let player = 1; player <= count; player++) {
      const name = `Player ${player}`
      const frame = make('iframe', {
        attributes: { src: address, name: framePrefix + player, title: name, allow: 'autoplay; gamepad' },
      })
      // a click gives it the keys, and so does being the first
      frame.addEventListener('load', () => {
        if (player === 1) frame.contentWindow?.focus()
      })
      this.#grid.append(make('figure', {}, frame, make('figcaption', { text: name })))
    }
  }
}

/** Two rows from four players on, if there is room for the columns. */
export function columnsOf(count: number, width: number): number {
  const most = Math.max(1, Math.floor(width / leastCellPixels))
  return Math.min(most, count <= 3 ? count : Math.ceil(count / 2))
}
