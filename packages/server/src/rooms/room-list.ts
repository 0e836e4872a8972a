import { type AnyGame, defineGame, EntityMap } from '@tygase/gamestate'
import { aboveZero, count, number, type Rows, settle } from '../option-rows.js'
import { roomOptionRows } from '../option-tables.js'
import type { RoomOptions } from '../options.js'
import type { Room, RoomListing } from '../room.js'
import { kindForm, type ListedRoom } from './listing.js'

/** The kind of the list of rooms. `GET …/rooms` gives it once, a client of `…/rooms` sees it live. */
export const roomListKind = 'rooms'
/** The id of the one room of that kind. */
export const roomListId = 'all'

/** A client that joins waits for a tick. Changes of rooms go out more slowly: see `intervalMs`. */
const tickRate = 20

/** Most rooms that are looked at in one go, and that a list begins with. Of 10,000 rooms, each has its turn once a second. */
const maxLookedRooms = 2500

/** Options of `server.defineRoomList`. */
export interface RoomListOptions extends Pick<RoomOptions<AnyGame>, 'auth' | 'maxClients' | 'limits'> {
  /** Shortest time between two versions in which rooms have changed. */
  intervalMs?: number
  /** Most rooms in the list. A further room is listed when another one has gone. */
  maxListedRooms?: number
  /** Most changes that clients are sent, of all rooms together. Further ones follow later, oldest first. */
  maxChangesPerSecond?: number
}

export const roomListOptionRows: Rows<keyof RoomListOptions> = {
  intervalMs: number('intervalMs', 250, 'ms', aboveZero, 'Shortest time between two versions with changed rooms.'),
  maxListedRooms: count(
    'maxListedRooms',
    10_000,
    'rooms',
    'Rooms in the list. A further room is listed when another one has gone.',
  ),
  maxChangesPerSecond: count(
    'maxChangesPerSecond',
    4000,
    'rooms/s',
    'Rooms that come, change or go in the list. Further ones follow later.',
  ),
  auth: roomOptionRows.auth,
  maxClients: roomOptionRows.maxClients,
  limits: roomOptionRows.limits,
}

/** The rooms that a client wants to see. Metadata is left to the client: strangers would choose how many views there are. */
interface RoomListQuery {
  readonly kind?: string
  readonly open?: boolean
}

/** Plain rows, so that they may come from other servers, too. */
export interface RoomListState {
  /** By kind and id: `arena/42`. */
  rooms: EntityMap<RoomListing>
  /** The kinds that the server has. No client is sent them. */
  kinds: string[]
  /** By client id. No client is sent them. */
  watchers: EntityMap<RoomListQuery>
}

/** What has changed in the list. */
export interface RoomListChange {
  readonly rows: readonly (readonly [key: string, listing: RoomListing])[]
  readonly gone: readonly string[]
  readonly kinds: readonly string[]
}

function schemaOf<Input, Data>(validate: (value: unknown) => { value: Data } | { issues: { message: string }[] }) {
  return {
    '~standard': {
      version: 1 as const,
      vendor: 'tygase',
      types: undefined as { input: Input; output: Data } | undefined,
      validate,
    },
  }
}

const querySchema = schemaOf<RoomListQuery | undefined, RoomListQuery>((value) => {
  const { kind, open, ...others } = Object(value ?? {}) as Record<string, unknown>
  const isQuery =
    (value === undefined || (typeof value === 'object' && value !== null)) &&
    (kind === undefined || (typeof kind === 'string' && kindForm.test(kind))) &&
    (open === undefined || typeof open === 'boolean') &&
    Object.keys(others).length === 0
  if (!isQuery) return { issues: [{ message: 'a list of rooms is asked for by kind and open' }] }
  return { value: { ...(kind !== undefined && { kind }), ...(open === true && { open }) } }
})

// only the server sends it
const changeSchema = schemaOf<RoomListChange, RoomListChange>((value) => ({ value: value as RoomListChange }))

/**
 * The list as a game. Clients that ask for the same rooms share one view and its deltas. There are at most two views for each
 * kind of room, however many clients look.
 */
export const roomListGame = defineGame({
  initialState: (): RoomListState => ({ rooms: new EntityMap(), kinds: [], watchers: new EntityMap() }),
  tickRate,
  joinData: querySchema,
  onJoin(state, ctx) {
    const { kind } = ctx.client.data
    if (kind !== undefined && !state.kinds.includes(kind)) {
      return ctx.reject('unknown_room', `there is no kind of room '${kind}'`)
    }
    state.watchers.set(ctx.client.id, ctx.client.data)
  },
  onLeave(state, ctx) {
    state.watchers.delete(ctx.client.id)
  },
  events: (on) => ({
    change: on(
      changeSchema,
      (state, { rows, gone, kinds }) => {
        for (const key of gone) state.rooms.delete(key)
        for (const [key, listing] of rows) state.rooms.set(key, listing)
        if (kinds.join() !== state.kinds.join()) state.kinds = [...kinds]
      },
      { from: 'server' },
    ),
  }),
  viewKey: (state, clientId) => {
    const { kind = '', open = false } = state.watchers.get(clientId) ?? {}
    return `${open}/${kind}`
  },
  view: (state, clientId) => {
    const { kind, open } = state.watchers.get(clientId) ?? {}
    const isAll = kind === undefined && open === undefined
    const rooms = isAll
      ? state.rooms
      : state.rooms.filter((room) => (kind === undefined || room.kind === kind) && (open === undefined || room.open))
    return { rooms, kinds: [], watchers: state.watchers.pick([]) }
  },
})

/** The rooms and kinds of a server. */
export interface RoomListSource {
  readonly rooms: ReadonlyMap<string, ListedRoom>
  readonly kinds: readonly string[]
}

/**
 * Finds out what has changed since it was asked last. It looks at the rooms instead of listening to each. So a server without a
 * watching client does no work, and a seat whose reservation expires is noticed.
 */
export class RoomListFeed {
  readonly #source: RoomListSource
  readonly #maxListedRooms: number
  readonly #listed = new Map<string, RoomListing>()
  /** Keys of rooms that differ from the list, the longest known ones first. */
  readonly #waiting = new Set<string>()
  /** Where the next look begins. Rooms may come and go meanwhile. */
  #walk: Iterator<[string, ListedRoom]>
  #kinds = ''

  constructor(source: RoomListSource, maxListedRooms: number) {
    this.#source = source
    this.#maxListedRooms = maxListedRooms
    this.#walk = source.rooms.entries()
  }

  /** Number of rooms that are listed once all changes are made that `next` has returned. */
  get size(): number {
    return this.#listed.size
  }

  /**
   * @param maxChanges rooms that may change
   * @param maxLooked rooms that it looks at; it goes on with the others at the next call
   * @returns undefined if nothing has changed
   */
  next(maxChanges: number, maxLooked: number): RoomListChange | undefined {
    const { rooms, kinds } = this.#source
    this.#look(maxLooked)
    const rows: [string, RoomListing][] = []
    const gone: string[] = []
    for (const key of this.#waiting) {
      if (rows.length + gone.length >= maxChanges) break
      this.#waiting.delete(key)
      const listing = listingOf(rooms.get(key))
      if (listing === undefined) {
        if (this.#listed.delete(key)) gone.push(key)
        continue
      }
      const before = this.#listed.get(key)
      if (isSame(before, listing) || (before === undefined && this.#listed.size >= this.#maxListedRooms)) continue
      this.#listed.set(key, listing)
      rows.push([key, listing])
    }
    const names = kinds.join()
    if (rows.length + gone.length === 0 && names === this.#kinds) return undefined
    this.#kinds = names
    return { rows, gone, kinds }
  }

  #look(maxLooked: number): void {
    const { rooms } = this.#source
    for (let left = maxLooked; left > 0; left--) {
      const { value, done } = this.#walk.next()
      if (done === true) {
        this.#walk = rooms.entries()
        break
      }
      const [key, room] = value
      const [before, listing] = [this.#listed.get(key), listingOf(room)]
      if (listing === undefined ? before !== undefined : !isSame(before, listing)) this.#waiting.add(key)
    }
    for (const key of this.#listed.keys()) if (!rooms.has(key)) this.#waiting.add(key)
  }
}

/** @returns undefined for a room that is not shown */
function listingOf(room: ListedRoom | undefined): RoomListing | undefined {
  if (room === undefined || room.isPrivate || room.status !== 'open' || room.kind === roomListKind) return undefined
  return room.info
}

function isSame(before: RoomListing | undefined, { clients, open, locked, metadata, madeAtMs }: RoomListing): boolean {
  return (
    before !== undefined &&
    before.clients === clients &&
    before.open === open &&
    before.locked === locked &&
    // changed metadata is another object
    before.metadata === metadata &&
    before.madeAtMs === madeAtMs
  )
}

/**
 * The options of the kind of room that is the list.
 * @throws ServerError `invalid_argument` naming the option that is unknown or out of range
 */
export function roomListKindOptions(given: RoomListOptions, source: RoomListSource): RoomOptions<typeof roomListGame> {
  // reason: the rows of the table say which options have a default
  const { intervalMs, maxListedRooms, maxChangesPerSecond, ...others } = settle(
    'defineRoomList',
    roomListOptionRows,
    given,
  ) as RoomListOptions & Required<Pick<RoomListOptions, 'intervalMs' | 'maxListedRooms' | 'maxChangesPerSecond'>>
  const everyTicks = Math.max(1, Math.round((intervalMs * tickRate) / 1000))
  const maxChanges = Math.max(1, Math.floor((maxChangesPerSecond * everyTicks) / tickRate))
  let feed = new RoomListFeed(source, maxListedRooms)
  const push = (room: Room<typeof roomListGame>, most: number, maxLooked: number): void => {
    const change = feed.next(most, maxLooked)
    if (change !== undefined) room.pushEvent('change', change)
  }
  return {
    ...others,
    sendMembers: false,
    // without a client nothing is kept: the next one begins a new list
    idleGraceMs: 0,
    onCreate: (room) => {
      feed = new RoomListFeed(source, maxListedRooms)
      push(room, maxLookedRooms, maxLookedRooms)
    },
    onTick: (room, tick) => {
      if (tick % everyTicks !== 0) return
      // its state was reset, as while rules are edited
      if (feed.size !== room.store.state.rooms.size) feed = new RoomListFeed(source, maxListedRooms)
      push(room, maxChanges, maxLookedRooms)
    },
  }
}
