import { type AddressInfo, createConnection, createServer, type Server, type Socket } from 'node:net'
import { type LinkConditions, LinkDirection, type LinkStats } from '@tygase/client/internal'
import { createRandom } from '@tygase/gamestate'
import { systemClock } from '@tygase/gamestate/internal'

/** Stands between a browser and a server, and delays all bytes both ways as TCP over a bad network would. */
export class DelayingProxy {
  readonly #server: Server
  readonly #sockets = new Set<Socket>()

  static async to(port: number, conditions: LinkConditions): Promise<DelayingProxy> {
    const proxy = new DelayingProxy(port, conditions)
    await new Promise<void>((resolve) => proxy.#server.listen(0, 'localhost', resolve))
    return proxy
  }

  private constructor(port: number, conditions: LinkConditions) {
    let opened = 0
    this.#server = createServer((near) => {
      const far = createConnection(port, 'localhost')
      this.#carry(near, far, conditions, createRandom(1, 0, opened))
      this.#carry(far, near, conditions, createRandom(1, 1, opened))
      opened++
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy()
    this.#server.close()
  }

  #carry(from: Socket, to: Socket, conditions: LinkConditions, random: () => number): void {
    const stats: LinkStats = { sent: 0, delivered: 0, lost: 0, duplicated: 0, reordered: 0, bytes: 0 }
    const deliver = (bytes: Uint8Array): void => void (to.writable && to.write(bytes))
    const direction = new LinkDirection({ clock: systemClock, random, conditions, reliable: true, stats, deliver })
    this.#sockets.add(from)
    from.setNoDelay(true)
    from.on('data', (bytes) => direction.send(bytes))
    from.on('end', () => direction.end(() => to.end()))
    from.on('error', () => to.destroy())
    from.on('close', () => this.#sockets.delete(from))
  }
}
