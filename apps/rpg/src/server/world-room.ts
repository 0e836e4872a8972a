import type { Logger } from '@tygase/gamestate'
import { RefusalError, type Room, type RoomClient, type RoomOptions } from '@tygase/server'
import { idleSeconds, isIdle, tickRate, type world } from '../world.js'
import type { PlayerToSave, SavedPlayer, SavedPlayers } from './saved-players.js'

/** How often everybody who is there is saved. */
export const saveSeconds = 5

type WorldRoom = Room<typeof world>

/** What the room of the world does besides its rules: who enters, where they were, who has to go, and what is kept. */
export class WorldRoomHooks {
  readonly #saved: SavedPlayers
  readonly #unixNow: () => number
  readonly #logger: Logger
  /** When those who are there have come, in ms of Unix time, by client id. */
  readonly #logins = new Map<string, number>()

  /** @param unixNow the time of day, in ms of Unix time */
  constructor(saved: SavedPlayers, unixNow: () => number, logger: Logger) {
    this.#saved = saved
    this.#unixNow = unixNow
    this.#logger = logger
  }

  /** The options of the room. One session for each player: whoever logs in once more takes the place of the first. */
  get options(): RoomOptions<typeof world> {
    return {
      sessionsPerUser: 'newest',
      madeByClients: false,
      idleGraceMs: Number.POSITIVE_INFINITY,
      onMessage: {
        enter: () => {
          throw new RefusalError('not_for_clients', 'who enters is for the server to say')
        },
      },
      onJoin: (room, client) => void this.#join(room, client),
      onLeave: (room, client) => this.#leave(room, client),
      onTick: (room, tick) => this.#tick(room, tick),
      onShutdown: (room) => this.#saved.save(this.#allOf(room)),
    }
  }

  async #join(room: WorldRoom, client: RoomClient): Promise<void> {
    const { clientId, userId, name } = client
    if (userId === undefined || name === undefined) return client.disconnect('nobody knows who this is')
    this.#logins.set(clientId, this.#unixNow())
    try {
      const { x, y, z } = (await this.#saved.load(userId)) ?? { x: 0, y: 0, z: 0 }
      // it may have left meanwhile
      if (!room.clients.has(clientId)) return
      room.pushEvent('enter', { name, x, y, z }, clientId)
      await this.#saved.save([{ userId, player: { x, y, z, lastLoginMs: this.#loginOf(clientId) } }])
    } catch (error) {
      // rather than to put them at the beginning, and to keep that
      this.#logger.error({ err: error, userId }, 'a player cannot be loaded')
      client.disconnect('what was saved of this player cannot be had')
    }
  }

  #leave(room: WorldRoom, client: RoomClient): void {
    void this.#saved.save(this.#toSave(room, client))
    this.#logins.delete(client.clientId)
  }

  #tick(room: WorldRoom, tick: number): void {
    for (const client of room.clients.values()) {
      const player = room.store.state.players.get(client.clientId)
      if (player === undefined || !isIdle(player, tick)) continue
      client.disconnect(`idle: no command for ${idleSeconds} seconds, not even idl`)
    }
    if (tick % (saveSeconds * tickRate) === 0) void this.#saved.save(this.#allOf(room))
  }

  #allOf(room: WorldRoom): PlayerToSave[] {
    return [...room.clients.values()].flatMap((client) => this.#toSave(room, client))
  }

  /** Nothing for one who has not entered yet. */
  #toSave(room: WorldRoom, { clientId, userId }: RoomClient): PlayerToSave[] {
    const player = room.store.state.players.get(clientId)
    if (player === undefined || userId === undefined) return []
    const { x, y, z } = player
    const saved: SavedPlayer = { x, y, z, lastLoginMs: this.#loginOf(clientId) }
    return [{ userId, player: saved }]
  }

  #loginOf(clientId: string): number {
    return this.#logins.get(clientId) ?? this.#unixNow()
  }
}
