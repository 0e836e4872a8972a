import { randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { onTestFinished } from 'vitest'
import { helloPacket } from './hostile-bytes.js'
import { upgradeHead } from './stranger.js'

/** The close frame that a client got; code 1006 for a connection that ended without one. */
export interface Farewell {
  readonly code: number
  readonly reason: string
}

/**
 * A client that joins, reads what comes and keeps nothing of it: a thousand of them cost little. It answers a close frame, as
 * RFC 6455 asks.
 */
export class CheapClient {
  readonly socket: Socket
  /** Resolves when the server has answered the hello. */
  readonly joined: Promise<void>
  /** Resolves when the connection has closed. */
  readonly farewell: Promise<Farewell>
  bytesRead = 0
  #head: Buffer = Buffer.alloc(0)
  /** Bytes of the current frame that are still to come and not looked at. */
  #skipped = 0
  #farewell: Farewell = { code: 1006, reason: '' }
  readonly #path: string
  #isUpgraded = false
  #onJoined = (): void => {}

  constructor(port: number, path: string) {
    this.socket = connect(port, 'localhost')
    this.joined = new Promise((resolve) => {
      this.#onJoined = resolve
    })
    this.socket.on('error', () => {})
    this.socket.on('data', (bytes) => this.#read(bytes))
    this.farewell = new Promise((resolve) => this.socket.once('close', () => resolve(this.#farewell)))
    this.#path = path
    this.socket.write(`${upgradeHead}\r\n`, 'latin1')
    onTestFinished(() => void this.socket.destroy())
  }

  /** Reads on, a piece after each turn of the event loop. */
  readSlowly(): void {
    this.socket.on('data', () => {
      this.socket.pause()
      setImmediate(() => this.socket.resume())
    })
    this.socket.resume()
  }

  #read(bytes: Buffer): void {
    this.bytesRead += bytes.length
    let rest = this.#head.length === 0 ? bytes : Buffer.concat([this.#head, bytes])
    if (!this.#isUpgraded) {
      const end = rest.indexOf('\r\n\r\n')
      this.#head = rest
      if (end < 0) return
      this.#isUpgraded = true
      rest = rest.subarray(end + 4)
      this.#send(0x82, helloPacket({ path: this.#path, attempt: randomBytes(8) }))
    }
    while (rest.length > 0) {
      const skipped = Math.min(this.#skipped, rest.length)
      this.#skipped -= skipped
      rest = rest.subarray(skipped)
      const used = this.#frame(rest)
      if (used === 0) break
      rest = rest.subarray(used)
    }
    this.#head = Buffer.from(rest)
  }

  /** Reads the head of a frame, and all of a close frame. @returns how many bytes it took; 0 if more have to come */
  #frame(bytes: Buffer): number {
    if (bytes.length < 2) return 0
    const [first, short] = [bytes[0]!, bytes[1]!]
    const head = short < 126 ? 2 : short === 126 ? 4 : 10
    if (bytes.length < head) return 0
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2))
    if (first !== 0x88) {
      this.#onJoined()
      this.#skipped = length
      return head
    }
    if (bytes.length < head + length) return 0
    this.#farewell = { code: bytes.readUInt16BE(head), reason: bytes.toString('utf8', head + 2, head + length) }
    this.#send(0x88, bytes.subarray(head, head + 2))
    this.socket.end()
    return head + length
  }

  /** Sends up to 125 bytes in one frame, under a mask of zeros. */
  #send(first: number, payload: Uint8Array): void {
    this.socket.write(Buffer.concat([Uint8Array.of(first, 0x80 | payload.length, 0, 0, 0, 0), payload]))
  }
}
