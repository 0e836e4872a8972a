import type { Socket } from 'node:net'
import type { Clock, Logger } from '@tygase/gamestate'
import { guarded } from '@tygase/gamestate/internal'
import { type CloseCode, closeCodeOf, closeCodes } from '@tygase/protocol/internal'
import type { RawData, WebSocket } from 'ws'
import type { ClientAddress } from './address.js'
import type { ConnectionBudget } from './budget.js'
import type { ClosingSocket, ClosingSockets } from './closing-sockets.js'
import type { AcceptedTransport } from './listener.js'
import { ReadPacer } from './read-pacer.js'

/** Error code of `ws` for a message above the limit. Its codes for other wrong frames begin with `frameError`. */
const messageTooBig = 'WS_ERR_UNSUPPORTED_MESSAGE_LENGTH'
const frameError = 'WS_ERR_'
/** Code of a WebSocket that closed without a close frame (RFC 6455, 7.1.5). */
const closedAbnormally = 1006
/** Two frames up to this size are copied into one buffer, because one write costs less than a list of two. */
const maxCopiedBytes = 16 * 1024
const failed = 'a socket failed'

export interface WebSocketTransportOptions {
  socket: WebSocket
  /** The connection that carries the WebSocket. */
  stream: Socket
  clientAddress: ClientAddress
  closing: ClosingSockets
  clock: Clock
  budget: ConnectionBudget
  logger: Logger
}

/**
 * A WebSocket that a server has accepted, as a transport. Frames are written to the socket below it: without compression `ws`
 * would write the same bytes, but build each frame once for every client. Reading and closing are done by `ws`.
 *
 * Each read counts in the budget of the connection, with the time that all its frames take. During a pause, packets that were
 * read already wait in the pacer: at most one read of 64 KiB, and as much as the socket keeps.
 *
 * A read is answered by one pong, for its last ping (RFC 6455, 5.5.3): a flood of pings must not become one of pongs.
 */
export class WebSocketTransport implements AcceptedTransport, ClosingSocket {
  readonly reliable = true
  readonly clientAddress: ClientAddress
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  onPause: ((untilMs: number) => void) | undefined
  onReadEnd: (() => void) | undefined
  readonly #socket: WebSocket
  readonly #stream: Socket
  readonly #closing: ClosingSockets
  /** What the peer did wrong below its packets. The peer answers with a close code of its own choice. */
  #violation: CloseCode | undefined
  /** True once this side has begun to close. */
  #isClosing = false
  #hasClosed = false
  readonly #pacer: ReadPacer
  /** Content of the last ping of a read. */
  #ping: Buffer | undefined

  constructor({ socket, stream, clientAddress, closing, clock, budget, logger }: WebSocketTransportOptions) {
    this.clientAddress = clientAddress
    this.#closing = closing
    this.#pacer = new ReadPacer({
      clock,
      budget,
      deliver: (bytes) => this.onBytes?.(bytes),
      setReading: (isReading) => (isReading ? socket.resume() : this.#stopReading()),
      onPause: (untilMs) => this.onPause?.(untilMs),
      onReadEnd: () => this.onReadEnd?.(),
    })
    this.#socket = socket
    this.#stream = stream
    const read = (data: RawData, isBinary: boolean): void => {
      if (!isBinary) return this.#refuse('malformed', 'text where bytes are expected')
      // `ws` gives one Buffer, not fragments, unless another type is set
      this.#pacer.take(data as Buffer)
    }
    const endRead = ({ length }: Buffer): void => {
      this.#pong()
      this.#pacer.end(length)
    }
    const close = (code: number, reason: Buffer): void => {
      const end = (): void => this.#end(code, reason.toString())
      // packets before a proper close are read; a broken connection needs no reading
      if (code === closedAbnormally) end()
      else this.#pacer.finish(end)
    }
    const noteError = ({ code }: NodeJS.ErrnoException): void => {
      if (code === messageTooBig) this.#violation = 'packet_too_large'
      else if (code?.startsWith(frameError)) this.#violation = 'malformed'
    }
    const notePing = (content: Buffer): void => {
      this.#ping = content
    }
    socket.on('message', guarded(logger, failed, read))
    // around the listener of `ws`, which reads all frames of a read within its call
    stream.prependListener(
      'data',
      guarded(logger, failed, () => this.#pacer.begin()),
    )
    stream.on('data', guarded(logger, failed, endRead))
    socket.on('ping', guarded(logger, failed, notePing))
    socket.on('close', guarded(logger, failed, close))
    // a 'close' follows each error
    socket.on('error', guarded(logger, failed, noteError))
  }

  get bufferedBytes(): number {
    // `bufferedAmount` of `ws` adds bytes that wait for compression, which is off
    return this.#stream.writableLength
  }

  get isReading(): boolean {
    return this.#pacer.isReading
  }

  get bytesRead(): number {
    return this.#stream.bytesRead
  }

  get bytesWritten(): number {
    return this.#stream.bytesWritten
  }

  get bytesLeft(): number {
    // a stream counts a write until all of it has left; only what is below the stream knows that part of it has
    const { _handle } = this.#stream as { _handle?: { writeQueueSize?: number } | null }
    return this.#stream.writableLength + (_handle?.writeQueueSize ?? 0)
  }

  send(bytes: Uint8Array): void {
    if (this.#isOpen) this.#stream.write(frameOf(bytes, wholeMessage))
  }

  sendShared(shared: Uint8Array, own: Uint8Array | undefined): void {
    if (!this.#isOpen) return
    if (own === undefined || own.length === 0) {
      this.#stream.write(sharedFrameOf(shared, wholeMessage))
      return
    }
    const first = sharedFrameOf(shared, firstOfTwo)
    if (first.length <= maxCopiedBytes) {
      const both = Buffer.allocUnsafe(first.length + headBytes(own) + own.length)
      both.set(first)
      writeFrame(both, first.length, own, lastOfTwo)
      this.#stream.write(both)
    } else {
      this.#stream.cork()
      this.#stream.write(first)
      this.#stream.write(frameOf(own, lastOfTwo))
      this.#stream.uncork()
    }
  }

  pause(): void {
    this.#pacer.hold()
  }

  resume(): void {
    this.#pacer.release()
  }

  charge(ms: number, bytes = 0): void {
    this.#pacer.charge(ms, bytes)
  }

  mayWork(bytes = 0): boolean {
    return this.#pacer.mayWork(bytes)
  }

  close(code: number, reason: string): void {
    // the packets have no receiver any more, but the answer to the close must be read
    this.#pacer.drop()
    if (!this.#isOpen) return
    this.#isClosing = true
    this.#socket.close(code, clip(reason))
    this.#closing.add(this)
  }

  cut(): void {
    this.#socket.terminate()
  }

  /** Closes without waiting for an answer. Bytes that still come are dropped. */
  expel(code: CloseCode, reason: string): void {
    this.#refuse(code, reason)
    this.#socket.pause()
    this.#stream.destroySoon()
  }

  get #isOpen(): boolean {
    return this.#socket.readyState === this.#socket.OPEN
  }

  #stopReading(): void {
    // a socket whose peer is closing must be read to its end; one that this side closes is cut after a while anyway
    if (this.#isOpen || this.#isClosing) this.#socket.pause()
  }

  #pong(): void {
    const content = this.#ping
    if (content === undefined) return
    this.#ping = undefined
    if (this.#isOpen) this.#socket.pong(content, false, () => {})
  }

  #end(code: number, reason: string): void {
    if (this.#hasClosed) return
    this.#hasClosed = true
    this.#pacer.stop()
    this.#closing.delete(this)
    const known = this.#violation ?? (code < 4000 ? 'transport_lost' : undefined)
    const { number, reason: usual } = closeCodes[known ?? closeCodeOf(code)]
    this.onClose?.(known === undefined ? code : number, reason || usual)
  }

  #refuse(code: CloseCode, reason: string): void {
    this.#violation = code
    this.close(closeCodes[code].number, reason)
  }
}

/**
 * First byte of a frame: FIN and opcode (RFC 6455, 5.2). A message of two frames has shared bytes in the first and a client's
 * own bytes in the second, so that the first frame is built once for all clients and each client gets one message.
 *
 * Why not `Sender.frame` of `ws`: its types do not have it, Bun's `ws` has none, and it allocates the head apart from the bytes.
 */
const wholeMessage = 0x82
const firstOfTwo = 0x02
const lastOfTwo = 0x80

type FirstByte = typeof wholeMessage | typeof firstOfTwo | typeof lastOfTwo

/** Frames of shared packets, by their array of bytes. */
const sharedFrames = {
  [wholeMessage]: new WeakMap<Uint8Array, Buffer>(),
  [firstOfTwo]: new WeakMap<Uint8Array, Buffer>(),
}

/** As `frameOf`, built once for each array. @param packet must not change any more */
function sharedFrameOf(packet: Uint8Array, firstByte: typeof wholeMessage | typeof firstOfTwo): Buffer {
  const frames = sharedFrames[firstByte]
  let frame = frames.get(packet)
  if (frame === undefined) {
    frame = frameOf(packet, firstByte)
    frames.set(packet, frame)
  }
  return frame
}

/** The bytes of a packet as one unmasked frame, as a server sends it. */
function frameOf(packet: Uint8Array, firstByte: FirstByte): Buffer {
  const frame = Buffer.allocUnsafe(headBytes(packet) + packet.length)
  writeFrame(frame, 0, packet, firstByte)
  return frame
}

function headBytes({ length }: Uint8Array): number {
  return length < 126 ? 2 : length < 2 ** 16 ? 4 : 10
}

function writeFrame(target: Buffer, start: number, packet: Uint8Array, firstByte: FirstByte): void {
  const { length } = packet
  target[start] = firstByte
  if (length < 126) target[start + 1] = length
  else if (length < 2 ** 16) {
    target[start + 1] = 126
    target.writeUInt16BE(length, start + 2)
  } else {
    target[start + 1] = 127
    target.writeBigUInt64BE(BigInt(length), start + 2)
  }
  target.set(packet, start + headBytes(packet))
}

/** A close frame has room for 123 bytes of reason. A longer one ends with an ellipsis, of 3 bytes. */
function clip(reason: string): string {
  const whole = reason.toWellFormed()
  if (Buffer.byteLength(whole) <= 123) return whole
  let clipped = whole
  while (Buffer.byteLength(clipped) > 120) clipped = clipped.replace(/.$/su, '')
  return `${clipped}…`
}
