/** The part of a WebSocket that is used here: browsers, React Native and `ws` have it in common. */
export interface Socket {
  readonly readyState: number
  /** Undefined in React Native. */
  readonly bufferedAmount?: number
  binaryType: string
  onopen: (() => void) | null
  onerror: ((event: unknown) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  send(bytes: Uint8Array): void
  close(code?: number, reason?: string): void
}

/** What differs between the runtimes: the modules `#websocket` export these two. */
export interface SocketModule {
  /** @throws for a URL that a WebSocket cannot have */
  openSocket(url: URL): Socket
  /**
   * @param event the last `error` event of a socket that did not open
   * @returns a sentence that says why, as far as the runtime knows
   */
  reasonOf(url: URL, event: unknown): string
}
