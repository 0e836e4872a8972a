import type { Clock } from '@tygase/gamestate'
import { RefusalError, type Server, type ServerConnection, ServerError } from '@tygase/server'
import type { chat } from '../chat.js'
import { type ClientEntry, Visits } from '../visits.js'

/** Channels at a time. Where one more is wanted, the oldest one without a subscriber goes. */
export const maxChannels = 100
/** The channel that is always there. */
const lobby = 'lobby'

/** What the server of a chat answers besides the rules: addresses, times, the past, and channels. */
export class ChatServer {
  readonly #server: Server<typeof chat>
  readonly #clock: Pick<Clock, 'now'>
  readonly #unixNow: () => number
  readonly #visits = new Visits()
  /** When each session began, in ms of Unix time. */
  readonly #starts = new WeakMap<ServerConnection, number>()

  /**
   * @param clock that of the server
   * @param unixNow the time of day, in ms of Unix time
   */
  constructor(server: Server<typeof chat>, clock: Pick<Clock, 'now'>, unixNow: () => number) {
    this.#server = server
    this.#clock = clock
    this.#unixNow = unixNow
    this.#create(lobby)
    server.registerEventHandler('clients', () =>
      [...server.connections.values()].map((connection) => this.#entryOf(connection)),
    )
    server.registerEventHandler('whoami', (_data, connection) => ({
      ...this.#entryOf(connection),
      clientId: connection.clientId,
    }))
    server.registerEventHandler('history', ({ name }) => this.#visits.list(name))
    server.registerEventHandler('createChannel', ({ channel }) => this.#createFor(channel))
    server.onConnect((connection) => void this.#starts.set(connection, this.#unixNow()))
    server.onDisconnect((connection) => {
      const { name, address, startMs } = this.#entryOf(connection)
      this.#visits.end(connection.clientId, { name, address, startMs, endMs: this.#unixNow() })
    })
  }

  #entryOf(connection: ServerConnection): ClientEntry {
    const { clientId, clientAddress, connectedSince, status } = connection
    return {
      // a rule names who comes, on the tick after
      name: this.#server.store.state.people.get(clientId)?.name ?? 'guest',
      address: clientAddress?.host ?? '',
      startMs: this.#starts.get(connection) ?? this.#unixNow(),
      // not by the time of day, which may be set back
      durationMs: this.#clock.now() - connectedSince,
      isAway: status === 'suspended',
    }
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
      // who asked is told why
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
