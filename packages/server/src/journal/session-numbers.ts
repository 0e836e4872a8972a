import type { SessionProgress } from '@tygase/protocol/internal'
import type { ClientLink } from '../clients/client-link.js'
import type { RoomClients } from '../clients/client-table.js'
import type { JournaledRecipients } from './entries.js'
import type { JournaledSession } from './room-snapshot.js'

/** What a client knows is written down if it knows so many more outcomes and events. */
const mostUnnoted = 16
const unknown: SessionProgress = { resolved: 1, pending: 1 }

/** The numbers by which the records of a room name its sessions, and how far their clients were when it was written last. */
export class SessionNumbers {
  readonly #clients: Pick<RoomClients, 'all' | 'joined'>
  #numbers = new Map<ClientLink, number>()
  #next = 0
  #noted = new WeakMap<ClientLink, SessionProgress>()

  constructor(clients: Pick<RoomClients, 'all' | 'joined'>) {
    this.#clients = clients
  }

  /** All sessions are numbered anew, in the order of a snapshot that was written. */
  restart(sessions: readonly JournaledSession[]): void {
    const { all } = this.#clients
    this.#next = all.size
    this.#numbers = new Map()
    this.#noted = new WeakMap()
    let number = 0
    for (const link of all.values()) {
      const { resolved, nextSequence, outgoing } = sessions[number]!.ledger
      this.#noted.set(link, { resolved, pending: outgoing[0]?.sequence ?? nextSequence })
      this.#numbers.set(link, number++)
    }
  }

  has(link: ClientLink): boolean {
    return this.#numbers.has(link)
  }

  add(link: ClientLink): void {
    this.#numbers.set(link, this.#next++)
  }

  delete(link: ClientLink): void {
    this.#numbers.delete(link)
  }

  of(link: ClientLink): number {
    // a session that has ended gets nothing any more
    return this.#numbers.get(link) ?? this.#next
  }

  /** @param hasJoins true in a tick with joins: the clients that have joined are others after each of them */
  recipients(links: readonly ClientLink[], hasJoins: boolean): JournaledRecipients {
    const { all, joined } = this.#clients
    if (!hasJoins) {
      // lists of links name each once
      if (links.length === joined.size && links.every((link) => link.isJoined)) return 'joined'
      if (links.length === all.size) return 'all'
    }
    return links.map((link) => this.of(link))
  }

  /** What a client knows is written. */
  note(link: ClientLink, progress: SessionProgress): void {
    this.#noted.set(link, progress)
  }

  /** @returns the clients that know much more than was written, and what they know */
  *advanced(): Iterable<readonly [ClientLink, SessionProgress]> {
    for (const link of this.#numbers.keys()) {
      const progress = link.progress()
      const { resolved, pending } = this.#noted.get(link) ?? unknown
      if (progress.resolved - resolved + progress.pending - pending >= mostUnnoted) yield [link, progress]
    }
  }
}
