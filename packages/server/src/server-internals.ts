import type { Clock } from '@tygase/gamestate'
import type { Hello } from '@tygase/protocol'
import type { ServerChannels } from './channels/server-channels.js'
import type { AcceptedTransport } from './entrance/listener.js'
import type { Gate } from './gate.js'
import type { OwnedConnection } from './owned-connection.js'
import type { ServerConnection } from './server-connection.js'
import type { ServerDispatchOptions } from './server-options.js'

/** What rooms and channels do with a server that its user cannot: reserved events, and clients whose hello was read elsewhere. */
export interface ServerInternals {
  readonly channels: ServerChannels
  readonly connections: ReadonlyMap<string, OwnedConnection>
  /** How many have said hello and wait for their turn to come in. */
  countJoining(): number
  /** Lets in a transport whose hello has been read and found good, now or when its turn comes. */
  admit(transport: AcceptedTransport, hello: Hello): void
  /** Whether a hello is of a session that is here: it resumes that, or its welcome got lost. */
  knows(hello: Hello): boolean
  /** As `registerEventHandler`, for reserved names. */
  register(name: string, handler: (data: unknown, connection: ServerConnection) => unknown): void
  /** As `dispatchEvent`, for reserved names, also while the server does not run. */
  dispatch(name: string, data: unknown, options: ServerDispatchOptions): void
}

/** What the rooms of one process have in common. */
export interface ServerShare {
  readonly gate: Gate
  /** For what is scheduled anew on each tick. */
  readonly tickClock: Clock
  /** Whether a client id is in use elsewhere. */
  isTaken(clientId: string): boolean
}

const internals = new WeakMap<object, ServerInternals>()

/** For the constructor of a server. */
export function setInternals(server: object, own: ServerInternals): void {
  internals.set(server, own)
}

/** @param server one that was made: each has internals */
export function internalsOf(server: object): ServerInternals {
  return internals.get(server)!
}
