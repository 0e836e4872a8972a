import { connect, createServer, type Server, type Socket } from 'node:net'

/** Passes connections on to a port of this machine, and swallows what they carry while it is cut. */
export class CuttingProxy {
  readonly #server: Server
  readonly #pairs = new Set<readonly [Socket, Socket]>()
  #isCut = false

  private constructor(targetPort: number) {
    this.#server = createServer((near) => {
      if (this.#isCut) return near.destroy()
      const far = connect(targetPort, '127.0.0.1')
      const pair = [near, far] as const
      this.#pairs.add(pair)
      const end = (): void => {
        this.#pairs.delete(pair)
        for (const socket of pair) socket.destroy()
      }
      for (const [from, to] of [pair, [far, near]] as const) {
        from.on('data', (bytes) => this.#isCut || to.write(bytes))
        from.on('error', end)
        from.on('close', end)
      }
    })
  }

  static async start(targetPort: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(targetPort)
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve))
    return proxy
  }

  get port(): number {
    const address = this.#server.address()
    return typeof address === 'object' && address !== null ? address.port : 0
  }

  cut(): void {
    this.#isCut = true
  }

  /** What was swallowed leaves connections that are broken: they end, as those of a machine that was away. */
  heal(): void {
    this.#isCut = false
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy()
  }

  close(): void {
    this.heal()
    this.#server.close()
  }
}
