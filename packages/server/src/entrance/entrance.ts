import { type Clock, type Logger, TygaseError } from '@tygase/gamestate'
import { checkJoinData, guard, isPlain } from '@tygase/gamestate/internal'
import {
  type CloseCode,
  type Counters,
  closeCodes,
  type Hello,
  readCredentials,
  readHello,
} from '@tygase/protocol/internal'
import { type Auth, type Identity, identify } from '../auth.js'
import type { ClientLink } from '../clients/client-link.js'
import type { ClientTable } from '../clients/client-table.js'
import type { RejoinedClient } from '../clients/lifecycle.js'
import type { ClusterRooms } from '../cluster/cluster-rooms.js'
import { ServerError } from '../errors.js'
import type { Member, Registry, RoomPath } from '../rooms/registry.js'
import type { RoomCore } from '../rooms/room-core.js'
import { type Seat, shareToComeBack } from '../rooms/seats.js'
import { type BucketRate, TokenBuckets } from './address-limits.js'
import type { Door } from './door.js'
import type { AcceptedTransport, UpgradeRequest } from './listener.js'
import { type PendingList, type Refusal, TurnedAway } from './pending-list.js'
import { PacedTransport } from './read-pacer.js'

export interface EntranceOptions {
  clock: Clock
  logger: Logger
  counters: Counters
  door: Door
  registry: Registry
  table: ClientTable
  auth: Auth | undefined
  authTimeoutMs: number
  /** Sessions in all rooms at a time. */
  maxSessions: number
  /** Clients that have sent their hello, and wait for `auth` or for their room. */
  arrivals: PendingList
  /** Finds the room that a client asks for. @throws ServerError `unknown_room` */
  locate(path: string): RoomPath
  /** Rooms of other servers; undefined without a cluster. */
  cluster: Pick<ClusterRooms, 'find' | 'findBack' | 'giveUp'> | undefined
}

/**
 * Resumes of one session: a few at once, as in a network that comes and goes, then one a second. Each sends all outcomes again
 * that the client may have missed, up to 4 MiB for a hello of 100 bytes. Further ones wait.
 */
const resumeRate: BucketRate = { burst: 5, perMinute: 60 }

/** A client on its way in, from its hello until it has a session or is refused. */
interface Arrival {
  readonly transport: AcceptedTransport
  readonly request: UpgradeRequest | undefined
  /** Aborts when the client has gone, or was refused. */
  readonly gone: AbortController
  readonly atMs: number
  /** True once its work is not part of the read of its hello any more. */
  hasWaited: boolean
  /** Ends the counting of clients that wait. */
  leave: () => void
  /** The room in which it waits for its turn. */
  room?: RoomCore
}

/**
 * The way in: hello → limits → auth → room → seat → client. A client that is refused on the way costs nothing behind that step:
 * no room is made for it, and its credentials go to nothing but `auth`.
 */
export class Entrance {
  readonly #options: EntranceOptions
  /** Transports without a hello, with the function that ends their counting. */
  readonly #waiting = new Map<AcceptedTransport, () => void>()
  /** Transports with a hello, until the client has a session or is refused. */
  readonly #arrivals = new Map<AcceptedTransport, Arrival>()
  readonly #resumes = new WeakMap<ClientLink, TokenBuckets>()
  /** Resolves when clients may come in; undefined if they may. */
  #held: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined

  constructor(options: EntranceOptions) {
    this.#options = options
  }

  /** Waits for the hello of a transport. @param request undefined for a client in this process */
  take(accepted: AcceptedTransport, request?: UpgradeRequest): void {
    const { door } = this.#options
    const transport = accepted.charge === undefined ? this.#pace(accepted) : accepted
    const leave = door.addPending(transport.clientAddress?.host, (refusal) => this.#refuse(transport, refusal))
    this.#waiting.set(transport, leave)
    const { logger } = this.#options
    transport.onClose = () => guard(logger, 'a transport failed', () => this.#forget(transport))
    transport.onBytes = (bytes) => {
      this.#waiting.delete(transport)
      leave()
      guard(logger, 'a hello failed', () => this.#arrive(transport, bytes, request))
    }
  }

  /** True while clients wait with their hellos. */
  get isHolding(): boolean {
    return this.#held !== undefined
  }

  /** Clients wait with their hellos, until `release`. */
  hold(): void {
    let resolve = (): void => {}
    const promise = new Promise<void>((done) => {
      resolve = done
    })
    this.#held ??= { promise, resolve }
  }

  /** Clients that wait come in. @param reason why they do not, but are to try again */
  release(reason?: string): void {
    if (reason !== undefined) this.close('shutdown', reason)
    this.#held?.resolve()
    this.#held = undefined
  }

  /** Gives a transport that has none a budget. */
  #pace(transport: AcceptedTransport): AcceptedTransport {
    const { clock, door, counters, logger } = this.#options
    const budget = door.openBudget(transport.clientAddress)
    return new PacedTransport({ transport, clock, budget, logger, onDrop: () => counters.add('packetsDropped') })
  }

  /** Refuses all clients that have no session yet. */
  close(code: CloseCode, reason: string): void {
    for (const transport of [...this.#waiting.keys(), ...this.#arrivals.keys()]) {
      this.#refuse(transport, { code, reason })
    }
  }

  #arrive(transport: AcceptedTransport, bytes: Uint8Array, request: UpgradeRequest | undefined): void {
    const host = transport.clientAddress?.host
    const leave = this.#options.arrivals.add(host, (refusal) => this.#refuse(transport, refusal))
    const arrival: Arrival = {
      ...{ transport, request, gone: new AbortController(), leave },
      ...{ atMs: this.#options.clock.now(), hasWaited: false },
    }
    this.#arrivals.set(transport, arrival)
    // a hello that is sent again needs no answer of its own
    transport.onBytes = () => {}
    const { logger } = this.#options
    guard(logger, 'a hello failed', () => this.#lead(arrival, bytes))
  }

  /** The steps of the way in. Something is awaited only if it has to be waited for: most clients are in within this call. */
  async #lead(arrival: Arrival, bytes: Uint8Array): Promise<void> {
    const { registry, locate, auth: usualAuth, door, logger, cluster } = this.#options
    const { transport, gone } = arrival
    const refuse = (refusal: Refusal): void => this.#turnAway(arrival, refusal)
    let seat: Seat | undefined
    let room: RoomCore | undefined
    // a room that is claimed for this client
    let found: string | undefined
    try {
      // hello
      const hello = readChecked(bytes)
      if ('code' in hello) return refuse(hello)
      if (this.#held !== undefined) {
        arrival.hasWaited = true
        await this.#held.promise
      }
      if (gone.signal.aborted) return
      const { pathname, ticket: keptSeat } = readPath(hello.path)
      let path = locate(pathname)
      const { game, options } = registry.kindOf(path.kind)
      const isBack = hello.resume !== undefined || hello.rejoin !== undefined
      if (cluster !== undefined && isBack && !this.#isHere(path, hello)) {
        arrival.hasWaited = true
        await cluster.findBack(path, hello)
        if (gone.signal.aborted) return
      }
      const session = registry.sessionOf(path, hello)
      if (session !== undefined || hello.resume !== undefined || this.#hasMoved(hello)) {
        return await this.#resume(arrival, session, hello)
      }
      const before = registry.clientOf(path, hello)
      const member = before && this.#mayRejoin(before, hello) ? before : undefined
      // limits
      // a server that is full sends clients on
      const early = member !== undefined ? undefined : this.#overLimits(transport, cluster !== undefined)
      if (early !== undefined) return refuse(early)
      const given = readCredentials(hello.credentials)
      if (given === undefined)
        return refuse({ code: 'malformed', reason: 'the credentials of the hello cannot be read' })
      checkVersion(given.version, game.version)
      // auth
      const auth = options.auth ?? usualAuth
      const asked = auth && this.#identify(auth, given.credentials, pathname, arrival)
      const identity = asked && (await asked)
      if (game.joinData === undefined && given.data !== undefined) {
        return refuse({ code: 'refused', reason: 'join_invalid: the game has no joinData that could check the data' })
      }
      const joinData = checkJoinData(game, given.data)
      if ('code' in joinData && joinData.error !== undefined)
        logger.error({ err: joinData.error }, 'the schema of joinData failed')
      if ('code' in joinData) {
        const none = given.data === undefined ? '; the client brought none' : ''
        return refuse({ code: 'refused', reason: `${joinData.code}: ${joinData.message}${none}` })
      }
      if (options.save?.journal !== undefined && !isPlain(joinData.value)) {
        logger.error(
          { kind: path.kind },
          'a room with a journal takes plain join data only: joinData has returned others',
        )
        return refuse({ code: 'refused', reason: 'join_invalid: a journal cannot keep what joinData has returned' })
      }
      if (
        member !== undefined &&
        (await this.#rejoin(arrival, member, { hello, identity, gameVersion: given.version }))
      )
        return
      // room
      while (registry.isEnding(path)) await registry.end(path)
      if (gone.signal.aborted) return
      const ticket = keptSeat ?? given.ticket
      if (cluster !== undefined && registry.openRoomOf(path, ticket) === undefined) {
        const before = this.#overLimits(transport, true)
        if (before !== undefined) return refuse(before)
        const host = transport.clientAddress?.host
        const id = await cluster.find(path, { mayMake: options.madeByClients, isBack: false, host })
        path = { ...path, id: id ?? path.id }
        found = id === undefined ? undefined : `${path.kind}/${id}`
        if (gone.signal.aborted) return
      }
      // from here to the seat nothing is awaited: of many clients that come at once, one makes the room, and the limits hold
      const full = this.#overLimits(transport)
      if (full !== undefined) return refuse(full)
      room = registry.roomFor(path, { ticket, host: transport.clientAddress?.host })
      // seat
      seat = room.takeSeat(identity, ticket)
      if (room.status !== 'open') {
        const opening = room.lifetime.open()
        // a room without storage and hook is open now; a client that awaited it would be overtaken by the next one
        if (!room.lifetime.isServing) await opening
      }
      room.confirmSeat(seat)
      const turn = gone.signal.aborted || this.#takeTurn(arrival, room)
      if (turn !== true) await turn
      if (gone.signal.aborted) return
      const late = door.refusalOf(transport.clientAddress, false)
      if (late !== undefined) return refuse(late)
      room.wake()
      // client
      this.#done(transport)
      seat = undefined
      room.lifecycle.admit({ transport, hello, identity, data: joinData.value, gameVersion: given.version })
    } catch (error) {
      refuse(this.#refusalFor(error))
    } finally {
      if (seat !== undefined) room?.releaseSeat(seat)
      if (found !== undefined) cluster?.giveUp(found)
    }
  }

  /** A client goes on with its session, or repeats the hello that began it because the welcome got lost. */
  async #resume(arrival: Arrival, session: Member | undefined, hello: Hello): Promise<void> {
    const { transport } = arrival
    const failed: Refusal = { code: 'resume_failed', reason: closeCodes.resume_failed.reason }
    if (this.#hasMoved(hello)) {
      // the client keeps its session, and tries again
      this.#done(transport)
      const { number, reason } = closeCodes.shutdown
      return transport.close(number, reason)
    }
    if (session === undefined) return this.#turnAway(arrival, failed)
    const { link, room } = session
    const isAllowed = (): boolean => {
      // the grace time may be over, although no timer has found out
      link.advance(this.#options.clock.now())
      return (
        link.isLive && (hello.resume === undefined ? link.isExpected(hello) : link.matchesToken(hello.resume.token))
      )
    }
    try {
      // a stranger must not use up the resumes of a session
      if (!isAllowed()) return this.#turnAway(arrival, failed)
      // its server may have come back with other rules: the page is to be loaded again, as the same client
      checkVersion(link.gameVersion, room.game.version)
      const turn = this.#turnToComeBack(arrival, session)
      if (turn !== true) {
        arrival.hasWaited = true
        await turn
      }
      if (!this.#mayComeBack(arrival)) return
      if (!isAllowed()) return this.#turnAway(arrival, failed)
      this.#done(transport)
      room.lifecycle.resume(link, transport, hello)
      this.#giveBack(arrival)
    } catch (error) {
      this.#turnAway(arrival, this.#refusalFor(error))
    }
  }

  /**
   * The time of a resume is not counted for the budgets: all clients come at once after a restart, and their number is bounded, as
   * are the resumes of each.
   */
  #giveBack({ transport, atMs, hasWaited }: Arrival): void {
    if (!hasWaited) transport.charge?.(atMs - this.#options.clock.now())
  }

  /**
   * A client that was in another page before is the same one, if it is still there and the user is the same.
   * @returns false for a client that is new
   */
  async #rejoin(arrival: Arrival, member: Member, client: Omit<RejoinedClient, 'transport'>): Promise<boolean> {
    const { link, room } = member
    const { hello, identity } = client
    const isSame = (): boolean => link.userId === identity?.userId && this.#mayRejoin(member, hello)
    if (!isSame()) return false
    const turn = this.#turnToComeBack(arrival, member)
    if (turn !== true) await turn
    if (!this.#mayComeBack(arrival)) return true
    if (!isSame()) return false
    const { transport } = arrival
    this.#done(transport)
    room.lifecycle.rejoin(link, { transport, ...client })
    return true
  }

  /** True for a client whose session goes on elsewhere. */
  #hasMoved({ resume, rejoin }: Hello): boolean {
    const secret = resume ?? rejoin
    return secret !== undefined && this.#options.table.hasMoved(secret.clientId)
  }

  /** True if this server has the session that a client looks for. */
  #isHere(path: RoomPath, hello: Hello): boolean {
    const { registry } = this.#options
    return (registry.sessionOf(path, hello) ?? registry.clientOf(path, hello)) !== undefined
  }

  #mayRejoin({ link }: Member, { rejoin }: Hello): boolean {
    link.advance(this.#options.clock.now())
    return rejoin !== undefined && link.isLive && link.mayRejoin(rejoin.token)
  }

  /** The turn of a client that has a session: true for at once. */
  #turnToComeBack(arrival: Arrival, member: Member): true | Promise<void> {
    const isEarly = this.#resumesOf(member.link).take('', resumeRate)
    return isEarly ? this.#takeTurn(arrival, member.room, shareToComeBack) : this.#waitToComeBack(arrival, member)
  }

  async #waitToComeBack(arrival: Arrival, { link, room }: Member): Promise<void> {
    const resumes = this.#resumesOf(link)
    do {
      await this.#sleep(resumes.waitMs('', resumeRate))
      if (arrival.gone.signal.aborted) return
    } while (!resumes.take('', resumeRate))
    const turn = this.#takeTurn(arrival, room, shareToComeBack)
    if (turn !== true) await turn
  }

  /** @returns false for a client that has gone, or that is refused now */
  #mayComeBack(arrival: Arrival): boolean {
    const { transport, gone } = arrival
    if (gone.signal.aborted) return false
    const refused = this.#options.door.refusalOf(transport.clientAddress, true)
    if (refused !== undefined) this.#turnAway(arrival, refused)
    return refused === undefined
  }

  /** With one bucket. */
  #resumesOf(link: ClientLink): TokenBuckets {
    const resumes = this.#resumes.get(link) ?? new TokenBuckets(this.#options.clock)
    this.#resumes.set(link, resumes)
    return resumes
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#options.clock.schedule(Math.max(1, ms), resolve)
    })
  }

  /** The turn of a client to come into its room: true for at once, or a promise. */
  #takeTurn(arrival: Arrival, room: RoomCore, share = 1): true | Promise<void> {
    if (room.pace.take(share)) return true
    // a client with a seat no longer counts as one that waits for a room
    arrival.leave()
    arrival.room = room
    room.wake()
    return room.pace.wait(arrival.transport, arrival.transport.clientAddress?.host, share)
  }

  /** @param mayGoOn true for a client that may get a seat at another server */
  #overLimits({ clientAddress }: AcceptedTransport, mayGoOn = false): Refusal | undefined {
    const { table, maxSessions, door } = this.#options
    if (table.size >= maxSessions && !mayGoOn) return { code: 'server_full', reason: closeCodes.server_full.reason }
    return door.refusalOf(clientAddress, false)
  }

  #identify(auth: Auth, credentials: unknown, path: string, { transport, request, gone }: Arrival): Promise<Identity> {
    const { clock, logger, authTimeoutMs: timeoutMs } = this.#options
    const { url = '/', headers } = request ?? {}
    const query = Object.fromEntries(new URLSearchParams(url.includes('?') ? url.slice(url.indexOf('?')) : ''))
    const asked = { path, query, headers, address: transport.clientAddress?.host }
    return identify(auth, credentials, asked, { clock, logger, timeoutMs, gone: gone.signal })
  }

  /** The transport has closed. */
  #forget(transport: AcceptedTransport): void {
    this.#waiting.get(transport)?.()
    this.#waiting.delete(transport)
    this.#done(transport)?.gone.abort()
  }

  /** The client is not on its way in any more. */
  #done(transport: AcceptedTransport): Arrival | undefined {
    const arrival = this.#arrivals.get(transport)
    this.#arrivals.delete(transport)
    arrival?.leave()
    arrival?.room?.pace.remove(transport)
    return arrival
  }

  /** Refuses a client, unless it has gone or was refused already. */
  #turnAway({ transport, gone }: Arrival, refusal: Refusal): void {
    if (!gone.signal.aborted) this.#refuse(transport, refusal)
  }

  /**
   * The close code `refused`, and the code of the error at the start of the reason: a client finds it in `error.refusal`. Nothing
   * of an unexpected error reaches the client.
   */
  #refusalFor(error: unknown): Refusal {
    if (error instanceof TurnedAway) return error.refusal
    // a wrong argument is a mistake of the server's own code, not of the client
    const isForClient = error instanceof TygaseError && error.code !== 'invalid_argument'
    if (isForClient) return { code: 'refused', reason: `${error.code}: ${error.message}` }
    this.#options.logger.error({ err: error }, 'a hello failed')
    return { code: 'internal_error', reason: closeCodes.internal_error.reason }
  }

  #refuse(transport: AcceptedTransport, refusal: Refusal): void {
    this.#forget(transport)
    this.#options.door.refuse(transport, refusal)
  }
}

/** A client that another server has sent here has a seat, which its address names. */
function readPath(path: string): { pathname: string; ticket: string | undefined } {
  const [pathname = '', query] = path.split('?')
  return { pathname, ticket: (query && new URLSearchParams(query).get('seat')) || undefined }
}

function readChecked(bytes: Uint8Array): Hello | Refusal {
  try {
    return readHello(bytes)
  } catch (error) {
    if (!(error instanceof TygaseError)) throw error
    const code = Object.hasOwn(closeCodes, error.code) ? (error.code as CloseCode) : 'malformed'
    return { code, reason: error.message }
  }
}

/** @throws ServerError `game_outdated`, `server_outdated` */
function checkVersion(clients: number | undefined, servers: number): void {
  if (clients === undefined || clients === servers) return
  const versions = `version ${clients} at the client, version ${servers} at the server`
  if (clients < servers) throw new ServerError('game_outdated', `the game is older than the server's: ${versions}`)
  throw new ServerError('server_outdated', `the game is newer than the server's: ${versions}`)
}
