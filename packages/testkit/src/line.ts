import { closeCodes, type Transport } from '@tygase/protocol'
import { Gate } from './gate.js'
import { LineEnd } from './line-end.js'
import { type LinkConditions, SimulatedLink } from './sim/simulated-link.js'
import type { VirtualClock } from './sim/virtual-clock.js'
import type { VirtualProcess } from './virtual-process.js'

/** What the network is like: both ways the same, or from the client and from the server. */
export type Link = LinkConditions | readonly [fromClient: LinkConditions, fromServer: LinkConditions]

export interface CutOptions {
  /**
   * Neither side is told, as when a cable is pulled: packets stop coming, and on a reliable link those under way wait
   * for `heal`. Default false: both ends close at once.
   */
  silent?: boolean
}

export interface LineOptions {
  clock: VirtualClock
  random: () => number
  link: Link
  client: VirtualProcess
  /** The server's process of now, or the one that has crashed last. */
  server(): VirtualProcess
  /** Gives the server its end of a transport. Throws when no server runs. */
  accept(transport: Transport): void
  /** Told of each packet that arrives, before it is known whether anybody takes it. */
  onPacket(fromServer: boolean, bytes: Uint8Array): void
}

/**
 * A client's way to the server: opens transports over simulated links, one after the other as the client asks for them, and
 * breaks them.
 *
 * A reliable transport takes a round trip to open, as TCP does. One of datagrams is there at once, and the server learns
 * of it with the first packet.
 */
export class Line {
  readonly #options: LineOptions
  /** What is under way while nothing gets through. */
  readonly #outage: Gate
  #ends: readonly [LineEnd, LineEnd] | undefined
  #link: SimulatedLink | undefined
  #isCut = false
  /** Attempts to open a transport that wait for an answer. */
  readonly #dials = new Set<(error: Error) => void>()

  constructor(options: LineOptions) {
    this.#options = options
    this.#outage = new Gate(options.clock)
  }

  /** Whether nothing gets through. */
  get isCut(): boolean {
    return this.#isCut || !this.#outage.isOpen
  }

  /** For the client. Throws or rejects where there is no network or no server. */
  open(): Transport | Promise<Transport> {
    if (this.#isCut) throw new Error('there is no network')
    return this.#isReliable ? this.#dial() : this.#bind()
  }

  cut({ silent = false }: CutOptions = {}): void {
    if (silent) return this.#outage.close()
    this.#isCut = true
    this.#outage.clear()
    for (const fail of this.#dials) fail(new Error('the network has gone'))
    const { number, reason } = closeCodes.transport_lost
    for (const end of this.#ends ?? []) end.break(number, reason)
    this.#link?.cut()
  }

  heal(): void {
    this.#isCut = false
    this.#outage.open()
  }

  /** The client's process has died: its system closes what it had open, which a reliable transport tells the other side. */
  clientDied(): void {
    const { number, reason } = closeCodes.transport_lost
    this.#ends?.[0].close(number, reason)
  }

  /** The server's process has died: as `clientDied` the other way round. */
  serverDied(): void {
    const { number, reason } = closeCodes.transport_lost
    this.#ends?.[1].close(number, reason)
  }

  get #isReliable(): boolean {
    return this.#conditions[0].reliable
  }

  get #conditions(): readonly [LinkConditions, LinkConditions] {
    const { link } = this.#options
    return 'latencyMs' in link ? [link, link] : link
  }

  #dial(): Promise<Transport> {
    const { client, server, accept } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        if (this.#dials.delete(fail)) client.run(() => reject(error))
      }
      this.#dials.add(fail)
      this.#after(0, () => {
        // a process that has died does not answer when it is answered
        if (!this.#dials.has(fail) || client.hasCrashed) return
        const process = server()
        const [clientEnd, serverEnd] = this.#lay(() => process)
        clientEnd.hold()
        // where there is no process its system says so
        let isRefused = process.hasCrashed
        // the system of a paused server answers for it; what it makes of the client shows when it goes on
        process.run(() => {
          try {
            accept(serverEnd)
          } catch {
            isRefused = true
            serverEnd.close(closeCodes.transport_lost.number, 'no server answers')
          }
        })
        this.#after(1, () => {
          if (isRefused) return fail(new Error('no server answers'))
          if (!this.#dials.delete(fail)) return
          client.run(() => {
            resolve(clientEnd)
            clientEnd.release()
          })
        })
      })
    })
  }

  #bind(): Transport {
    const { server, accept } = this.#options
    let owner: VirtualProcess | undefined
    const [clientEnd, serverEnd] = this.#lay(() => owner ?? server())
    serverEnd.onBytes = (bytes) => {
      try {
        accept(serverEnd)
      } catch {
        // nobody listens: the packet is lost
        return
      }
      owner = server()
      serverEnd.onBytes?.(bytes)
    }
    return clientEnd
  }

  #lay(server: () => VirtualProcess): readonly [LineEnd, LineEnd] {
    const { clock, random, client, onPacket } = this.#options
    const link = new SimulatedLink(clock, random, this.#conditions)
    const carry = (work: () => void): void => {
      if (this.#isReliable || this.#outage.isOpen) this.#outage.pass(work)
    }
    const [clientEnd, serverEnd] = link.ends
    this.#link = link
    const ends = [
      new LineEnd(clock, clientEnd, () => client, { carry, onPacket: (bytes) => onPacket(true, bytes) }),
      new LineEnd(clock, serverEnd, server, { carry, onPacket: (bytes) => onPacket(false, bytes) }),
    ] as const
    ends[0].connectTo(ends[1])
    ends[1].connectTo(ends[0])
    this.#ends = ends
    return ends
  }

  /** After the time that a packet takes in this direction. */
  #after(direction: 0 | 1, work: () => void): void {
    const { clock, random } = this.#options
    const { latencyMs, jitterMs } = this.#conditions[direction]
    clock.schedule(latencyMs + random() * jitterMs, () => this.#outage.pass(work))
  }
}
