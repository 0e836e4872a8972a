import { element, setText } from './element.js'

export interface Measures {
  version: number
  /** Undefined until measured. */
  rttMs: number | undefined
  bytesInPerSecond: number
  bytesOutPerSecond: number
  /** The name of the host client. */
  host: string
}

/** The corner: figures of the connection between this client and the server. */
export class Corner {
  readonly #version = element('corner-version', HTMLElement)
  readonly #rtt = element('corner-rtt', HTMLElement)
  readonly #bytes = element('corner-bytes', HTMLElement)
  readonly #host = element('corner-host', HTMLElement)

  show({ version, rttMs, bytesInPerSecond, bytesOutPerSecond, host }: Measures): void {
    setText(this.#version, String(version))
    setText(this.#rtt, rttMs === undefined ? '–' : rttMs < 10 ? `${rttMs.toFixed(1)} ms` : `${Math.round(rttMs)} ms`)
    setText(this.#bytes, `↓ ${inBytes(bytesInPerSecond)}  ↑ ${inBytes(bytesOutPerSecond)}`)
    setText(this.#host, host)
  }

  /** Without a connection there are no figures. */
  clear(): void {
    for (const value of [this.#version, this.#rtt, this.#bytes, this.#host]) setText(value, '–')
  }
}

/** A rate in words: `640 B/s`, `1.2 kB/s`. */
function inBytes(perSecond: number): string {
  return perSecond < 1000 ? `${Math.round(perSecond)} B/s` : `${(perSecond / 1000).toFixed(1)} kB/s`
}
