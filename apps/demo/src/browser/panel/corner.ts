import type { Connection } from '@tygase/client'
import { element, setText } from '@tygase/frame/page'
import { tickRate } from '../../arena.js'

export interface Measures {
  version: number
  /** Undefined until measured. */
  rttMs: number | undefined
  bytesInPerSecond: number
  bytesOutPerSecond: number
  /** The name of the host client. */
  host: string
  feel: Connection['feel']
}

/** The corner: figures of the connection between this client and the server. */
export class Corner {
  readonly #version = element('corner-version', HTMLElement)
  readonly #rtt = element('corner-rtt', HTMLElement)
  readonly #bytes = element('corner-bytes', HTMLElement)
  readonly #host = element('corner-host', HTMLElement)
  readonly #lead = element('corner-lead', HTMLElement)
  readonly #delay = element('corner-delay', HTMLElement)
  readonly #corrections = element('corner-corrections', HTMLElement)
  readonly #late = element('corner-late', HTMLElement)

  show({ version, rttMs, bytesInPerSecond, bytesOutPerSecond, host, feel }: Measures): void {
    setText(this.#version, String(version))
    setText(this.#rtt, rttMs === undefined ? '–' : rttMs < 10 ? `${rttMs.toFixed(1)} ms` : `${Math.round(rttMs)} ms`)
    setText(this.#bytes, `↓ ${inBytes(bytesInPerSecond)}  ↑ ${inBytes(bytesOutPerSecond)}`)
    setText(this.#host, host)
    setText(this.#lead, `${Math.round((feel.aheadTicks * 1000) / tickRate)} ms`)
    setText(this.#delay, `${Math.round(feel.delayMs)} ms`)
    const last = feel.corrections === 0 ? '' : ` (last ${feel.lastCorrection.toFixed(1)})`
    setText(this.#corrections, `${feel.corrections}${last}`)
    setText(this.#late, String(feel.lateEvents))
  }

  /** Without a connection there are no figures. */
  clear(): void {
    const ofConnection = [this.#version, this.#rtt, this.#bytes, this.#host]
    const ofFeel = [this.#lead, this.#delay, this.#corrections, this.#late]
    for (const value of [...ofConnection, ...ofFeel]) setText(value, '–')
  }
}

/** A rate in words: `640 B/s`, `1.2 kB/s`. */
function inBytes(perSecond: number): string {
  return perSecond < 1000 ? `${Math.round(perSecond)} B/s` : `${(perSecond / 1000).toFixed(1)} kB/s`
}
