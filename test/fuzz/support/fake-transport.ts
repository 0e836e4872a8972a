import type { Transport } from '@tygase/protocol'

/** A server's end of a transport whose other end is a test: keeps what is sent, and how it was closed. */
export class FakeTransport implements Transport {
  readonly reliable: boolean
  readonly bufferedBytes = 0
  readonly sent: Uint8Array[] = []
  closeCode: number | undefined
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined

  constructor(reliable: boolean) {
    this.reliable = reliable
  }

  send(bytes: Uint8Array): void {
    if (this.closeCode === undefined) this.sent.push(bytes)
  }

  close(code: number, reason: string): void {
    if (this.closeCode !== undefined) return
    this.closeCode = code
    this.onClose?.(code, reason)
  }
}
