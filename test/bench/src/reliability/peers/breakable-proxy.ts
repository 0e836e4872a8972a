import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'

interface Pipe {
  readonly near: Socket
  readonly far: Socket
}

/** Stands between a client and a server, and breaks what goes through it in the ways that networks do. */
export class BreakableProxy {
  readonly #server: Server
  readonly #pipes = new Set<Pipe>()
  /** Server ends whose client end has gone unnoticed. */
  readonly #abandoned: Socket[] = []
  #isOpen = true

  static async to(port: number): Promise<BreakableProxy> {
    const proxy = new BreakableProxy(port)
    await new Promise<void>((resolve) => proxy.#server.listen(0, 'localhost', resolve))
    return proxy
  }

  private constructor(port: number) {
    this.#server = createServer((near) => {
      if (!this.#isOpen) return void near.destroy()
      const far = createConnection({ port, host: 'localhost' })
      const pipe = { near, far }
      this.#pipes.add(pipe)
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        one.on('error', () => {})
        one.on('close', () => {
          if (this.#pipes.delete(pipe)) other.destroy()
        })
        one.pipe(other)
      }
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** Nobody gets through until `heal`. */
  shut(): void {
    this.#isOpen = false
  }

  heal(): void {
    this.#isOpen = true
  }

  /** Both ends notice at once. */
  cut(): void {
    for (const { near, far } of this.#pipes) {
      near.destroy()
      far.destroy()
    }
    this.#pipes.clear()
  }

  /** The client's end goes; the server's stays open, and nobody reads what is written there. */
  abandon(): void {
    for (const { near, far } of this.#pipes) {
      far.unpipe(near)
      far.resume()
      this.#abandoned.push(far)
      near.destroy()
    }
    this.#pipes.clear()
  }

  /** The client reads nothing until `release`. */
  hold(): void {
    for (const { near, far } of this.#pipes) {
      far.unpipe(near)
      far.pause()
    }
  }

  release(): void {
    for (const { near, far } of this.#pipes) far.pipe(near)
  }

  close(): void {
    this.cut()
    for (const far of this.#abandoned) far.destroy()
    this.#server.close()
  }
}
