import type { MemberInfo } from '@tygase/protocol'
import type { Identity } from '../auth.js'
import type { ClientAddress } from '../entrance/address.js'
import type { ServerConnection } from '../server-connection.js'

/** A client in a room: its session, and who it is. The same object from its coming to its leaving, also across a resume. */
export class RoomClient {
  readonly connection: ServerConnection
  /** What `onAuth` has said; undefined where nobody asks. */
  readonly identity: Identity | undefined

  constructor(connection: ServerConnection, identity: Identity | undefined) {
    this.connection = connection
    this.identity = identity
  }

  get clientId(): string {
    return this.connection.clientId
  }

  /** Undefined where nobody asks who a client is, as the name. */
  get userId(): string | undefined {
    return this.identity?.userId
  }

  get name(): string | undefined {
    return this.identity?.name
  }

  /** In ms of the server's clock. */
  get joinedAtMs(): number {
    return this.connection.connectedSince
  }

  /** Smoothed round-trip time; undefined until measured. */
  get rttMs(): number | undefined {
    return this.connection.rttMs
  }

  get isHost(): boolean {
    return this.connection.isHost
  }

  get clientAddress(): ClientAddress | undefined {
    return this.connection.clientAddress
  }

  /** Ends the session for good; the client is told `kicked` and the reason. */
  disconnect(reason?: string): void {
    this.connection.disconnect(reason)
  }
}

/** Longer names and ids are cut for others. */
const maxTextLength = 256

/** What others in the room may know of a client. */
export function memberInfoOf({ clientId, userId, name, joinedAtMs, rttMs }: RoomClient): MemberInfo {
  return {
    clientId,
    ...(userId !== undefined && { userId: userId.slice(0, maxTextLength) }),
    ...(name !== undefined && { name: name.slice(0, maxTextLength) }),
    joinedAtMs,
    ...(rttMs !== undefined && { rttMs: Math.round(rttMs) }),
  }
}
