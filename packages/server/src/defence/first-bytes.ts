import type { EventEmitter } from 'node:events'

/** A hello has at most 16 KiB; as much again for what carries it, in whatever pieces it comes. */
const maxFirstBytes = 32 * 1024

/**
 * Watches a WebSocket until its first whole message: what waits for its end is kept in memory, and nobody who has not said
 * who they are gets to keep there what a client may.
 * @param stream the connection below the WebSocket
 * @param onTooMuch called once when more comes than a hello can be
 */
export function limitFirstBytes(
  webSocket: Pick<EventEmitter, 'once'>,
  stream: Pick<EventEmitter, 'on' | 'off'> & { readonly bytesRead: number },
  onTooMuch: () => void,
): void {
  const mostRead = stream.bytesRead + maxFirstBytes
  const stop = (): void => void stream.off('data', look)
  const look = (): void => {
    if (stream.bytesRead <= mostRead) return
    stop()
    onTooMuch()
  }
  stream.on('data', look)
  webSocket.once('message', stop)
}
