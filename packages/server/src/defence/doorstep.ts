import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { ClientAddress } from '../client-address.js'
import type { Gate } from '../gate.js'
import { addressOf, type TrustedProxies } from './trusted-proxies.js'

/** Sockets from when they are accepted to when they have sent a whole request: blocked ones are cut before they are read. */
export class Doorstep {
  readonly #gate: Gate
  readonly #proxies: TrustedProxies
  /** What ends the waiting of each, by both ends of its connection: TLS puts another object around the socket. */
  readonly #waiting = new Map<string, () => void>()
  readonly #sockets = new Set<Socket>()

  constructor(gate: Gate, proxies: TrustedProxies) {
    this.#gate = gate
    this.#proxies = proxies
  }

  /** A connection has been made. */
  arrive(socket: Socket): void {
    const address = addressOf(socket)
    if (this.#gate.turnsAway(address)) {
      socket.destroy()
      return
    }
    const key = keyOf(socket)
    // those who come through a proxy share its address
    const host = this.#proxies.isProxy(address.host) ? undefined : address.host
    const leave = this.#gate.handshakes.enter(host, ({ code, reason }) => {
      this.#gate.refused(address, code, reason)
      socket.destroy()
    })
    this.#waiting.set(key, leave)
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      leave()
      if (this.#waiting.get(key) === leave) this.#waiting.delete(key)
    })
  }

  /** It has said what it wants: others look after it from now on. */
  settle(socket: Socket): void {
    const key = keyOf(socket)
    this.#waiting.get(key)?.()
    this.#waiting.delete(key)
  }

  /** Where a request comes from; counted and logged where the block list keeps it out. */
  look(request: IncomingMessage): { client: ClientAddress; isBlocked: boolean } {
    const client = this.#proxies.clientOf(request)
    return { client, isBlocked: this.#gate.turnsAway(client) }
  }

  /** Cuts every connection there is, with whatever has become of it. */
  cutAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }
}

function keyOf({ remoteAddress, remotePort, localAddress, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localAddress} ${localPort}`
}
