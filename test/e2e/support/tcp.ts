import { connect, createServer, type Server, type Socket } from 'node:net'
import type { AcceptedTransport, Listener } from '@tygase/server'

type Door = Parameters<Listener['listen']>[0]

/** A close code and a reason follow this length instead of a packet. */
const closing = 0xffffffff

/** Packets over TCP, each behind its length of 4 bytes: a transport that the library does not know. */
class TcpTransport implements AcceptedTransport {
  readonly reliable = true
  readonly clientAddress: { host: string; port: number | undefined }
  onBytes: ((bytes: Uint8Array) => void) | undefined
  onClose: ((code: number, reason: string) => void) | undefined
  readonly #socket: Socket
  #received = Buffer.alloc(0)
  #end = { code: 1006, reason: 'the connection was lost' }

  constructor(socket: Socket) {
    this.#socket = socket
    this.clientAddress = { host: socket.remoteAddress ?? '::', port: socket.remotePort }
    socket.on('data', (bytes) => {
      this.#received = Buffer.concat([this.#received, bytes])
      this.#read()
    })
    socket.on('error', () => {})
    socket.on('close', () => this.onClose?.(this.#end.code, this.#end.reason))
  }

  get bufferedBytes(): number {
    return this.#socket.writableLength
  }

  send(bytes: Uint8Array): void {
    this.#socket.write(Buffer.concat([lengthOf(bytes.length), bytes]))
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(code: number, reason: string): void {
    this.#end = { code, reason }
    if (!this.#socket.writable) return
    const text = Buffer.from(reason)
    this.#socket.end(Buffer.concat([lengthOf(closing), lengthOf(code), lengthOf(text.length), text]))
  }

  #read(): void {
    while (this.#received.length >= 4) {
      const length = this.#received.readUInt32BE(0)
      if (length === closing) return this.#readClose()
      if (this.#received.length < 4 + length) return
      const bytes = new Uint8Array(this.#received.subarray(4, 4 + length))
      this.#received = this.#received.subarray(4 + length)
      this.onBytes?.(bytes)
    }
  }

  #readClose(): void {
    if (this.#received.length < 12) return
    const length = this.#received.readUInt32BE(8)
    this.#end = { code: this.#received.readUInt32BE(4), reason: this.#received.toString('utf8', 12, 12 + length) }
    this.#socket.end()
  }
}

function lengthOf(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** Accepts transports over TCP on a free port of this machine. */
export class TcpListener implements Listener {
  readonly #sockets = new Set<Socket>()
  #tcp: Server | undefined
  #door: Door | undefined
  port = 0

  async listen(door: Door) {
    const tcp = createServer((socket) => {
      const transport = new TcpTransport(socket)
      if (door.isBlocked(transport.clientAddress)) return void socket.destroy()
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      door.accept(transport, { url: '/', headers: {} })
    })
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve))
    const address = tcp.address()
    this.port = typeof address === 'object' && address !== null ? address.port : 0
    this.#tcp = tcp
    this.#door = door
    return { url: `tcp://127.0.0.1:${this.port}`, hostname: '127.0.0.1', port: this.port }
  }

  async close(drainMs: number): Promise<void> {
    const cancel = this.#door?.clock.schedule(drainMs, () => {
      for (const socket of this.#sockets) socket.destroy()
    })
    await new Promise<void>((resolve) => this.#tcp?.close(() => resolve()))
    cancel?.()
  }
}

/** A client's end, for `connect`. */
export function openTcp(port: number): () => AcceptedTransport {
  return () => new TcpTransport(connect(port, '127.0.0.1'))
}
