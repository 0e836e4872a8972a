import type { Logger } from '@tygase/gamestate'
import type { Client, Room, RoomOptions } from '@tygase/server'
import { idleSeconds, isIdle, tickRate, type world } from '../world.js'
import type { PlayerToSave, SavedPlayer, SavedPlayers } from './saved-players.js'

/** Time between two saves of all players who are in the world. */
export const saveSeconds = 5

type WorldRoom = Room<typeof world>

/** The room around the rules of the world: puts players at their saved places, sends idle ones away, and saves them. */
export class WorldRoomHooks {
  readonly #saved: SavedPlayers
  readonly #unixNow: () => number
  readonly #logger: Logger
  /** Login of each player who is there, in ms of Unix time, by client id. */
  readonly #logins = new Map<string, number>()
  #room: WorldRoom | undefined

  /** @param unixNow the time of day, in ms of Unix time */
  constructor(saved: SavedPlayers, unixNow: () => number, logger: Logger) {
    this.#saved = saved
    this.#unixNow = unixNow
    this.#logger = logger
  }

  /** The options of the room. Each player has one session: a second login ends the first. */
  get options(): RoomOptions<typeof world> {
    return {
      sessionsPerUser: 'newest',
      madeByClients: false,
      idleGraceMs: Number.POSITIVE_INFINITY,
      onCreate: (room) => {
        this.#room = room
      },
      onJoin: (client) => void this.#join(client),
      onLeave: (client) => this.#leave(client),
      onTick: (room, tick) => this.#tick(room, tick),
      onShutdown: (room) => this.#saved.save(this.#allOf(room)),
    }
  }

  async #join(client: Client): Promise<void> {
    const { id, userId } = client
    if (userId === undefined) return client.disconnect('the player is not known')
    this.#logins.set(id, this.#unixNow())
    try {
      const { x, y, z } = (await this.#saved.load(userId)) ?? { x: 0, y: 0, z: 0 }
      // the client may have left meanwhile
      if (this.#room?.clients.has(id) !== true) return
      this.#room.pushEvent('enter', { x, y, z }, id)
      await this.#saved.save([{ userId, player: { x, y, z, lastLoginMs: this.#loginOf(id) } }])
    } catch (error) {
      // otherwise the player would begin anew, and that would be saved
      this.#logger.error({ err: error, userId }, 'a player cannot be loaded')
      client.disconnect('the saved player cannot be loaded')
    }
  }

  #leave(client: Client): void {
    void this.#saved.save(this.#toSave(client))
    this.#logins.delete(client.id)
  }

  #tick(room: WorldRoom, tick: number): void {
    for (const client of room.clients.values()) {
      const player = room.store.state.players.get(client.id)
      if (player === undefined || !isIdle(player, tick)) continue
      client.disconnect(`idle: no command for ${idleSeconds} seconds, not even idl`)
    }
    if (tick % (saveSeconds * tickRate) === 0) void this.#saved.save(this.#allOf(room))
  }

  #allOf(room: WorldRoom): PlayerToSave[] {
    return [...room.clients.values()].flatMap((client) => this.#toSave(client))
  }

  /** Nothing for a client whose player has not entered yet. */
  #toSave({ id, userId }: Client): PlayerToSave[] {
    const player = this.#room?.store.state.players.get(id)
    if (player === undefined || userId === undefined) return []
    const { x, y, z } = player
    const saved: SavedPlayer = { x, y, z, lastLoginMs: this.#loginOf(id) }
    return [{ userId, player: saved }]
  }

  #loginOf(clientId: string): number {
    return this.#logins.get(clientId) ?? this.#unixNow()
  }
}
