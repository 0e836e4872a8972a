/**
 * The part of a WebSocket that is used here: browsers, React Native and `ws` have it in common. Each module of `#websocket`
 * opens one, and explains why it could not be opened.
 */
export interface Socket {
  readonly readyState: number
  /** Undefined in React Native. */
  readonly bufferedAmount?: number
  binaryType: string
  onopen: (() => void) | null
  onerror: ((event: unknown) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  /** The data of a message: a text, an `ArrayBuffer`, or in Node a `Buffer`. */
  onmessage: ((event: { data: unknown }) => void) | null
  send(bytes: Uint8Array): void
  close(code?: number, reason?: string): void
}
