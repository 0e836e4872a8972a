import type { Clock } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol/internal'

/** How to reach a server, as a connection keeps it. */
export interface TappedSource {
  readonly open: (signal: AbortSignal) => Transport | Promise<Transport>
  readonly path: string
  readonly url?: string | undefined
}

/** A link that can stand between a connection and its server: a simulated one, for example. */
export interface Link {
  over(source: TappedSource, clock: Clock): TappedSource
}

/** Hears of each packet that comes. The bytes are only lent. */
export interface TapListener {
  /** Runs the others. Nothing that they throw may leave it. */
  run(work: () => unknown): void
  /** Before the connection takes it. */
  onReceived(bytes: Uint8Array): void
  /** The connection has taken it. */
  onTaken(): void
}

/** Puts a tap between a source and the connection that opens its transports. It changes nothing of what goes through. */
export function tapped(source: TappedSource, listener: TapListener): TappedSource {
  return { ...source, open: async (signal) => new TappedTransport(await source.open(signal), listener) }
}

class TappedTransport implements Transport {
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly lossy?: NonNullable<Transport['lossy']>
  readonly #inner: Transport

  constructor(inner: Transport, listener: TapListener) {
    this.#inner = inner
    if (inner.lossy !== undefined) this.lossy = inner.lossy
    inner.onBytes = (bytes) => {
      listener.run(() => listener.onReceived(bytes))
      this.onBytes?.(bytes)
      listener.run(() => listener.onTaken())
    }
    inner.onClose = (code, reason) => this.onClose?.(code, reason)
  }

  get reliable(): boolean {
    return this.#inner.reliable
  }

  get bufferedBytes(): number {
    return this.#inner.bufferedBytes
  }

  send(bytes: Uint8Array): void {
    this.#inner.send(bytes)
  }

  close(code: number, reason: string): void {
    this.#inner.close(code, reason)
  }
}
