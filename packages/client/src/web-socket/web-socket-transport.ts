import { closeCodeOf, closeNumbers, ownReason, type Transport } from '@tygase/protocol/internal'
import { openSocket, reasonOf } from '#websocket'
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
   * @returns the transport once it is open; rejects with an error that says why it cannot be opened, with its `cause`
   */
  static open(url: URL, signal: AbortSignal): Promise<WebSocketTransport> {
    return new Promise((resolve, reject) => {
      const socket = openSocket(url)
      socket.binaryType = 'arraybuffer'
      let lastError: unknown
      const giveUp = (): void => socket.close()
      signal.addEventListener('abort', giveUp)
      socket.onerror = (event) => {
        lastError = event
      }
      socket.onclose = () => {
        signal.removeEventListener('abort', giveUp)
        const cause = (lastError as { error?: unknown } | undefined)?.error
        reject(new Error(reasonOf(url, lastError), { cause }))
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
      // an ArrayBuffer of another realm, as in jsdom, is no `instanceof ArrayBuffer` here
      if (typeof data === 'string') this.close(closeNumbers.malformed, 'text instead of bytes')
      else this.onBytes?.(new Uint8Array(data as ArrayBuffer))
    }
    socket.onclose = ({ code, reason }) => this.#end(code, reason)
  }

  get bufferedBytes(): number {
    return this.#socket.bufferedAmount ?? 0
  }

  send(bytes: Uint8Array): void {
    if (this.#socket.readyState === open) this.#socket.send(bytes)
  }

  close(code: number, reason: string): void {
    if (this.#socket.readyState === open) this.#socket.close(code, reason.slice(0, maxReasonUnits))
  }

  #end(code: number, reason: string): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    const number = code < 4000 ? closeNumbers.transport_lost : code
    this.onClose?.(number, reason || ownReason(closeCodeOf(number)))
  }
}

/** A close frame has room for 123 bytes of UTF-8, so for these UTF-16 units of any text. The CLOSE before it has the whole reason. */
const maxReasonUnits = 40
