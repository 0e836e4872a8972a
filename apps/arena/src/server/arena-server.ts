import { openJournal } from '@tygase/record'
import { type Client, Server } from '@tygase/server'
import { Bot } from '../bots/bot.js'
import { maxPlayers, rewindMs } from '../field.js'
import { arena } from '../game.js'

/** Long enough for a page that is loaded again. The disc of a player who has closed the page stands there for as long. */
const graceMs = 10_000

export interface ArenaServerOptions {
  /** Bots in a room with one person. Each further person takes the place of one. */
  bots: number
  /** For the characters of bots. An integer. */
  seed: number
  /** Gets what went wrong with a bot. */
  onError: (error: unknown) => void
  logger?: false
  /** The folder in which rooms go on when the server is begun again, with all who are in them. Default: they end with it. */
  journal?: string
}

/** A server with a room for each link, and a live list of them. A room has bots while there is a person in it. */
export function createArenaServer({ bots, seed, onError, logger, journal = '' }: ArenaServerOptions): Server {
  const server = new Server({ ...(logger === false && { logger }) })
  const crews = new Map<string, Crew>()
  const look = ({ room }: Client): void => {
    let crew = crews.get(room.id)
    if (crew === undefined) {
      crew = new Crew((index) => Bot.join(server.at(`/arena/${room.id}`), { index, seed }))
      crews.set(room.id, crew)
      // bots of an earlier process have ended with it
      for (const client of [...room.clients.values()]) if (!isPerson(client)) client.disconnect('its process has ended')
    }
    const people = [...room.clients.values()].filter(isPerson).length
    if (room.metadata.people !== people) room.metadata = { people }
    crew.change(people === 0 ? 0 : Math.max(0, bots + 1 - people)).catch((error: unknown) => {
      // a room may end while a bot is on its way
      if (server.running) onError(error)
    })
  }
  server.define('arena', arena, {
    maxClients: maxPlayers,
    maxRewindMs: rewindMs,
    ...(journal !== '' && { save: { journal: openJournal(journal) } }),
    limits: { graceMs },
    // in a room of an earlier process nobody joins: its people come back
    onCreate: (room) => void room.onResume(look),
    onJoin: look,
    onLeave: look,
    onShutdown: (room) => void crews.delete(room.id),
  })
  return server.defineRoomList()
}

function isPerson({ data }: Client): boolean {
  return (data as { bot?: boolean } | undefined)?.bot !== true
}

/** The bots of a room. They come and go one after the other. */
class Crew {
  readonly #join: (index: number) => Promise<Bot>
  readonly #bots: Bot[] = []
  #wanted = 0
  #turn: Promise<void> = Promise.resolve()

  constructor(join: (index: number) => Promise<Bot>) {
    this.#join = join
  }

  /** Resolves when there are so many bots. */
  change(wanted: number): Promise<void> {
    this.#wanted = wanted
    this.#turn = this.#turn.catch(() => {}).then(() => this.#work())
    return this.#turn
  }

  async #work(): Promise<void> {
    while (this.#bots.length > this.#wanted) await this.#bots.pop()?.leave()
    while (this.#bots.length < this.#wanted) this.#bots.push(await this.#join(this.#bots.length))
  }
}
