import type { Socket } from 'node:net'
import { closeCodeOf, closeCodes } from '@tygase/protocol'
import type { WebSocket } from 'ws'
import type { AcceptedTransport, ClientAddress } from './client-address.js'
import type { Leaving } from './defence/leaving.js'
import { frameOf, sharedFrameOf, withFrameOf } from './web-socket-frame.js'

/** What RFC 6455 calls 1009, "message too big". */
const messageTooBig = 1009
/** Two frames up to this are copied into one buffer: one write costs less than the list of two that a longer one goes in. */
const maxCopiedBytes = 16 * 1024

/**
 * A WebSocket that a server has accepted, as a transport. Frames go to the socket below it directly: without compression
 * `ws` would do the same, but build a frame for each client. Reading and closing remain those of `ws`.
 */
export class WebSocketTransport implements AcceptedTransport {
  readonly reliable = true
  readonly clientAddress: ClientAddress
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #socket: WebSocket
  readonly #stream: Socket
  readonly #leaving: Leaving
  #hasClosed = false

  /** @param stream the connection that the WebSocket was made on */
  constructor(socket: WebSocket, stream: Socket, clientAddress: ClientAddress, leaving: Leaving) {
    this.clientAddress = clientAddress
    this.#leaving = leaving
    this.#socket = socket
    this.#stream = stream
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return this.close(closeCodes.malformed.number, 'text where bytes are expected')
      // `ws` gives one Buffer, not fragments, unless told otherwise
      this.onBytes?.(data as Buffer)
    })
    socket.on('close', (code, reason) => this.#end(code, reason.toString()))
    // a 'close' follows each of them; without a listener they would end the process
    socket.on('error', () => {})
  }

  get bufferedBytes(): number {
    // what `ws` adds to it in `bufferedAmount` is what waits to be compressed: nothing
    return this.#stream.writableLength
  }

  get bytesRead(): number {
    return this.#stream.bytesRead
  }

  get bytesWritten(): number {
    return this.#stream.bytesWritten
  }

  send(bytes: Uint8Array): void {
    if (this.#isOpen) this.#stream.write(frameOf(bytes))
  }

  sendShared(shared: Uint8Array, own: Uint8Array | undefined): void {
    if (!this.#isOpen) return
    const frame = sharedFrameOf(shared)
    if (own === undefined) this.#stream.write(frame)
    else if (frame.length <= maxCopiedBytes) this.#stream.write(withFrameOf(frame, own))
    else {
      this.#stream.cork()
      this.#stream.write(frame)
      this.#stream.write(frameOf(own))
      this.#stream.uncork()
    }
  }

  close(code: number, reason: string): void {
    if (!this.#isOpen) return
    this.#socket.close(code, clip(reason))
    this.#leaving.add(this.#socket)
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  #end(code: number, reason: string): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    this.#leaving.delete(this.#socket)
    const isTooBig = code === messageTooBig
    const known = isTooBig ? closeCodes.packet_too_large : code < 4000 ? closeCodes.transport_lost : undefined
    this.onClose?.(known?.number ?? code, reason || (known ?? closeCodes[closeCodeOf(code)]).reason)
  }
}

/** A close frame has room for 123 bytes of reason. */
function clip(reason: string): string {
  let clipped = reason.toWellFormed()
  while (Buffer.byteLength(clipped) > 123) clipped = clipped.replace(/.$/su, '')
  return clipped
}
