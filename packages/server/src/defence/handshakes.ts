import type { Clock } from '@tygase/gamestate'
import { type CloseCode, closeCodes } from '@tygase/protocol'
import { neighbourhoodOf } from './host.js'

export interface HandshakesOptions {
  clock: Clock
  /** How long one may take, in ms. */
  timeoutMs: number
  /** How many there may be at a time. */
  max: number
  /** How many of them from one address. */
  maxPerAddress(host: string): number
}

/** Why one that waits has to go. */
export interface HandshakeEnd {
  code: CloseCode
  reason: string
}

interface Waiting {
  drop(end: HandshakeEnd): void
}

const timedOut = { code: 'handshake_timeout', reason: 'no hello in time' } as const
const tooMany = { code: 'server_full', reason: closeCodes.server_full.reason } as const
const tooManyOfAddress = { code: 'too_many_sessions', reason: 'too many handshakes from one address' } as const

/**
 * All who have not said yet who they are: sockets without a whole request, transports without a hello. One too many makes the
 * one go that has waited longest, of its address or of all: an honest client is done within a round trip, so that those who
 * fill the room with silence push out each other.
 */
export class Handshakes {
  readonly #options: HandshakesOptions
  /** In the order of their coming. */
  readonly #waiting = new Set<Waiting>()
  /** The same, by neighbourhood; those without an address share a place that has no limit. */
  readonly #byAddress = new Map<string | undefined, Set<Waiting>>()

  constructor(options: HandshakesOptions) {
    this.#options = options
  }

  /** How many there are now. */
  get size(): number {
    return this.#waiting.size
  }

  /**
   * @param host where it comes from; undefined where that means nothing, and no limit for each address either
   * @param drop called once when it has to go before `leave` was
   * @returns leave: to be called when it has said who it is, or has gone by itself; harmless when it is called again
   */
  enter(host: string | undefined, drop: (end: HandshakeEnd) => void): () => void {
    const { clock, timeoutMs, max, maxPerAddress } = this.#options
    const key = host === undefined ? undefined : neighbourhoodOf(host)
    const neighbours = this.#byAddress.get(key)
    if (host !== undefined && neighbours !== undefined && neighbours.size >= maxPerAddress(host)) {
      dropFirst(neighbours, tooManyOfAddress)
    }
    if (this.#waiting.size >= max) dropFirst(this.#waiting, tooMany)
    const waiting: Waiting = {
      drop: (end) => {
        leave()
        drop(end)
      },
    }
    const cancel = clock.schedule(timeoutMs, () => waiting.drop(timedOut))
    const leave = (): void => {
      cancel()
      this.#remove(waiting, key)
    }
    this.#add(waiting, key)
    return leave
  }

  #add(waiting: Waiting, key: string | undefined): void {
    this.#waiting.add(waiting)
    const neighbours = this.#byAddress.get(key)
    if (neighbours === undefined) this.#byAddress.set(key, new Set([waiting]))
    else neighbours.add(waiting)
  }

  #remove(waiting: Waiting, key: string | undefined): void {
    this.#waiting.delete(waiting)
    const neighbours = this.#byAddress.get(key)
    neighbours?.delete(waiting)
    if (neighbours?.size === 0) this.#byAddress.delete(key)
  }
}

function dropFirst(set: ReadonlySet<Waiting>, end: HandshakeEnd): void {
  const [first] = set
  first?.drop(end)
}
