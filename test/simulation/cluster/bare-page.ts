import { ClientSession, type ClientSessionOptions } from '@tygase/protocol/internal'
import type { ClusterWorld, Process } from './support.js'

/** A session as a page has it, without what follows it to other servers. */
export class BarePage {
  readonly session: ClientSession
  /** Where the last server has sent it. */
  movedTo: string | undefined
  readonly #world: ClusterWorld
  readonly #own: ClientSessionOptions

  /** @param rejoin the client that the page was before */
  constructor(world: ClusterWorld, path: string, rejoin?: ClientSession['secret']) {
    this.#world = world
    const { random } = world.clientOptions()
    const listener = {
      onEvent: () => {},
      onState: () => {},
      onArrival: () => {},
      onStatus: (_: unknown, info?: { code: string; reason: string }) => {
        if (info?.code === 'moved') this.movedTo = info.reason
      },
    }
    const [credentials, limits] = [new Uint8Array(), {}]
    this.#own = { path, credentials, random: random!, rejoin, limits, listener } as ClientSessionOptions
    this.session = new ClientSession(this.#own, world.time.clock.now())
  }

  ask({ server }: Process, path = this.#own.path): void {
    const { clock } = this.#world.time
    this.#own.path = path
    this.movedTo = undefined
    const transport = server.openTransport()
    const flush = (): void => {
      for (let packet = this.session.flush(clock.now()); packet; packet = this.session.flush(clock.now())) {
        transport.send(packet)
      }
    }
    transport.onBytes = (bytes) => {
      this.session.receive(bytes, clock.now())
      flush()
    }
    this.session.attach(transport, clock.now())
    flush()
  }
}
