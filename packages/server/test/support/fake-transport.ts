import type { Transport } from '@tygase/protocol'

/** Keeps what is sent over it; a test plays the network. */
export class FakeTransport implements Transport {
  reliable = true
  bufferedBytes = 0
  readonly sent: Uint8Array[] = []
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  closedWith: number | undefined

  send(bytes: Uint8Array): void {
    this.sent.push(bytes)
  }

  close(code: number): void {
    this.closedWith ??= code
  }
}
