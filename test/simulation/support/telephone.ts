import { type Connection, type ConnectOptions, connect } from '@tygase/client'
import type { AnyGame } from '@tygase/gamestate'
import type { Transport } from '@tygase/protocol'
import type { Server } from '@tygase/server'
import { createSeededRandom, type LinkConditions, SimulatedLink, type VirtualClock } from '@tygase/testkit/internal'

/** A packet that has been handed to its receiver. */
export interface Call {
  from: 'client' | 'server'
  /** On which of the transports, counted from 0. */
  line: number
  atMs: number
  bytes: Uint8Array
}

/** 40 ms each way, and nothing else. */
export const fortyMs: LinkConditions = { latencyMs: 40, jitterMs: 0, loss: 0, duplicate: 0, reorder: 0, reliable: true }

/** Transports to a server. A test can read their packets, and break them at one end alone. */
export class Telephone<G extends AnyGame> {
  readonly calls: Call[] = []
  /** The close codes of transports that the server has closed, by line. */
  readonly closedWith = new Map<number, number>()
  /** True if a new line can be opened. */
  isUp = true
  readonly #server: Server<G>
  readonly #clock: VirtualClock
  readonly #link: LinkConditions
  readonly #seed: number
  #lines = 0
  #abandon = (): void => {}

  constructor(server: Server<G>, clock: VirtualClock, link: LinkConditions, seed = 1) {
    this.#server = server
    this.#clock = clock
    this.#link = link
    this.#seed = seed
  }

  connect(options: ConnectOptions = {}): Promise<Connection<G>> {
    const random = createSeededRandom(this.#seed)
    // reason: the caller knows the game
    return connect(() => this.open(), { clock: this.#clock, random, ...options }) as unknown as Promise<Connection<G>>
  }

  open(): Transport {
    if (!this.isUp) throw new Error('there is no network')
    const line = this.#lines++
    const { ends } = new SimulatedLink(this.#clock, createSeededRandom(this.#seed * 100 + line), this.#link)
    const client = this.#listenIn(ends[0], 'server', line)
    this.#server.acceptTransport(this.#listenIn(ends[1], 'client', line))
    this.#abandon = () => {
      const { onClose } = client
      client.onBytes = undefined
      client.onClose = undefined
      onClose?.(4004, 'gone')
    }
    return client
  }

  /** Breaks the client's end of the newest line. The server does not notice it. */
  abandon(): void {
    this.#abandon()
  }

  /** Of both directions. */
  bytesOn(line: number): number {
    return this.calls.reduce((sum, call) => sum + (call.line === line ? call.bytes.length : 0), 0)
  }

  #listenIn(end: Transport, from: Call['from'], line: number): Transport {
    const wrapped: Transport = {
      reliable: end.reliable,
      ...(end.lossy && { lossy: end.lossy }),
      get bufferedBytes() {
        return end.bufferedBytes
      },
      send: (bytes) => end.send(bytes),
      close: (code, reason) => end.close(code, reason),
      onBytes: undefined,
      onClose: undefined,
    }
    end.onBytes = (bytes) => {
      this.calls.push({ from, line, atMs: this.#clock.now(), bytes })
      wrapped.onBytes?.(bytes)
    }
    end.onClose = (code, reason) => {
      if (from === 'server') this.closedWith.set(line, code)
      wrapped.onClose?.(code, reason)
    }
    return wrapped
  }
}

/** Lets virtual time pass in small steps, and follows promises up after each. */
export async function pass(clock: VirtualClock, ms: number): Promise<void> {
  for (const endMs = clock.now() + ms; clock.now() < endMs; ) {
    clock.advance(Math.min(5, endMs - clock.now()))
    for (let i = 0; i < 10; i++) await Promise.resolve()
  }
}
