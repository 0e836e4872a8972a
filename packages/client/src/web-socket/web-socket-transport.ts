import { closeCodeOf, closeCodes, type Transport } from '@tygase/protocol'
import { WebSocket } from '#websocket'
import type { Socket } from './socket.js'

const open = 1

/** A WebSocket to a server, as a transport. */
export class WebSocketTransport implements Transport {
  readonly reliable = true
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #socket: Socket
  #hasClosed = false

  /**
   * @param signal gives the attempt up
   * @returns once it is open; rejects when it cannot be opened
   */
  static open(url: string, signal: AbortSignal): Promise<WebSocketTransport> {
    return new Promise((resolve, reject) => {
      const socket = new WebSocket(url)
      socket.binaryType = 'arraybuffer'
      const giveUp = (): void => socket.close()
      signal.addEventListener('abort', giveUp)
      socket.onerror = () => {}
      socket.onclose = () => {
        signal.removeEventListener('abort', giveUp)
        reject(new Error(`no server answers at ${url}`))
      }
      socket.onopen = () => {
        signal.removeEventListener('abort', giveUp)
        if (signal.aborted) giveUp()
        else resolve(new WebSocketTransport(socket))
      }
    })
  }

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.onBytes?.(new Uint8Array(data))
      else this.close(closeCodes.malformed.number, 'text where bytes are expected')
    }
    socket.onclose = ({ code, reason }) => this.#end(code, reason)
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.readyState === open) this.#socket.send(bytes)
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState === open) this.#socket.close(code, clip(reason))
  }

  #end(code: number, reason: string): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    const { number, reason: usual } =
      code < 4000 ? closeCodes.transport_lost : { ...closeCodes[closeCodeOf(code)], number: code }
    this.onClose?.(number, reason || usual)
  }
}

/** A close frame has room for 123 bytes of reason. */
function clip(reason: string): string {
  let clipped = reason.toWellFormed()
  while (new TextEncoder().encode(clipped).length > 123) clipped = clipped.replace(/.$/su, '')
  return clipped
}
