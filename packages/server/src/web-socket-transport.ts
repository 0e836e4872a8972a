import type { Socket } from 'node:net'
import { type CloseCode, closeCodeOf, closeCodes } from '@tygase/protocol'
import type { WebSocket } from 'ws'
import type { AcceptedTransport, ClientAddress } from './client-address.js'
import type { Leaving } from './defence/leaving.js'
import { frameOf, sharedFrameOf, withFrameOf } from './web-socket-frame.js'

/** How `ws` names a message above the limit; what else is wrong with a frame begins alike. */
const messageTooBig = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
const frameError = 'WS_ERR_'
/** The code that a WebSocket has closed with when it has got no closing (RFC 6455, 7.1.5). */
const goneWithoutAWord = 1006
/** Two frames up to this are copied into one buffer: one write costs less than the list of two that a longer one goes in. */
const maxCopiedBytes = 16 * 1024

/**
 * A WebSocket that a server has accepted, as a transport. Frames go to the socket below it directly: without compression
 * `ws` would do the same, but build a frame for each client. Reading and closing remain those of `ws`.
 *
 * What has been read when a pause begins waits here, the closing by the peer behind it: packets of one read, 64 KiB, and what
 * the socket keeps beside that. Everything else waits in the network.
 */
export class WebSocketTransport implements AcceptedTransport {
  readonly reliable = true
  readonly clientAddress: ClientAddress
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #socket: WebSocket
  readonly #stream: Socket
  readonly #leaving: Leaving
  /** What the peer did wrong below its packets. The code of the closing is then whatever it answers. */
  #violation: CloseCode | undefined
  #hasClosed = false
  #isPaused = false
  #waiting: Uint8Array[] = []
  #waitingEnd: (() => void) | undefined

  /** @param stream the connection that the WebSocket was made on */
  constructor(socket: WebSocket, stream: Socket, clientAddress: ClientAddress, leaving: Leaving) {
    this.clientAddress = clientAddress
    this.#leaving = leaving
    this.#socket = socket
    this.#stream = stream
    socket.on('message', (data, isBinary) => {
      if (!isBinary) return this.#refuse('malformed', 'text where bytes are expected')
      // `ws` gives one Buffer, not fragments, unless told otherwise
      const bytes = data as Buffer
      if (this.#isPaused) this.#waiting.push(bytes)
      else this.onBytes?.(bytes)
    })
    socket.on('close', (code, reason) => {
      const end = (): void => this.#end(code, reason.toString())
      // one that says goodbye is heard to the end; of one that is just gone nothing more is to be known
      if (this.#isPaused && code !== goneWithoutAWord) this.#waitingEnd = end
      else end()
    })
    // a 'close' follows each of them
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === messageTooBig) this.#violation = 'packet_too_large'
      else if (code?.startsWith(frameError)) this.#violation = 'malformed'
    })
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

  pause(): void {
    this.#isPaused = true
    // one that is closing has to be read to its end
    if (this.#isOpen) this.#socket.pause()
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    while (!this.#isPaused && this.#waiting.length > 0) this.onBytes?.(this.#waiting.shift()!)
    if (this.#isPaused) return
    this.#socket.resume()
    this.#waitingEnd?.()
  }

  close(code: number, reason: string): void {
    // nobody listens any more, but the answer to a closing has to be read
    this.#waiting = []
    this.resume()
    if (!this.#isOpen) return
    this.#socket.close(code, clip(reason))
    this.#leaving.add(this.#socket)
  }

  /** Closes without waiting for an answer: nothing that comes any more is kept. */
  cut(code: CloseCode, reason: string): void {
    this.#refuse(code, reason)
    this.#socket.pause()
    this.#stream.destroySoon()
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  #end(code: number, reason: string): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    this.#waiting = []
    this.#leaving.delete(this.#socket)
    const known = this.#violation ?? (code < 4000 ? 'transport_lost' : undefined)
    const { number, reason: usual } = closeCodes[known ?? closeCodeOf(code)]
    this.onClose?.(known === undefined ? code : number, reason || usual)
  }

  #refuse(code: CloseCode, reason: string): void {
    this.#violation = code
    this.close(closeCodes[code].number, reason)
  }
}

/** A close frame has room for 123 bytes of reason. */
function clip(reason: string): string {
  let clipped = reason.toWellFormed()
  while (Buffer.byteLength(clipped) > 123) clipped = clipped.replace(/.$/su, '')
  return clipped
}
