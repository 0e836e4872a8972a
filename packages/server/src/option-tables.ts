import type { AnyGame } from '@tygase/gamestate'
import { ServerError } from './errors.js'
import { aboveZero, count, number, other, type Rows, type ServerOptionRow, settle } from './option-rows.js'
import type { RoomOptions, RunOptions, ServerOptions, ShutdownOptions } from './options.js'

const infinity = Number.POSITIVE_INFINITY

/** Options of `new Server`. */
export const serverOptionRows: Rows<keyof ServerOptions> = {
  auth: other('auth', 'function', 'Finds the user of a client, or refuses it.'),
  authTimeoutMs: number('authTimeoutMs', 4000, 'ms', aboveZero, 'Time limit of `auth`.', 'auth_timeout'),
  storage: other('storage', 'other', 'Keeps saved rooms.'),
  cluster: other('cluster', 'other', 'The cluster of which this server is one. Default: it is alone.'),
  logger: other(
    'logger',
    'other',
    'Gets log entries; false silences them. Default: warnings and errors go to the console.',
  ),
  accessLog: other('accessLog', 'other', 'Gets an entry for each client that comes, goes or is refused.'),
  blockList: other('blockList', 'other', 'Addresses that may not connect.'),
  limits: other('limits', 'other', 'Limits of sessions: see the table of session limits.'),
  clock: other('clock', 'other', 'Time and timers. Default: real time.'),
  wallClock: other('wallClock', 'other', 'Time of day. Default: that of the system.'),
  random: other('random', 'function', 'Random numbers. Default: cryptographic.'),
  maxSessions: count('maxSessions', 10_000, 'sessions', 'Sessions at a time, suspended ones included.', 'server_full'),
  maxSessionsPerAddress: count(
    'maxSessionsPerAddress',
    undefined,
    'sessions',
    'Sessions at a time from one address; an IPv6 network of 64 bits counts as one. Default 100, and no limit for this machine; a number that is given holds for all.',
    'too_many_sessions',
  ),
  maxHandshakes: count(
    'maxHandshakes',
    256,
    'peers',
    'Sockets and transports without a hello. One more makes the oldest one go.',
    'server_full',
  ),
  maxHandshakesPerAddress: count(
    'maxHandshakesPerAddress',
    undefined,
    'peers',
    'The same for each address. Default 32, and no limit for this machine; a number that is given holds for all.',
    'too_many_sessions',
  ),
  maxArrivals: count(
    'maxArrivals',
    1000,
    'clients',
    'Clients that wait for `auth` or for their room. One more makes the oldest one go.',
    'server_full',
  ),
  drainMs: number(
    'drainMs',
    2000,
    'ms',
    0,
    'Time that a closed connection stays open while its client neither reads nor answers. A client that reads gets all, for this time plus that of its bytes at 128 KiB/s.',
  ),
  maxBytesPerSecond: number(
    'maxBytesPerSecond',
    4 * 1024 * 1024,
    'bytes/s',
    aboveZero,
    'Bytes read from one connection, frames of all kinds included. Reading pauses beyond it, after 50 ms of it at once.',
  ),
  maxBytesPerSecondPerAddress: number(
    'maxBytesPerSecondPerAddress',
    undefined,
    'bytes/s',
    aboveZero,
    'The same for each address. Default 16 MiB/s, and no limit for this machine; a number that is given holds for all.',
  ),
  maxBytesPerSecondInAll: number(
    'maxBytesPerSecondInAll',
    64 * 1024 * 1024,
    'bytes/s',
    aboveZero,
    'The same for all connections. One that has 64 KiB/s or less does not wait for others.',
  ),
  maxTimeShare: number(
    'maxTimeShare',
    0.12,
    'share',
    aboveZero,
    'Share of all time that is spent on one connection: its packets, and the rules of its events. As maxBytesPerSecond.',
  ),
  maxTimeSharePerAddress: number(
    'maxTimeSharePerAddress',
    undefined,
    'share',
    aboveZero,
    'The same for each address. Default 0.25, and no limit for this machine; a number that is given holds for all.',
  ),
  maxTimeShareInAll: number(
    'maxTimeShareInAll',
    0.35,
    'share',
    aboveZero,
    'The same for all connections. One that takes 0.02 or less does not wait for others.',
  ),
  maxRooms: count('maxRooms', 1000, 'rooms', 'Rooms at a time.', 'room_limit'),
  maxRoomsPerAddress: count(
    'maxRoomsPerAddress',
    undefined,
    'rooms',
    'Rooms at a time that clients at one address have made. Default 100, and no limit for this machine; a number that is given holds for all.',
    'room_limit',
  ),
  channels: other('channels', 'other', 'Rights and limits of clients in the channels of the server.'),
  exposeErrors: other(
    'exposeErrors',
    'switch',
    'True: the refusal of an event whose rule or handler threw has its message and stack. Default: unless NODE_ENV is `production`.',
  ),
}

/** Options of a kind of room: of `server.define`, and of `new Server({ game })` too. */
export const roomOptionRows: Rows<keyof RoomOptions<AnyGame>> = {
  seed: other('seed', 'other', 'Names the streams of `ctx.random()`. An integer; default: a random one for each room.'),
  maxVersions: count('maxVersions', 16, 'versions', 'Versions kept in the store, the current one included.'),
  maxAgeMs: number('maxAgeMs', infinity, 'ms', 0, 'Time that a version is kept after the next one.'),
  maxHeldVersions: number('maxHeldVersions', 112, 'versions', 0, 'Older versions kept for slow and suspended clients.'),
  maxCatchUpSteps: count(
    'maxCatchUpSteps',
    5,
    'ticks',
    'Ticks made in one go when the process is late; further ones are dropped.',
  ),
  maxQueuedEvents: count('maxQueuedEvents', 100_000, 'events', 'Events that wait for a tick.', 'event_queue_full'),
  maxQueuedEventsPerClient: count(
    'maxQueuedEventsPerClient',
    4096,
    'events',
    'Events of one client that wait for a tick.',
    'event_queue_full',
  ),
  clientTimeShare: number(
    'clientTimeShare',
    0.08,
    'share',
    aboveZero,
    'Share of the time between two ticks in which events of one client are begun, one at least. At most 1. Clients that take more than 0.02 share 0.35, or this if it is more.',
  ),
  maxAheadMs: number(
    'maxAheadMs',
    1000,
    'ms',
    0,
    'An event for a later tick than this, counted from the last one, waits no longer than this. At most 60,000.',
  ),
  maxRewindMs: number(
    'maxRewindMs',
    250,
    'ms',
    0,
    'How far before its tick `ctx.seen` of an event with `rewind` may be. At most 5,000; the store keeps as many versions.',
  ),
  limits: other('limits', 'other', 'Limits of sessions in these rooms.'),
  sendEveryTicks: count('sendEveryTicks', 1, 'ticks', 'State and events go out on every n-th tick.'),
  maxBufferedBytes: count(
    'maxBufferedBytes',
    64 * 1024,
    'bytes',
    'A client with more unsent bytes is skipped until they have left.',
  ),
  slowTimeoutMs: count('slowTimeoutMs', 10_000, 'ms', 'A client that is skipped for this long is closed.', 'too_slow'),
  maxJoinsPerTick: count(
    'maxJoinsPerTick',
    32,
    'clients',
    'Clients let in between two ticks; the others wait. Eight that come back count as one.',
  ),
  maxJoinBytesPerTick: count(
    'maxJoinBytesPerTick',
    4 * 1024 * 1024,
    'bytes',
    'Bytes of snapshots for them, after one client at least.',
  ),
  handOverHost: other(
    'handOverHost',
    'switch',
    'True: the session connected longest becomes host when that of the host ends.',
    true,
  ),
  maxClients: count(
    'maxClients',
    infinity,
    'clients',
    'Clients in one room, reserved seats and suspended sessions included.',
    'room_full',
  ),
  idleGraceMs: number(
    'idleGraceMs',
    30_000,
    'ms',
    0,
    'Time that an empty room waits for a client before it ends; Infinity keeps it. Always Infinity with one game.',
  ),
  runWhenEmpty: other(
    'runWhenEmpty',
    'switch',
    'True: ticks go on while the room is empty. Default true with one game.',
    false,
  ),
  private: other('private', 'switch', 'True: not listed, and found by its id alone.', false),
  metadata: other('metadata', 'other', 'Plain data that describes a room. At most 4 KiB.'),
  madeByClients: other(
    'madeByClients',
    'switch',
    'True: a room that a client asks for is made. False: refused with `unknown_room`.',
    true,
  ),
  sessionsPerUser: other(
    'sessionsPerUser',
    'choice',
    'An older session of a user in the room stays, or ends with `kicked`.',
    'both',
    ['both', 'newest'],
  ),
  hostShutsDown: other(
    'hostShutsDown',
    'choice',
    'Target of a shutdown by the host client; with `nothing` it is refused with `not_host_client`.',
    'nothing',
    ['room', 'server', 'nothing'],
  ),
  sendMembers: other('sendMembers', 'switch', 'True: each client gets the members of its room.', true),
  latencyIntervalMs: number(
    'latencyIntervalMs',
    5000,
    'ms',
    aboveZero,
    'Time between two events with changed round-trip times of members; Infinity: none.',
  ),
  maxPresenceBytes: count(
    'maxPresenceBytes',
    1024,
    'bytes',
    'Presence of one client. More is refused.',
    'presence_too_large',
  ),
  channels: other('channels', 'other', 'Rights and limits of clients in the channels of one room.'),
  save: other('save', 'other', 'Keeps the state beyond the room. Default: the state ends with the room.'),
  divergence: other('divergence', 'other', 'How replicas are checked: by a question now and then. False: not at all.'),
  auth: other('auth', 'function', 'Finds the user of a client, in place of `auth` of the server.'),
  handlers: other('handlers', 'other', 'Handlers by event, as `registerEventHandler` adds them.'),
  onCreate: other('onCreate', 'function', 'Called when a room is made.'),
  onJoin: other('onJoin', 'function', 'Called after a client has joined.'),
  onLeave: other('onLeave', 'function', 'Called after a client has left for good.'),
  onTick: other('onTick', 'function', 'Called after each tick.'),
  onJournal: other('onJournal', 'function', 'Called when the journal of a room fails, and when it is written again.'),
  onShutdown: other('onShutdown', 'function', 'Called before a room ends or is shut down.'),
}

const runOptionNames: Rows<keyof RunOptions> = {
  port: other('port', 'other', 'Port to listen at; 0 for any free one, false for none.'),
  hostname: other('hostname', 'other', 'Address to listen at.', 'localhost'),
  path: other('path', 'other', 'Path of the game, or path before those of rooms.'),
  requestListener: other('requestListener', 'function', 'Answers HTTP requests at the same port.'),
  tls: other('tls', 'other', 'Certificate and key.'),
  allowedOrigins: other('allowedOrigins', 'other', 'Web pages that may connect.'),
  trustProxy: other('trustProxy', 'other', 'Proxies whose `X-Forwarded-For` is believed.'),
  listeners: other('listeners', 'other', 'Further listeners, for other transports.'),
}

/** Options of `server.run`. */
export const runOptionRows: readonly ServerOptionRow[] = Object.values(runOptionNames)

/** Options of `server.shutdown`. */
export const shutdownOptionRows: Rows<keyof ShutdownOptions> = {
  reason: other('reason', 'other', 'For people at the clients.'),
  drainMs: number(
    'drainMs',
    undefined,
    'ms',
    0,
    'Time that transports may take to send what waits and to close. Default: `drainMs` of the server.',
  ),
  endSessions: other(
    'endSessions',
    'switch',
    'True: all sessions end for good. False: they may resume if the same object runs again in time.',
    false,
  ),
  handOver: other(
    'handOver',
    'switch',
    'True: rooms with a journal go on in the next process, whatever `endSessions` says.',
    false,
  ),
}

/** @throws ServerError `invalid_argument` */
export function settleRunOptions(options: RunOptions): RunOptions {
  const settled = settle<RunOptions>('run', runOptionNames, options)
  const { port = 0 } = settled
  if (port === false || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return settled
  throw new ServerError('invalid_argument', `a port is from 0 to 65535 or false, not ${port}`)
}
