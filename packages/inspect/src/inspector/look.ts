import type { Clock, Logger } from '@tygase/gamestate'
import { atOnce } from '@tygase/gamestate/internal'
import { type Client, RefusalError, type Room, type Server } from '@tygase/server'
import type { MountOpening, TokenBuckets } from '@tygase/server/internal'
import { includesRight, type Right } from '../shared/http-answers.js'
import type { LookChange, lookGame, RoomList } from '../shared/look-game.js'
import type { LookActions, LookAsks, LookRequests } from '../shared/look-requests.js'
import { actions } from './actions.js'
import { actionNames, readAsk, requestNames } from './read-asks.js'
import type { Recordings } from './recordings.js'
import { clientsOf, lookedRoom, roomsOf } from './room-rows.js'
import { type InspectSession, isSameSecret, type Sessions } from './sessions.js'
import { previewOf } from './state-tree.js'
import { WatchedRoom } from './watched-room.js'

/** Ticks of the look between two changes of its state: twice a second. */
const changeEveryTicks = 2
/** To sort many rooms takes long: they are sorted less often. */
const manyRooms = 1000
const manyRoomsEveryTicks = 16
/** Of a session. A person clicks, and drags a slider. */
const requestRate = { burst: 100, perMinute: 1500 }
const actionRate = { burst: 20, perMinute: 300 }
/** Requests that encode or compare whole states. */
const costly: ReadonlySet<string> = new Set(['diff', 'bytes'])
const costlyRate = { burst: 20, perMinute: 240 }

/** What a client of the inspector has proved when it came. */
export interface LookClaims {
  readonly right: Right
  /** Undefined for a program that has brought a token with its socket. */
  readonly session: InspectSession | undefined
}

/** The inspector, as its looks see it. */
export interface LookServer {
  readonly server: Pick<Server, 'rooms'>
  readonly sessions: Sessions
  readonly recordings: Recordings
  /** Requests by session. */
  readonly rates: TokenBuckets
  readonly clock: Clock
  readonly logger: Logger
  /** The access log of the server, if it has one. */
  readonly accessLog: MountOpening['log']
}

/**
 * The look of one page: a room with one player, whose state is what the page sees live, and whose requests look at the rooms of the
 * server and change them. While there is no look, no room is listened to.
 */
export class Look {
  readonly #room: Room<typeof lookGame>
  readonly #owner: LookServer
  #watched: WatchedRoom | undefined
  #query: LookRequests['browse']['data'] = {}
  #ticks = 0
  /** True until the state has what the page has asked for last. */
  #isDue = true
  #isListDue = true
  /** True if the next tick changes the state already. */
  #hasChanged = false
  /** Who has paused the room that is looked at. */
  #pausedBy: Client | undefined

  constructor(room: Room<typeof lookGame>, owner: LookServer) {
    this.#room = room
    this.#owner = owner
    const register = (name: string, answer: (data: unknown, client: Client) => unknown): void => {
      // reason: these are no events of the game: they have no rule, and are answered at once
      room.registerEventHandler(name as never, ((data: unknown, client: Client) => answer(data, client)) as never)
    }
    for (const name of requestNames) register(name, (data, client) => this.#answer(name, data, client))
    for (const name of actionNames) register(name, (data, client) => this.#act(name, data, client))
  }

  /** A tick of the look: its state follows the rooms, twice a second. */
  tick(): void {
    this.#ticks++
    this.#hasChanged = false
    if (this.#isDue || this.#ticks % changeEveryTicks === 0) this.#change()
  }

  /** The page has asked for something that its state shows. */
  #changeSoon(): void {
    if (this.#hasChanged) this.#isDue = true
    else this.#change()
  }

  #change(): void {
    const [client] = this.#room.clients.values()
    if (client === undefined) return
    const { recordings } = this.#owner
    const watched = this.#watched
    const change: LookChange = {
      right: claimsOf(client).right,
      rooms: this.#roomList(),
      room: watched === undefined ? null : lookedRoom(watched),
      clients: watched === undefined ? [] : clientsOf(watched.room, watched.nowMs),
      recordings: recordings.rows(),
    }
    this.#isDue = false
    this.#hasChanged = true
    this.#room.pushEvent('change', change)
  }

  /** The rooms, if the page shows them; while it looks at one it does not. */
  #roomList(): RoomList | null {
    const { server } = this.#owner
    const isTurn = server.rooms.size <= manyRooms || this.#ticks % manyRoomsEveryTicks === 0
    if (!this.#isListDue && (this.#watched !== undefined || !isTurn)) return null
    this.#isListDue = false
    return roomsOf(server, this.#query)
  }

  /** The page has gone. */
  close(): void {
    this.#leave()
  }

  /** Leaves the room as it was: a pause at which no page looks any more would last for ever. */
  #leave(): void {
    const watched = this.#watched
    this.#watched = undefined
    if (watched === undefined) return
    const wasPaused = watched.close()
    if (wasPaused && this.#pausedBy !== undefined)
      this.#note(this.#pausedBy, 'resume', watched.room, 'the look that has paused the room has ended')
    this.#pausedBy = undefined
  }

  #answer(name: (typeof requestNames)[number], given: unknown, client: Client): unknown {
    this.#check(client, 'inspect')
    this.#pay(client, costly.has(name) ? 'costly' : 'requests', costly.has(name) ? costlyRate : requestRate)
    const ask = <Name extends keyof LookAsks>(asked: Name): LookAsks[Name]['data'] => readAsk(asked, given)
    switch (name) {
      case 'browse':
        this.#query = ask(name)
        this.#isListDue = true
        this.#changeSoon()
        return null
      case 'look':
        return this.#look(ask(name).room, client)
      case 'tree':
        return this.#there.tree(ask(name))
      case 'diff':
        return this.#there.diff(ask(name))
      case 'bytes':
        return this.#there.bytes(ask(name))
      case 'log': {
        const { before, count, search } = ask(name)
        return this.#there.log.find(before, count, search)
      }
      case 'entry': {
        const found = this.#there.log.dataOf(ask(name).number)
        if (found === undefined) throw new RefusalError('not_found', 'the log does not keep this entry')
        return found
      }
    }
  }

  #look(key: string | null, client: Client): null {
    const room = key === null ? undefined : this.#owner.server.rooms.get(key)
    if (key !== null && room === undefined) throw new RefusalError('not_found', 'there is no such room')
    this.#leave()
    this.#watched = room && new WatchedRoom(room, this.#owner.clock)
    this.#isListDue = true
    this.#changeSoon()
    // it shows secrets: who has seen them is written down
    if (room !== undefined) this.#note(client, 'look', room, '')
    return null
  }

  /** What is logged is logged before it is done: it may end the process. */
  #act<Name extends keyof LookActions>(name: Name, given: unknown, client: Client): unknown {
    this.#check(client, 'act')
    this.#checkNonce(client, given)
    this.#pay(client, 'actions', actionRate)
    const data = readAsk(name, given) as LookActions[Name]['data']
    const watched = this.#there
    const { room } = watched
    if (room.status === 'closed') throw new RefusalError('not_found', 'the room has ended')
    this.#note(client, name, room, previewOf(data))
    watched.noteAction(name, data)
    if (name === 'pause') this.#pausedBy = client
    try {
      return atOnce(name, actions[name]({ watched, recordings: this.#owner.recordings }, data))
    } catch (error) {
      if (error instanceof RefusalError) throw error
      throw new RefusalError('look_failed', error instanceof Error ? error.message : String(error))
    } finally {
      this.#changeSoon()
    }
  }

  /** The room that is looked at. @throws RefusalError `not_found` */
  get #there(): WatchedRoom {
    if (this.#watched === undefined) throw new RefusalError('not_found', 'no room is looked at')
    return this.#watched
  }

  /** @throws RefusalError `login_needed`, `right_missing` */
  #check(client: Client, needs: Right): void {
    const { right, session } = claimsOf(client)
    if (session !== undefined && !this.#owner.sessions.has(session))
      throw new RefusalError('login_needed', 'the session has ended')
    if (!includesRight(right, needs)) throw new RefusalError('right_missing', `this needs the right '${needs}'`)
  }

  /** An action comes from the page itself: it alone has the nonce. @throws RefusalError `header_missing` */
  #checkNonce(client: Client, given: unknown): void {
    const { session } = claimsOf(client)
    const nonce =
      typeof given === 'object' && given !== null && Object.hasOwn(given, 'nonce')
        ? (given as { nonce: unknown }).nonce
        : undefined
    if (session === undefined || !isSameSecret(nonce, session.nonce))
      throw new RefusalError('header_missing', 'an action needs the nonce of a session')
  }

  /** @throws RefusalError `too_many_requests` */
  #pay(client: Client, purse: string, rate: { burst: number; perMinute: number }): void {
    const key = `${purse}/${claimsOf(client).session?.id ?? client.id}`
    if (!this.#owner.rates.take(key, rate)) throw new RefusalError('too_many_requests', `too many ${purse}`)
  }

  #note(client: Client, action: string, { key }: Room, details: string): void {
    const { right, session } = claimsOf(client)
    const entry = { action, room: key, right, session: session?.id ?? client.id, ...(details !== '' && { details }) }
    this.#owner.accessLog?.acted(client.address, entry)
    this.#owner.logger.info(entry, 'a person has used the inspector')
  }
}

/** What the client of a look has proved. */
export function claimsOf({ identity }: Pick<Client, 'identity'>): LookClaims {
  // reason: `auth` of the inspector has made them
  return identity?.claims as unknown as LookClaims
}
