import type { Clock, Logger } from '@tygase/gamestate'
import { type MembersNews, membersEvent } from '@tygase/protocol'
import { guard } from '../guard.js'
import type { ServerInternals } from '../server-internals.js'
import { memberInfoOf, type RoomClient } from './room-client.js'

/** Members in one event: with the longest of names and ids they fit into its default limit of 64 KiB. */
const maxMembers = 25
/** Round-trip times in one event. */
const maxTimes = 1000
/** A round-trip time that has changed by no more than this share or so many ms is not worth telling. */
const worthShare = 0.2
const worthMs = 5

export interface MemberNewsOptions {
  clock: Clock
  logger: Logger
  /** Infinity: never. */
  latencyIntervalMs: number
  clients: ReadonlyMap<string, RoomClient>
  dispatch: ServerInternals['dispatch']
}

/** Tells the clients in a room who else is there. */
export class MemberNews {
  readonly #options: MemberNewsOptions
  /** The round-trip times that clients know of each other. */
  readonly #toldMs = new Map<string, number>()
  #cancel: (() => void) | undefined

  constructor(options: MemberNewsOptions) {
    this.#options = options
  }

  /** Somebody has come, and is among the clients already. */
  joined(client: RoomClient): void {
    const { clients } = this.#options
    const { clientId } = client
    if (clients.size > 1) this.#tell({ joined: [memberInfoOf(client)] }, { except: clientId })
    const all = [...clients.values()].map(memberInfoOf)
    for (let i = 0; i < all.length; i += maxMembers) {
      this.#tell({ ...(i === 0 && { reset: true }), joined: all.slice(i, i + maxMembers) }, clientId)
    }
    this.start()
  }

  /** Somebody has left, and is not among the clients any more. */
  left(clientId: string): void {
    this.#toldMs.delete(clientId)
    if (this.#options.clients.size > 0) this.#tell({ left: clientId }, 'all')
    else this.stop()
  }

  /** Tells the round-trip times on their interval from now on, when somebody is there. */
  start(): void {
    const { clients, clock, latencyIntervalMs } = this.#options
    if (clients.size === 0 || latencyIntervalMs === Number.POSITIVE_INFINITY) return
    this.#cancel ??= clock.schedule(latencyIntervalMs, () => this.#tellTimes())
  }

  stop(): void {
    this.#cancel?.()
    this.#cancel = undefined
  }

  #tellTimes(): void {
    const { clients, clock, latencyIntervalMs } = this.#options
    this.#cancel = clock.schedule(latencyIntervalMs, () => this.#tellTimes())
    const changed: [string, number][] = []
    for (const { clientId, rttMs } of clients.values()) {
      const told = this.#toldMs.get(clientId)
      if (rttMs === undefined) continue
      const isKnown = told !== undefined && Math.abs(rttMs - told) <= Math.max(worthMs, told * worthShare)
      if (!isKnown) changed.push([clientId, Math.round(rttMs)])
    }
    for (const [clientId, rttMs] of changed) this.#toldMs.set(clientId, rttMs)
    for (let i = 0; i < changed.length; i += maxTimes) {
      this.#tell({ rttMs: Object.fromEntries(changed.slice(i, i + maxTimes)) }, 'all')
    }
  }

  #tell(news: MembersNews, targetClient: 'all' | string | { except: string }): void {
    // with a low limit of events they may be too large
    guard(this.#options.logger, 'members could not be told', () => {
      this.#options.dispatch(membersEvent, news, { targetClient, retries: Number.POSITIVE_INFINITY })
    })
  }
}
