import type { Connection } from '@tygase/client'
import { simulateLink } from '@tygase/client/link'
import { predict } from '@tygase/client/predict'
import { element, setText } from '@tygase/frame/page'
import type { arena } from '../../game.js'

/** The network between this page and the server, to make it worse. */
export const link = simulateLink()

export const prediction = predict()

/** Time between two changes of the figures: numbers that change with every frame cannot be read. */
const figuresMs = 250

/** The corner with a bad network to try out, and with figures of how well the page and the server agree. */
export class Network {
  readonly #predict = element('predict', HTMLInputElement)
  readonly #cut = element('cut', HTMLInputElement)
  readonly #rtt = element('rtt', HTMLElement)
  readonly #figures = {
    lead: element('lead', HTMLElement),
    delay: element('delay', HTMLElement),
    corrections: element('corrections', HTMLElement),
    late: element('late', HTMLElement),
  }
  #shownMs = 0

  constructor() {
    const setPrediction = (): void => {
      prediction.enabled = this.#predict.checked
    }
    this.#predict.addEventListener('change', setPrediction)
    setPrediction()
    this.#cut.addEventListener('change', () => {
      // as when a cable is pulled: neither side is told
      if (this.#cut.checked) link.cut({ silent: true })
      else link.heal()
    })
    this.#slider('latency', (latencyMs) => link.change({ latencyMs }), 'ms')
    this.#slider('jitter', (jitterMs) => link.change({ jitterMs }), 'ms')
    this.#slider('loss', (percent) => link.change({ loss: percent / 100 }), '%')
  }

  show({ feel, rttMs, tickRate }: Connection<typeof arena>, nowMs: number): void {
    if (nowMs < this.#shownMs + figuresMs) return
    this.#shownMs = nowMs
    setText(this.#rtt, rttMs === undefined ? '–' : `${Math.round(rttMs)} ms`)
    setText(this.#figures.lead, `${Math.round((feel.aheadTicks * 1000) / tickRate)} ms`)
    setText(this.#figures.delay, `${Math.round(feel.delayMs)} ms`)
    setText(this.#figures.corrections, `${feel.corrections} of ${feel.rebases}`)
    setText(this.#figures.late, String(feel.lateEvents))
  }

  #slider(id: string, change: (value: number) => void, unit: string): void {
    const input = element(id, HTMLInputElement)
    const output = element(`${id}-text`, HTMLOutputElement)
    const show = (): void => {
      change(Number(input.value))
      output.value = `${input.value} ${unit}`
    }
    input.addEventListener('input', show)
    // a browser keeps the values of a page that is loaded again
    show()
  }
}
