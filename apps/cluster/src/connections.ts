import { connect, createServer, type Server, type Socket } from 'node:net'

/** Where a connection is passed on to; undefined if there is nothing at the moment. */
type Target = () => number | undefined

/** Passes connections on to ports of this machine. While it is cut, it swallows what they carry, as a cable that is out does. */
export class PassingPort {
  readonly #server: Server
  readonly #pairs = new Set<readonly [near: Socket, far: Socket]>()
  #isCut = false

  private constructor(target: Target) {
    this.#server = createServer((near) => {
      const port = target()
      near.on('error', () => {})
      if (port === undefined || this.#isCut) return void near.destroy()
      const far = connect(port, '127.0.0.1')
      const pair = [near, far] as const
      this.#pairs.add(pair)
      this.#pass(near, far)
      this.#pass(far, near)
      for (const socket of pair) {
        socket.on('error', () => {})
        socket.on('close', () => this.#end(pair))
      }
    })
  }

  /** Listens at a free port of this machine. @param target is asked for each connection */
  static async open(target: Target): Promise<PassingPort> {
    const passing = new PassingPort(target)
    await listen(passing.#server, 0)
    return passing
  }

  get port(): number {
    return portOf(this.#server)
  }

  get isCut(): boolean {
    return this.#isCut
  }

  cut(): void {
    this.#isCut = true
  }

  /** Connections of before have lost bytes, so they end. */
  heal(): void {
    this.#isCut = false
    for (const pair of this.#pairs) this.#end(pair)
  }

  close(): void {
    this.heal()
    this.#server.close()
  }

  #pass(from: Socket, to: Socket): void {
    from.on('data', (bytes) => {
      if (this.#isCut || to.write(bytes)) return
      from.pause()
      to.once('drain', () => from.resume())
    })
  }

  #end(pair: readonly [Socket, Socket]): void {
    this.#pairs.delete(pair)
    for (const socket of pair) socket.destroy()
  }
}

/** @returns a port that nothing listens at */
export async function freePort(): Promise<number> {
  const server = createServer()
  await listen(server, 0)
  const port = portOf(server)
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Rejects if the port is in use. */
export function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
}

/** @returns 0 if it does not listen */
export function portOf(server: Server): number {
  const address = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
