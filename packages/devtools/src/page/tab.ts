import type { Probe } from '../probes/probe.js'
import { make, setText } from './elements.js'

/** What a tab shows. */
export interface TabBody {
  /** Called four times a second while it is shown. */
  update(probe: Probe | undefined): void
}

/** A part of the panel. */
export interface Tab extends TabBody {
  readonly id: string
  readonly label: string
  readonly element: HTMLElement
}

/** A tab that is loaded when it is opened first: a page does without it while the panel stays closed. */
export class LaterTab implements Tab {
  readonly id: string
  readonly label: string
  readonly element = make('div', { class: 'body' })
  readonly #load: (element: HTMLElement) => Promise<TabBody>
  #body: TabBody | undefined
  #isAsked = false
  #probe: Probe | undefined

  /** @param load loads the code, and fills the element of the tab */
  constructor(id: string, label: string, load: (element: HTMLElement) => Promise<TabBody>) {
    this.id = id
    this.label = label
    this.#load = load
  }

  update(probe: Probe | undefined): void {
    this.#probe = probe
    if (this.#body !== undefined) return this.#body.update(probe)
    if (this.#isAsked) return
    this.#isAsked = true
    void this.#begin()
  }

  async #begin(): Promise<void> {
    const note = make('p', { text: 'One moment …', attributes: { role: 'status' } })
    this.element.append(note)
    try {
      this.#body = await this.#load(this.element)
    } catch (error) {
      // some browsers remember that a module has failed until the page is loaded again
      return setText(note, `This tab cannot be loaded (${error}). Load the page again to try once more.`)
    }
    note.remove()
    this.#body.update(this.#probe)
  }
}
