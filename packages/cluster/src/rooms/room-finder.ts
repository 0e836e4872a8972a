import type { Clock, Logger } from '@tygase/gamestate'
import { ServerError } from '@tygase/server'
import type { ClusterHost, RoomPlace, RoomWish, WantedRoom } from '@tygase/server/internal'
import { ClusterError } from '../errors.js'
import { type ClusterServer, drawName } from '../lease/cluster-server.js'
import type { ListedServer } from '../lease/server-record.js'
import type { RoomIndex } from './room-index.js'
import type { RoomMoves } from './room-moves.js'
import { type ServerAnswer, type ServerRequests, SilentError } from './server-requests.js'

export interface RoomFinderOptions {
  readonly server: ClusterServer
  readonly host: ClusterHost
  readonly requests: ServerRequests
  readonly index: Pick<RoomIndex, 'openRooms'>
  readonly moves: Pick<RoomMoves, 'disown'>
  readonly clock: Clock
  readonly logger: Logger
  readonly leaseMs: number
  readonly random: () => number
}

/** Between two looks at a room whose server does not answer. */
const lookMs = 50
/** So often a room is looked for that no server seems to have. */
const mostLooks = 3
/** A server that does not answer in this share of a lease may hang: its record is looked at again. */
const answerShare = 1 / 4
/** A server that is dead is buried after a lease: a client waits so many for that. */
const leasesToWait = 2.5
/** So many other rooms are tried for a client that wants any: the list is a moment old. */
const mostRooms = 3
/** So many servers are tried for a new room. */
const mostServers = 3

const idLength = 12

/** Finds the servers of rooms, for clients that are in none of this server. */
export class RoomFinder {
  readonly #options: RoomFinderOptions

  constructor(options: RoomFinderOptions) {
    this.#options = options
  }

  /** See `ServerCluster.find`. */
  async find({ kind, id }: WantedRoom, wish: RoomWish): Promise<RoomPlace> {
    if (id !== undefined) return this.#findRoom(kind, id, wish)
    for (const room of this.#options.index.openRooms(kind).slice(0, mostRooms)) {
      const place = await this.#askFor(room.serverId, kind, room.id, false).catch(ignoreRefusals)
      if (place !== undefined) return place
    }
    if (!wish.mayMake) return { at: 'nowhere' }
    return this.#make(kind, drawName(this.#options.random, idLength), wish.host)
  }

  async #findRoom(kind: string, id: string, wish: RoomWish): Promise<RoomPlace> {
    const { server, host, moves, clock, leaseMs } = this.#options
    const key = `${kind}/${id}`
    const untilMs = clock.now() + leasesToWait * leaseMs
    let looked = 0
    for (;;) {
      const owner = await server.ownerOf(key)
      if (owner === server.serverId) {
        if (server.holds(key)) return { at: 'here', id }
        await moves.disown(key)
      }
      if (owner === undefined) {
        if (wish.mayMake || (await host.isLeft(key))) break
        // another server may have taken it over between the two looks. Or it was given to one that has died since, and the server
        // that has given it does not know that yet
        const mayCome = host.isKept(kind) && (await server.hasRecord(key)) && clock.now() < untilMs
        if (++looked >= mostLooks && !mayCome) return { at: 'nowhere' }
        await this.#wait(lookMs)
        continue
      }
      const look = (): Promise<RoomPlace | undefined> =>
        wish.isBack ? this.#lookAt(owner, kind, id) : this.#askFor(owner, kind, id, false)
      const place = owner === server.serverId ? undefined : await look()
      if (place !== undefined) return place
      if (clock.now() >= untilMs) {
        throw new ClusterError('room_unreachable', `the server of the room '${key}' does not answer`)
      }
      await this.#wait(lookMs)
    }
    return wish.isBack ? this.#takeOver(kind, id) : this.#make(kind, id, wish.host)
  }

  /** A room whose clients come back goes on at the first server that they ask, if that takes rooms. */
  async #takeOver(kind: string, id: string): Promise<RoomPlace> {
    const { server } = this.#options
    const own = server.servers.find(({ serverId }) => serverId === server.serverId)
    if (own?.status !== 'up') return this.#make(kind, id)
    const claim = await server.claim(`${kind}/${id}`)
    return claim.isOwn ? { at: 'here', id } : ((await this.#lookAt(claim.serverId, kind, id)) ?? unreachable(kind, id))
  }

  /** Chooses a server for a room that no server has. @param client the address of the client for which it is made */
  async #make(kind: string, id: string, client?: string): Promise<RoomPlace> {
    const { server, host } = this.#options
    const tried = new Set<string>()
    // what the own record says is a moment old
    if (host.sessions >= host.maxSessions) tried.add(server.serverId)
    for (let tries = 0; tries < mostServers; tries++) {
      const chosen = server.place((other) => Object.hasOwn(other.kinds, kind) && !tried.has(other.serverId))
      tried.add(chosen.serverId)
      if (chosen.serverId === server.serverId) {
        const claim = await server.claim(`${kind}/${id}`, { isNew: true })
        if (claim.isOwn) return { at: 'here', id }
        const place = await this.#askFor(claim.serverId, kind, id, false)
        if (place !== undefined) return place
      } else {
        const place = await this.#askFor(chosen.serverId, kind, id, true, client).catch(ignoreFull)
        if (place !== undefined) return place
      }
    }
    return unreachable(kind, id)
  }

  /** @returns undefined if the server does not answer, or has the room no more */
  async #lookAt(serverId: string, kind: string, id: string): Promise<RoomPlace | undefined> {
    const answer = await this.#ask(serverId, { ask: 'room', kind, id })
    return answer === undefined || answer.isGone || answer.isBusy ? undefined : this.#elsewhere(serverId, kind, id)
  }

  /**
   * Asks for a seat.
   * @returns undefined as `#lookAt`. Rejects with the ServerError by which the other server refuses the client
   */
  async #askFor(
    serverId: string,
    kind: string,
    id: string,
    isNew: boolean,
    client?: string,
  ): Promise<RoomPlace | undefined> {
    const answer = await this.#ask(serverId, {
      ask: 'seat',
      kind,
      id,
      isNew,
      ...(client !== undefined && { host: client }),
    })
    if (answer === undefined || answer.isGone || answer.isBusy) return undefined
    if (answer.refused?.code === 'server_full') throw new ClusterError('cluster_full', answer.refused.message)
    if (answer.refused !== undefined) throw refusalOf(answer.refused)
    return this.#elsewhere(serverId, kind, id, answer.ticket)
  }

  async #ask(serverId: string, request: Parameters<ServerRequests['ask']>[1]): Promise<ServerAnswer | undefined> {
    const { requests, leaseMs } = this.#options
    try {
      return (await requests.ask(serverId, request, leaseMs * answerShare)).head
    } catch (error) {
      if (error instanceof SilentError) return undefined
      throw error
    }
  }

  #elsewhere(serverId: string, kind: string, id: string, ticket?: string): RoomPlace | undefined {
    const listed = this.#options.server.servers.find((other) => other.serverId === serverId)
    return listed && { at: 'elsewhere', address: addressIn(listed, kind, id, ticket) }
  }

  #wait(ms: number): Promise<void> {
    return new Promise((resolve) => this.#options.clock.schedule(ms, resolve))
  }
}

/** Where clients get into a room of a server. */
function addressIn({ address }: ListedServer, kind: string, id: string, ticket: string | undefined): string {
  const seat = ticket === undefined ? '' : `?seat=${encodeURIComponent(ticket)}`
  return `${address.replace(/\/$/, '')}/${kind}/${id}${seat}`
}

function refusalOf({ code, message }: NonNullable<ServerAnswer['refused']>): ServerError {
  // reason: the code is that of a ServerError of the other server
  return new ServerError(code as ServerError['code'], message)
}

/** A room of the list that has become full, or is locked: another one is tried. */
function ignoreRefusals(error: unknown): undefined {
  if (!(error instanceof ServerError)) ignoreFull(error)
}

/** A server that has become full since it last said how much it has: another one is tried. */
function ignoreFull(error: unknown): undefined {
  if ((error as ClusterError).code !== 'cluster_full') throw error
}

function unreachable(kind: string, id: string): never {
  throw new ClusterError('room_unreachable', `no server that could have the room '${kind}/${id}' answers`)
}
