import { WebSocket } from 'ws'

export interface LightSocket {
  send(data: Uint8Array | string): void
  /** Bytes that have come: the answer to the handshake, frames and all. */
  bytes(): number
}

/**
 * Opens a WebSocket that counts.
 * @param onMessage may be called before the promise has resolved, so it gets the way to answer
 * @returns rejects when the server does not open it
 */
export function openLightSocket(
  url: string,
  onMessage: (data: Buffer, answer: LightSocket['send'], isBinary: boolean) => void,
): Promise<LightSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, { perMessageDeflate: false })
    const send: LightSocket['send'] = (data) => socket.send(data)
    let bytes = () => 0
    socket.on('error', reject)
    socket.on('upgrade', (response) => {
      bytes = () => response.socket.bytesRead
    })
    socket.on('open', () => resolve({ send, bytes: () => bytes() }))
    socket.on('message', (data: Buffer, isBinary) => onMessage(data, send, isBinary))
  })
}
