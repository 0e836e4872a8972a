/** What the WebSocket of browsers and that of `ws` have in common, as far as it is used here. */
export interface Socket {
  readonly readyState: number
  readonly bufferedAmount: number
  binaryType: string
  onopen: (() => void) | null
  onerror: (() => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  send(bytes: Uint8Array): void
  close(code?: number, reason?: string): void
}

/** @throws where `url` is none that a WebSocket can have */
export type SocketClass = new (url: string) => Socket
