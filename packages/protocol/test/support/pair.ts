import { ClientSession, lossyDelivery, readHello, ServerSession, type SessionLimits } from '@tygase/protocol'
import { clientOptions, Ear, serverOptions } from './play.js'

export const reliable = { reliable: true }
export const unreliable = { reliable: false, lossy: lossyDelivery }

/** A client's and a server's session whose packets a test hands over itself. */
export class Pair {
  readonly clientEar = new Ear()
  readonly serverEar = new Ear()
  readonly client: ClientSession
  readonly server: ServerSession

  constructor(limits: { client?: Partial<SessionLimits>; server?: Partial<SessionLimits> } = {}, random = () => 0.5) {
    this.client = new ClientSession(clientOptions(this.clientEar, random, limits.client), 0)
    this.server = new ServerSession(serverOptions(this.serverEar, limits.server), 0)
    this.clientEar.session = this.client
    this.serverEar.session = this.server
  }

  /** Hands packets over until neither side has one. */
  exchange(now: number): void {
    for (let i = 0; i < 20; i++) {
      const up = this.client.flush(now)
      const down = this.server.flush(now)
      if (up) this.server.receive(up, now)
      if (down) this.client.receive(down, now)
      if (!up && !down) return
    }
  }

  connect(now = 0, transport = reliable): void {
    this.client.attach(transport, now)
    this.server.attach(transport, now, readHello(this.client.flush(now)!))
    this.client.receive(this.server.flush(now)!, now)
  }
}
