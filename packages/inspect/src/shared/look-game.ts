import { defineGame, EntityMap } from '@tygase/gamestate'
import type { Right } from './http-answers.js'
import type { LogEntry, LogKind, RoomsQuery } from './look-requests.js'

/** A room in the list. */
export interface RoomRow {
  kind: string
  id: string
  status: string
  clients: number
  /** 0 without a limit. */
  maxClients: number
  tick: number
  isPrivate: boolean
  isLocked: boolean
  isPaused: boolean
  /** Bytes to its clients since the server began. */
  bytesOut: number
  /** In ms of Unix time. */
  madeAtMs: number
}

/** A client of the room that is looked at. */
export interface ClientRow {
  userId: string
  name: string
  address: string
  status: string
  isHost: boolean
  /** -1 until measured. */
  rttMs: number
  jitterMs: number
  bufferedBytes: number
  /** Versions between the one that the client is known to have and the newest; -1 if it has none yet. */
  baseLag: number
  packetsIn: number
  packetsOut: number
  bytesIn: number
  bytesOut: number
  stateBytes: number
  eventsIn: number
  eventsOut: number
  eventsResent: number
  connectedForMs: number
}

/** An event that can be sent by hand. */
export interface EventInfo {
  name: string
  /** `client`: clients and the server send it to rules. `server`: only the server does. `out`: the server sends it to clients. */
  from: 'client' | 'server' | 'out'
  /** True if a schema checks its data. */
  hasSchema: boolean
  /** JSON Schema of its data, as JSON text, if the schema can give one; else empty. */
  schema: string
}

/** A tick in which something happened, for the slider. */
export interface Mark {
  tick: number
  /** The most important of its entries: a failure before a refusal before all else. */
  kind: LogKind
  /** Entries of this tick in the log. */
  count: number
}

/** The room that is looked at. */
export interface LookedRoom {
  key: string
  status: string
  isPaused: boolean
  tick: number
  tickRate: number
  /** Seconds of game time. */
  timeS: number
  version: number
  /**
   * The oldest version that can be asked for, and how many are kept: all of five seconds, and one each half second of the half minute
   * before. A version that is not kept is answered by the one before it.
   */
  oldestVersion: number
  versions: number
  /** True if clients see different parts of the state. */
  hasView: boolean
  clients: number
  maxClients: number
  hostClient: string
  queuedInputs: number
  droppedTicks: number
  /** Events that have come too late for their tick: a client that predicts corrects itself then. */
  lateEvents: number
  /** The metadata as JSON, at most 1,000 characters. */
  metadata: string
  events: readonly EventInfo[]
  /** Of the channels of the room, at most 50. */
  channels: { name: string; members: number }[]
  /** Rising ticks, at most 300. */
  marks: readonly Readonly<Mark>[]
  /** The last 50, oldest first. */
  log: readonly LogEntry[]
}

/** A recording that the server has made, or makes. */
export interface RecordingRow {
  room: string
  bytes: number
  /** `recording`, `ready` to be downloaded, or `failed`. */
  status: string
  forMs: number
}

/** All that a page sees live. Everything else it asks for. */
export interface LookState {
  right: Right
  /** Rooms of the server, and how many of them match the query. They stand still while a room is looked at: the page shows no list. */
  rooms: { total: number; matching: number; query: RoomsQuery; rows: EntityMap<RoomRow>; order: string[] }
  /** Null: none is looked at. `status` is `closed` once it has ended. */
  room: LookedRoom | null
  /** Of the room, at most 200, by id. */
  clients: EntityMap<ClientRow>
  /** By id. */
  recordings: EntityMap<RecordingRow>
}

/** The rooms that a page lists. */
export interface RoomList {
  list: Omit<LookState['rooms'], 'rows'>
  rows: readonly (readonly [key: string, row: RoomRow])[]
}

/** The state of a look without its maps. */
export interface LookChange {
  right: Right
  /** Null: as before. */
  rooms: RoomList | null
  room: LookedRoom | null
  clients: readonly (readonly [id: string, row: ClientRow])[]
  recordings: readonly (readonly [id: string, row: RecordingRow])[]
}

// only the server sends it
const changeSchema = {
  '~standard': {
    version: 1 as const,
    vendor: 'tygase',
    types: undefined as { input: LookChange; output: LookChange } | undefined,
    validate: (value: unknown) => ({ value: value as LookChange }),
  },
}

/** Sets the rows of a map. A row that is equal to the one before costs its clients nothing. */
function setRows<Row extends object>(map: EntityMap<Row>, rows: readonly (readonly [string, Row])[]): void {
  const ids = new Set(rows.map(([id]) => id))
  for (const id of [...map.keys()]) if (!ids.has(id)) map.delete(id)
  for (const [id, row] of rows) map.set(id, row)
}

/** The look of one page as a game of one player: the server pushes `change`, the page asks for all else. */
export const lookGame = defineGame({
  initialState: (): LookState => ({
    right: 'inspect',
    rooms: { total: 0, matching: 0, query: {}, rows: new EntityMap(), order: [] },
    room: null,
    clients: new EntityMap(),
    recordings: new EntityMap(),
  }),
  // its state changes twice a second, and soon after a request
  tickRate: 4,
  events: (on) => ({
    change: on(
      changeSchema,
      (state, { right, rooms, room, clients, recordings }) => {
        state.right = right
        state.room = room
        if (rooms !== null) {
          state.rooms = { ...rooms.list, rows: state.rooms.rows }
          setRows(state.rooms.rows, rooms.rows)
        }
        setRows(state.clients, clients)
        setRows(state.recordings, recordings)
      },
      { from: 'server' },
    ),
  }),
})
