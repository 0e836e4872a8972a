import type { Client, Room, Server } from '@tygase/server'
import { type ClientLink, formatAddress } from '@tygase/server/internal'
import type { ClientRow, LookedRoom, LookState, RoomRow } from '../shared/look-game.js'
import type { RoomsQuery, RoomsSort } from '../shared/look-requests.js'
import { eventsOf } from './event-infos.js'
import { textOf } from './state-tree.js'
import type { WatchedRoom } from './watched-room.js'

const usualRooms = 50
const mostRooms = 100
const mostClients = 200
const mostChannels = 50
const mostLogEntries = 50
const mostMetadataLength = 1000
/** Names are those of users, and of rooms that clients make. */
const mostNameLength = 200

const keys: { readonly [sort in RoomsSort]: (room: Room) => number | string } = {
  key: (room) => room.key,
  clients: (room) => room.clients.size,
  tick: (room) => room.machine.tick,
  madeAtMs: (room) => room.info.madeAtMs,
  bytesOut: (room) => room.counters.get('bytesOut'),
}

/** The rooms of a server that a page wants to see: keys in their order, and the rows. */
export function roomsOf({ rooms }: Pick<Server, 'rooms'>, query: RoomsQuery) {
  const { search = '', sort = 'key', descending = false, from = 0, count = usualRooms } = query
  const wanted = search.toLowerCase()
  const matching: (readonly [key: number | string, room: Room])[] = []
  for (const room of rooms.values()) {
    if (wanted === '' || room.key.toLowerCase().includes(wanted)) matching.push([keys[sort](room), room])
  }
  const sign = descending ? -1 : 1
  matching.sort(([a], [b]) => (a < b ? -sign : a > b ? sign : 0))
  const shown = matching.slice(from, from + Math.min(count, mostRooms)).map(([, room]) => room)
  const list: Omit<LookState['rooms'], 'rows'> = {
    total: rooms.size,
    matching: matching.length,
    query,
    order: shown.map(({ key }) => key),
  }
  return { list, rows: shown.map((room) => [room.key, rowOf(room)] as const) }
}

function rowOf(room: Room): RoomRow {
  const { clients, maxClients = 0, madeAtMs } = room.info
  return {
    ...{ kind: room.kind, id: room.id, status: room.status, clients, maxClients, madeAtMs },
    tick: room.machine.tick,
    isPrivate: room.isPrivate,
    isLocked: room.isLocked,
    isPaused: !room.machine.running,
    bytesOut: room.counters.get('bytesOut'),
  }
}

/** The clients of a room that a page looks at. */
export function clientsOf(room: Room, nowMs: number): (readonly [id: string, row: ClientRow])[] {
  const rows: (readonly [string, ClientRow])[] = []
  for (const client of room.clients.values()) {
    if (rows.length >= mostClients) break
    rows.push([client.id, clientRow(client, room, nowMs)])
  }
  return rows
}

function clientRow(client: Client, room: Room, nowMs: number): ClientRow {
  const { stats } = client
  // reason: the clients of a room are links
  const base = (client as ClientLink).stateBase
  return {
    userId: short(client.userId ?? ''),
    name: short(client.name ?? ''),
    address: formatAddress(client.address),
    status: client.status,
    isHost: client.isHost,
    rttMs: rounded(client.rttMs),
    jitterMs: rounded(client.jitterMs),
    bufferedBytes: client.bufferedBytes,
    baseLag: base === undefined ? -1 : room.store.version - base,
    packetsIn: stats.packetsIn,
    packetsOut: stats.packetsOut,
    bytesIn: stats.bytesIn,
    bytesOut: stats.bytesOut,
    stateBytes: stats.stateBytes,
    eventsIn: stats.eventsIn,
    eventsOut: stats.eventsOut,
    eventsResent: stats.eventsResent,
    connectedForMs: Math.round((nowMs - client.connectedAtMs) / 1000) * 1000,
  }
}

/** The room that a page looks at. */
export function lookedRoom(watched: WatchedRoom): LookedRoom {
  const { room, log, hasView } = watched
  const { machine, store } = room
  return {
    key: room.key,
    status: room.status,
    isPaused: !machine.running,
    tick: machine.tick,
    tickRate: machine.tickRate,
    timeS: machine.time,
    version: store.version,
    oldestVersion: watched.oldestVersion,
    versions: watched.versionCount,
    hasView,
    clients: room.clients.size,
    maxClients: room.info.maxClients ?? 0,
    hostClient: room.hostClient ?? '',
    queuedInputs: machine.queuedInputs,
    droppedTicks: machine.droppedSteps,
    lateEvents: room.counters.get('lateEvents'),
    metadata: textOf(room.metadata, mostMetadataLength).text,
    events: eventsOf(machine.game),
    channels: channelsOf(room),
    marks: log.marks(),
    log: log.tip(mostLogEntries),
  }
}

function channelsOf({ channels }: Room): LookedRoom['channels'] {
  return channels
    .list()
    .slice(0, mostChannels)
    .map(({ name, subscribers }) => ({ name: short(name), members: subscribers }))
}

function rounded(ms: number | undefined): number {
  return ms === undefined ? -1 : Math.round(ms * 10) / 10
}

function short(text: string): string {
  return text.length > mostNameLength ? `${text.slice(0, mostNameLength)}…` : text
}
