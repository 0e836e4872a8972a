import { ClientHandshake } from './client-handshake.js'
import { ServerHandshake } from './server-handshake.js'
import { Session } from './session.js'
import type { ClientSessionOptions, ServerSessionOptions } from './session-types.js'

/**
 * A session of a client. `attach` follows as soon as there is a transport. Throws `invalid_argument` for limits that are
 * none, as below.
 */
export function createClientSession(options: ClientSessionOptions, now: number): Session {
  return new Session(new ClientHandshake(options), options, now)
}

/** A session of a server. `attach` follows, with the hello that it answers. */
export function createServerSession(options: ServerSessionOptions, now: number): Session {
  return new Session(new ServerHandshake(options), options, now)
}
