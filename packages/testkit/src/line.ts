import { closeCodes, type Transport } from '@tygase/protocol'
import { SimulationError } from './errors.js'
import { Gate } from './gate.js'
import { LineEnd } from './line-end.js'
import { eachWay, type LinkConditions, SimulatedLink } from './simulated-link.js'
import type { VirtualClock } from './virtual-clock.js'
import type { VirtualProcess } from './virtual-process.js'

/** A network: the same conditions both ways, or one for each direction. */
export type Link = LinkConditions | readonly [fromClient: LinkConditions, fromServer: LinkConditions]

export interface CutOptions {
  /**
   * True if neither side notices it, as with a pulled cable. Packets stop; on a reliable link the packets under way wait for
   * `heal`. Default false: both ends close at once.
   */
  silent?: boolean
}

export interface LineOptions {
  clock: VirtualClock
  random: () => number
  link: Link
  client: VirtualProcess
  /** The server's current process, or the one that has crashed last. */
  server(): VirtualProcess
  /** Gives the server its end of a transport. Throws when no server runs. */
  accept(transport: Transport): void
  /** Called with each packet that comes out of the link, before a process takes it. */
  onPacket(fromServer: boolean, bytes: Uint8Array): void
}

/**
 * The way of one client to the server. Opens transports over simulated links, one after the other, and breaks them.
 *
 * A reliable transport takes a round trip to open, as TCP does. A transport of datagrams is open at once, and the server
 * notices it with the first packet.
 */
export class Line {
  readonly #options: LineOptions
  /** Keeps arrivals during a silent cut. */
  readonly #outage: Gate
  #ends: readonly [LineEnd, LineEnd] | undefined
  #link: SimulatedLink | undefined
  /** The network now. */
  #network: Link
  #isCut = false
  /** Attempts to open a transport that have no answer yet. */
  readonly #dials = new Set<(error: Error) => void>()

  constructor(options: LineOptions) {
    this.#options = options
    this.#network = options.link
    this.#outage = new Gate(options.clock)
  }

  /** True if no packet gets through. */
  get isCut(): boolean {
    return this.#isCut || !this.#outage.isOpen
  }

  /** Opens a transport for the client. Throws or rejects without a network or a server. */
  open(): Transport | Promise<Transport> {
    if (this.#isCut) throw new Error('there is no network')
    return this.#isReliable ? this.#dial() : this.#bind()
  }

  /**
   * Another network for packets that are sent from now on.
   * @throws SimulationError `invalid_argument` if one is reliable and the other is not
   */
  set network(link: Link) {
    const [before, after] = [this.#network, link].map((network) => eachWay(network)[0].reliable)
    if (before !== after) {
      throw new SimulationError('invalid_argument', 'a network that is reliable stays so, and another one too')
    }
    this.#network = link
    if (this.#link !== undefined) this.#link.conditions = link
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

  /** The client's process has died. Its system closes the transport; the server notices it if the transport is reliable. */
  clientDied(): void {
    const { number, reason } = closeCodes.transport_lost
    this.#ends?.[0].close(number, reason)
  }

  /** The server's process has died: the same the other way round. */
  serverDied(): void {
    const { number, reason } = closeCodes.transport_lost
    this.#ends?.[1].close(number, reason)
  }

  get #isReliable(): boolean {
    return this.#conditions[0].reliable
  }

  get #conditions(): readonly [LinkConditions, LinkConditions] {
    return eachWay(this.#network)
  }

  #dial(): Promise<Transport> {
    const { client, server, accept } = this.#options
    return new Promise((resolve, reject) => {
      const fail = (error: Error): void => {
        if (this.#dials.delete(fail)) client.run(() => reject(error))
      }
      this.#dials.add(fail)
      this.#after(0, () => {
        // a dead process does not finish its half of the connection
        if (!this.#dials.has(fail) || client.hasCrashed) return
        const process = server()
        const [clientEnd, serverEnd] = this.#lay(() => process)
        clientEnd.hold()
        // without a process the system refuses
        let isRefused = process.hasCrashed
        // the system of a paused server accepts for it; the server itself sees the client when it goes on
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
        // no server runs: the packet is lost
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

  /** Does the work after the time that a packet takes in this direction. */
  #after(direction: 0 | 1, work: () => void): void {
    const { clock, random } = this.#options
    const { latencyMs, jitterMs } = this.#conditions[direction]
    clock.schedule(latencyMs + random() * jitterMs, () => this.#outage.pass(work))
  }
}
