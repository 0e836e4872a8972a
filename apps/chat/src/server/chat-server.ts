import type { Clock } from '@tygase/gamestate'
import { type Client, RefusalError, type Server, ServerError } from '@tygase/server'
import type { chat } from '../chat.js'
import { type ClientEntry, Visits } from '../visits.js'

/** Channels at a time. For one more, the oldest channel without a subscriber is deleted. */
export const maxChannels = 100
/** The channel that is always there. */
const lobby = 'lobby'

/** The part of a chat that is not in its rules: addresses, times, the past, and channels. */
export class ChatServer {
  readonly #server: Server<typeof chat>
  readonly #clock: Pick<Clock, 'now'>
  readonly #unixNow: () => number
  readonly #visits = new Visits()
  /** Start of each session, in ms of Unix time. */
  readonly #starts = new WeakMap<Client, number>()

  /**
   * @param clock that of the server
   * @param unixNow the time of day, in ms of Unix time
   */
  constructor(server: Server<typeof chat>, clock: Pick<Clock, 'now'>, unixNow: () => number) {
    this.#server = server
    this.#clock = clock
    this.#unixNow = unixNow
    this.#create(lobby)
    server.registerEventHandler('clients', () => [...server.clients.values()].map((client) => this.#entryOf(client)))
    server.registerEventHandler('whoami', (_data, client) => ({ ...this.#entryOf(client), clientId: client.id }))
    server.registerEventHandler('history', ({ name }) => this.#visits.list(name))
    server.registerEventHandler('createChannel', ({ channel }) => this.#createFor(channel))
    server.room.onJoin((client) => void this.#starts.set(client, this.#unixNow()))
    server.room.onLeave((client) => {
      const { name, address, startMs } = this.#entryOf(client)
      this.#visits.end(client.id, { name, address, startMs, endMs: this.#unixNow() })
    })
  }

  #entryOf(client: Client): ClientEntry {
    const { id, address, connectedAtMs, status } = client
    return {
      name: this.#nameOf(id),
      address: address?.host ?? '',
      startMs: this.#starts.get(client) ?? this.#unixNow(),
      // not by the time of day, which may be set back
      durationMs: this.#clock.now() - connectedAtMs,
      isAway: status === 'suspended',
    }
  }

  /** The name of a client, also of one that has just left: its rule may have run. */
  #nameOf(clientId: string): string {
    const { store } = this.#server
    for (const version of store.versions().reverse()) {
      const person = store.at(version)?.people.get(clientId)
      if (person !== undefined) return person.name
    }
    return 'guest'
  }

  #createFor(channel: string): void {
    const { channels } = this.#server
    if (!channels.has(channel) && channels.list().length >= maxChannels) {
      const unused = channels.list().find(({ name, subscribers }) => name !== lobby && subscribers === 0)
      if (unused !== undefined) channels.delete(unused.name)
    }
    try {
      this.#create(channel)
    } catch (error) {
      // the sender gets the reason
      if (error instanceof ServerError) throw new RefusalError(error.code, error.message, { cause: error })
      throw error
    }
  }

  #create(channel: string): void {
    const { channels } = this.#server
    channels.create(channel)
    channels.subscribe(channel, ({ kind, data, from }) => {
      if (from === undefined) return
      this.#visits.note(from, `${channel}: ${kind === 'text' ? String(data) : JSON.stringify(data)}`)
    })
  }
}
