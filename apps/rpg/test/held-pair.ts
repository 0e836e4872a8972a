import type { Clock } from '@tygase/gamestate'
import type { AcceptedTransport } from '@tygase/server'

type Transport = Pick<AcceptedTransport, 'reliable' | 'bufferedBytes' | 'send' | 'close' | 'onBytes' | 'onClose'>

/** One end of a pair in memory, of which what is sent can be held back. */
class HeldEnd implements Transport {
  readonly reliable = true
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  peer: HeldEnd | undefined
  isHeld = false
  readonly #clock: Clock
  readonly #waiting: Uint8Array[] = []
  #isOpen = true

  constructor(clock: Clock) {
    this.#clock = clock
  }

  get bufferedBytes(): number {
    return this.#waiting.reduce((sum, { length }) => sum + length, 0)
  }

  send(bytes: Uint8Array): void {
    if (!this.#isOpen) return
    this.#waiting.push(bytes.slice())
    this.#clock.schedule(0, () => {
      if (!this.isHeld) this.deliverOne()
    })
  }

  /** Lets the packet through that has waited longest. */
  deliverOne(): void {
    const next = this.#waiting.shift()
    if (next !== undefined) this.peer?.onBytes?.(next)
  }

  close(code: number, reason: string): void {
    this.#clock.schedule(0, () => {
      for (const end of [this, this.peer]) end?.end(code, reason)
    })
  }

  end(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.#isOpen = false
    this.onClose?.(code, reason)
  }
}

/** The server's end, which holds what it sends while `isHeld`, and the client's. */
export function heldPair(clock: Clock): [server: HeldEnd, client: HeldEnd] {
  const server = new HeldEnd(clock)
  const client = new HeldEnd(clock)
  server.peer = client
  client.peer = server
  return [server, client]
}
