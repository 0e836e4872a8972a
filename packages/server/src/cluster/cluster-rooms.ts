import type { Socket } from 'node:net'
import { type Clock, type Logger, TygaseError } from '@tygase/gamestate'
import { guard } from '@tygase/gamestate/internal'
import { closeCodes, type Hello } from '@tygase/protocol/internal'
import type { ClientTable } from '../clients/client-table.js'
import type { HandedRequest, SocketGiver } from '../entrance/listener.js'
import { type Refusal, TurnedAway } from '../entrance/pending-list.js'
import { ServerError } from '../errors.js'
import type { Journal, JournaledRoom } from '../journal/journal.js'
import type { RoomListing } from '../room.js'
import { type ListedRoom, listRooms } from '../rooms/listing.js'

import { parseRoomPath, type Registry } from '../rooms/registry.js'
import type { RoomCore } from '../rooms/room-core.js'
import type { Acting } from './acting.js'
import type {
  ClusterHost,
  ClusterIdentity,
  DrainOptions,
  LeftRoom,
  RoomWish,
  ServerCluster,
  SharedJournal,
  WantedRoom,
} from './cluster.js'

export interface ClusterRoomsOptions {
  readonly cluster: ServerCluster
  readonly acting: Acting
  readonly clock: Clock
  readonly logger: Logger
  readonly registry: Registry
  readonly table: ClientTable
  readonly maxSessions: number
  /** True for the kind of room that is the list of rooms: each server has its own. */
  isRoomList(kind: string): boolean
  /** Goes on with a socket that another process has accepted at a port of this server. */
  adopt(socket: Socket, request: HandedRequest): void
}

const onItsWay: Refusal = { code: 'shutdown', reason: 'the room is on its way to another server: try again' }
/** A client reads no more of a reason. */
const maxReasonUnits = 200
/** Rooms that other servers hear of. */
const mostListed = 1000

/** A request waits so long at most for the process that has its room. Then its client is let in here, and sent on if need be. */
const giverMs = 200
/** A room that no other server has taken is claimed again for so long, if the engine is gone. */
const claimBackMs = 60_000
const claimAgainMs = 100
/** Seats that are kept for clients of other servers are free again after this time. */
const keepSeatMs = 15_000

/** The rooms of a server of a cluster: how clients find those of others, and others those of this one. */
export class ClusterRooms implements ClusterHost {
  readonly clock: Clock
  readonly logger: Logger
  readonly maxSessions: number
  path = ''
  readonly #options: ClusterRoomsOptions
  /** Rooms that end here, and that are not given back. */
  readonly #moving = new Set<string>()
  readonly #opened = new Set<SharedJournal>()
  /** How often this process has lost its rooms. */
  #losses = 0
  #isLeaving = false

  constructor(options: ClusterRoomsOptions) {
    this.#options = options
    this.clock = options.clock
    this.logger = options.logger
    this.maxSessions = options.maxSessions
  }

  get cluster(): ServerCluster {
    return this.#options.cluster
  }

  get sessions(): number {
    const { table, registry } = this.#options
    let kept = 0
    for (const { seats } of registry.rooms.values()) kept += seats.reservations.size
    return table.size + kept
  }

  get kinds(): ReadonlyMap<string, number> {
    const { registry } = this.#options
    return new Map(registry.kinds.map((name) => [name, registry.kindOf(name).game.version]))
  }

  get rooms(): readonly string[] {
    const { registry, isRoomList } = this.#options
    return [...registry.rooms.values()].filter(({ kind }) => !isRoomList(kind)).map(({ key }) => key)
  }

  /** Rooms of this server, and the public ones of others, by key. */
  get allRooms(): ReadonlyMap<string, ListedRoom> {
    const { registry, cluster } = this.#options
    const rooms = new Map<string, ListedRoom>(registry.rooms)
    for (const info of cluster.otherRooms) {
      const { kind, id, open: isOpen, metadata } = info
      const key = `${kind}/${id}`
      if (!rooms.has(key)) rooms.set(key, { kind, status: 'open', isPrivate: false, isOpen, metadata, info })
    }
    return new Map([...rooms].sort(([, a], [, b]) => a.info.madeAtMs - b.info.madeAtMs))
  }

  listRooms(): readonly RoomListing[] {
    const { registry, isRoomList } = this.#options
    const rooms = [...registry.rooms.values()].filter(({ kind }) => !isRoomList(kind))
    return listRooms(rooms, { limit: mostListed })
  }

  /**
   * Finds the room of a client, which may be claimed then: to be called when nothing but the room keeps the client from coming in.
   * @returns its id here; undefined if there is none and none may be made
   * @throws (as a rejection) TurnedAway; ServerError if the server that has it refuses the client
   */
  async find(room: WantedRoom, wish: RoomWish): Promise<string | undefined> {
    if (this.#options.isRoomList(room.kind)) return room.id
    try {
      const place = await this.#options.cluster.find(room, wish)
      if (place.at === 'elsewhere') throw new TurnedAway({ code: 'moved', reason: this.#addressFrom(place.address) })
      if (place.at === 'nowhere') return undefined
      // its bytes are on their way: made anew it would have lost all
      if (this.#moving.has(`${room.kind}/${place.id}`)) throw new TurnedAway(onItsWay)
      await this.#findLeft(room.kind, place.id)
      return place.id
    } catch (error) {
      throw this.#refusalFor(error, room, wish.isBack)
    }
  }

  /** The room of a client that looks for its session is made if another process has left it. Rejects with TurnedAway. */
  async findBack(room: WantedRoom, { rejoin }: Pick<Hello, 'rejoin'>): Promise<void> {
    const { registry, isRoomList } = this.#options
    const { kind } = room
    if (isRoomList(kind)) return
    try {
      const id = room.id ?? (rejoin && (await this.#roomIdOf(kind, rejoin.clientId)))
      if (id === undefined || registry.rooms.has(`${kind}/${id}`)) return
      const found = await this.find({ kind, id }, { mayMake: false, isBack: true })
      if (found !== undefined && !registry.rooms.has(`${kind}/${id}`)) await this.#open(kind, id)
    } catch (error) {
      throw this.#refusalFor(error, room, true)
    }
  }

  /** See `ListenerDoor.giverFor`. */
  giverFor(url: string): Promise<SocketGiver | undefined> | undefined {
    const { cluster, registry, clock, logger } = this.#options
    if (cluster.giverFor === undefined) return undefined
    const [pathname = ''] = url.split('?')
    const room = parseRoomPath(pathname, this.path.replace(/\/$/, ''))
    if (room?.id === undefined) return undefined
    const key = `${room.kind}/${room.id}`
    if (registry.rooms.has(key)) return undefined
    const asked = cluster.giverFor(key)
    return new Promise((resolve) => {
      const cancel = clock.schedule(giverMs, () => resolve(undefined))
      const end = (giver: SocketGiver | undefined): void => {
        cancel()
        resolve(giver)
      }
      asked.then(end, (error: unknown) => {
        logger.debug({ err: error, room: key }, 'the process of a room was not found')
        end(undefined)
      })
    })
  }

  takeSocket(socket: Socket, request: HandedRequest): void {
    this.#options.adopt(socket, request)
  }

  roomOfClient(clientId: string): string | undefined {
    return this.#options.table.get(clientId)?.room.key
  }

  async isLeft(key: string): Promise<boolean> {
    return (await this.#leftOf(key)) !== undefined
  }

  async orphans(): Promise<readonly string[]> {
    const { cluster } = this.#options
    const keys = this.#journals.map((journal) => journal.orphans((serverId) => cluster.isAlive(serverId)))
    return (await Promise.all(keys)).flat()
  }

  async joined(identity: ClusterIdentity): Promise<void> {
    for (const journal of this.#journals) await journal.join(identity)
  }

  async openRoom(key: string): Promise<void> {
    const [kind = '', id = ''] = key.split('/')
    if (!this.#options.registry.rooms.has(key)) await this.#openClaimed(kind, id)
  }

  /** Claims a room that the server's own code makes. Rejects with ServerError `room_exists`. */
  async claim(key: string): Promise<void> {
    const isOwn = !this.#moving.has(key) && (await this.#options.cluster.claim(key))
    if (!isOwn) throw new ServerError('room_exists', `another server has the room '${key}'`)
    const [kind = '', id = ''] = key.split('/')
    await this.#findLeft(kind, id)
  }

  /** A room that was found here may not have been made. */
  giveUp(key: string): void {
    if (!this.#options.registry.rooms.has(key)) this.closed(key)
  }

  isKept(kind: string): boolean {
    return this.#journalOf(kind) !== undefined
  }

  isLeaving(key: string): boolean {
    return this.#moving.has(key)
  }

  isOwn(key: string): boolean {
    const { cluster, isRoomList } = this.#options
    return isRoomList(key.split('/')[0] ?? '') || cluster.epochOf(key) !== undefined
  }

  closed(key: string): void {
    if (!this.#moving.has(key)) this.#options.cluster.release(key)
  }

  async keepSeat(kind: string, id: string, isClaimed: boolean, host: string | undefined): Promise<string> {
    const { registry } = this.#options
    const key = `${kind}/${id}`
    if (this.sessions >= this.maxSessions) {
      this.giveUp(key)
      throw new TurnedAway({ code: 'server_full', reason: closeCodes.server_full.reason })
    }
    if (isClaimed && !registry.rooms.has(key)) await this.#openClaimed(kind, id, host)
    const room = registry.rooms.get(key)
    if (room === undefined) throw new ServerError('unknown_room', `there is no room '${key}'`)
    if (room.status === 'opening') await room.lifetime.open()
    if (room.isLocked) throw new ServerError('room_locked', 'the room is locked')
    return room.reserve({ forMs: keepSeatMs }).ticket
  }

  /** @param path the path of the server, before those of rooms. Rejects as `join` of the cluster does. */
  async join(path: string | undefined): Promise<void> {
    this.path = path ?? ''
    this.#moving.clear()
    if (this.#options.registry.journals.some((journal) => !isShared(journal))) {
      throw new ServerError('invalid_argument', 'rooms of a cluster have a journal that its servers share')
    }
    for (const journal of this.#journals) {
      if (this.#opened.has(journal)) continue
      await journal.open(this.logger)
      this.#opened.add(journal)
    }
    this.#isLeaving = false
    await this.#options.cluster.join(this)
  }

  drain(options: DrainOptions): Promise<void> {
    return this.#options.cluster.drain(options)
  }

  /**
   * The server shuts down: its rooms go to other servers. One that none of them takes waits in its journal, whence the next that is
   * asked for it has it; without a journal it ends.
   */
  async leaveRooms(reason: string): Promise<void> {
    const { registry, logger, acting } = this.#options
    this.#isLeaving = true
    try {
      // without the right to act there is nothing to hand over, and what gives it back may be gone for long
      if (acting.isOn) await this.drain({})
    } catch (error) {
      const rooms = registry.rooms.size
      // the usual end of a cluster: there is no server any more to hand over to
      if ((error as { code?: unknown }).code === 'cluster_full') logger.info({ rooms }, 'no server takes the rooms')
      else if (rooms > 0) logger.warn({ err: error, rooms }, 'the rooms cannot be handed over')
    }
    for (const room of [...registry.rooms.values()]) {
      // its record names this server until it is dead: others wait for what it has written
      if (room.journal !== undefined) this.#moving.add(room.key)
      if (room.journal === undefined) await room.lifetime.close({ reason })
      else if (!this.#options.acting.isOn) room.lifetime.fence()
      else if (room.lifetime.halt()) {
        await room.journal.written()
        await room.lifetime.letGo(reason)
      }
    }
  }

  /** Rejects with nothing: what could not be given back is taken by others after the lease. */
  async leave(): Promise<void> {
    const { cluster, logger } = this.#options
    await cluster.leave().catch((error: unknown) => logger.warn({ err: error }, 'the cluster could not be left'))
  }

  loseRooms(): void {
    this.#losses++
    this.#options.acting.drop()
    for (const room of [...this.#options.registry.rooms.values()]) {
      guard(this.logger, 'a lost room failed', () => room.lifetime.fence())
    }
  }

  async moveRoom(key: string, take: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    const room = this.#options.registry.rooms.get(key)
    if (room === undefined) return
    this.#moving.add(key)
    const losses = this.#losses
    try {
      const failed = await room.moveTo(take)
      if (failed === undefined) return
      // no other server has it: it goes on where its record says
      if (await this.#claimBack(key, losses)) await this.takeRoom(key, failed.bytes)
      else this.logger.error({ err: failed.error, room: key }, 'a room is lost on its way to another server')
      throw failed.error
    } finally {
      this.#moving.delete(key)
    }
  }

  /** The bytes of the room are here alone, so the engine is waited for. @param losses before the room stood still */
  async #claimBack(key: string, losses: number): Promise<boolean> {
    const { cluster, clock } = this.#options
    const untilMs = clock.now() + claimBackMs
    for (;;) {
      // as another server it would take the room from the one that has gone on with it
      if (this.#losses !== losses) return false
      try {
        return await cluster.claim(key)
      } catch (error) {
        if (this.#isLeaving || clock.now() >= untilMs) throw error
        await new Promise<void>((resolve) => clock.schedule(claimAgainMs, resolve))
      }
    }
  }

  async takeRoom(key: string, bytes: Uint8Array): Promise<void> {
    const [kind = '', id = ''] = key.split('/')
    this.#keepLeft({ room: key, snapshot: bytes, records: [] })
    const room = await this.#open(kind, id)
    // the server that gives it writes down its end as soon as this one has it
    if (room.journal?.isWritten === false) await room.journal.written()
    room.lifecycle.wakeAll()
  }

  /**
   * What keeps a client out passes: it tries again. But a new client is refused as the server of the room has refused it.
   * @param isBack true for a client that has a session, which it must not lose because a server hangs
   */
  #refusalFor(error: unknown, room: WantedRoom, isBack: boolean): unknown {
    const isRefused = error instanceof ServerError && !isBack
    if (error instanceof TurnedAway || isRefused || !(error instanceof TygaseError)) return error
    this.logger.warn({ err: error, room }, 'the cluster has no place for a client')
    const code = error.code === 'cluster_full' ? 'server_full' : 'shutdown'
    return new TurnedAway({ code, reason: error.message })
  }

  /** A server without an address of its own is found where the client has found this one. */
  #addressFrom(address: string): string {
    const whole = address.startsWith('/') ? `${this.path.replace(/\/$/, '')}${address}` : address
    // a seat that does not fit is free again after a while; without it the client takes any that is free
    const [withoutSeat = ''] = whole.split('?')
    return whole.length <= maxReasonUnits ? whole : withoutSeat
  }

  /** A page that was loaded again asks for any room of the kind, and is to come into the one that it was in. */
  async #roomIdOf(kind: string, clientId: string): Promise<string | undefined> {
    const { cluster } = this.#options
    const key = await cluster.findClient(clientId)
    const [ofKind, id] = key?.split('/') ?? []
    return ofKind === kind ? id : undefined
  }

  get #journals(): SharedJournal[] {
    return this.#options.registry.journals.filter(isShared)
  }

  /** What a server that is not alive has left of a room that is claimed. */
  async #findLeft(kind: string, id: string): Promise<void> {
    const key = `${kind}/${id}`
    try {
      const left = await this.#leftOf(key)
      // what was found for a client that has gone may be older than what another server has made of it since
      if (left === undefined) return void this.#options.registry.takeLeft(key)
      await this.#raise(key, left.epoch)
      this.#keepLeft(left)
    } catch (error) {
      this.giveUp(key)
      throw error
    }
  }

  /** The record of a room may have been deleted, or lost, while the journal kept the room: then its epoch began anew. */
  async #raise(key: string, aboveEpoch: number): Promise<void> {
    const { cluster } = this.#options
    const epoch = cluster.epochOf(key)
    if (epoch === undefined || epoch > aboveEpoch || (await cluster.claim(key, { aboveEpoch }))) return
    throw new ServerError('room_exists', `another server has the room '${key}'`)
  }

  #journalOf(kind: string): SharedJournal | undefined {
    const { registry } = this.#options
    const journal = registry.kinds.includes(kind) ? registry.kindOf(kind).options.save?.journal : undefined
    return journal && isShared(journal) ? journal : undefined
  }

  async #leftOf(key: string): Promise<LeftRoom | undefined> {
    const { registry, cluster } = this.#options
    const [kind = ''] = key.split('/')
    const journal = this.#journalOf(kind)
    if (journal === undefined || registry.rooms.has(key)) return undefined
    return journal.left(key, (serverId) => cluster.isAlive(serverId))
  }

  #keepLeft(left: JournaledRoom): void {
    const { registry } = this.#options
    if (!registry.rooms.has(left.room)) registry.keepLeft(left)
  }

  async #openClaimed(kind: string, id: string, host?: string): Promise<void> {
    await this.#findLeft(kind, id)
    if (!this.#options.registry.rooms.has(`${kind}/${id}`)) await this.#open(kind, id, host)
  }

  /** Makes a room that is claimed. @param host the address of the client for which it is made */
  async #open(kind: string, id: string, host?: string): Promise<RoomCore> {
    const { registry } = this.#options
    try {
      const room = registry.make(registry.kindOf(kind), id, { byClient: true }, undefined, host)
      await room.lifetime.open()
      return room
    } catch (error) {
      this.giveUp(`${kind}/${id}`)
      throw error
    }
  }
}

export function isShared(journal: Journal): journal is SharedJournal {
  return typeof (journal as Partial<SharedJournal>).join === 'function'
}
