import type { Clock, Logger } from '@tygase/gamestate'
import type { Dispatch } from '@tygase/gamestate/internal'
import type { CloseInfo, IncomingEvent, SessionLedger, SessionLimits, SessionStatus } from '@tygase/protocol/internal'
import type { Identity } from '../auth.js'
import type { Acting } from '../cluster/acting.js'
import type { Metering } from '../metering.js'
import type { Room, ServerDispatchOptions } from '../room.js'

/** The room as a client's link sees it. */
export interface RoomOfLinks<Link> extends Room {
  readonly clock: Clock
  readonly logger: Logger
  readonly metering: Metering
  /** Undefined without a cluster. */
  readonly acting: Acting | undefined
  readonly limits: Partial<SessionLimits>
  /** Names of events that travel as a number. */
  readonly names: readonly string[]
  /** The idle window of the room: whatever gives a client work ends it. */
  readonly quiet: { end(): void }
  /** States that went out without a packet, since the counters got the last ones. */
  readonly sentAlone: { states: number; bytes: number }
  readonly events: { take(link: Link, event: IncomingEvent): void }
  readonly out: { send(links: readonly Link[], event: OutgoingEvent): void }
  readonly loop: { writeSoon(link: Link): void; writeAnswers(link: Link): void }
  /** Writes the state and the events that a client has not got yet. */
  sendLast(link: Link): void
  readonly lifecycle: { changed(link: Link, status: SessionStatus, info: CloseInfo | undefined): void }
  /** What a session keeps of its token. Default: the token itself. */
  readonly hashOf?: ((token: Uint8Array) => Uint8Array) | undefined
}

/** An event on its way to clients. */
export interface OutgoingEvent extends Pick<ServerDispatchOptions, 'retries' | 'onAck' | 'onFail'> {
  /** Called for each client whose handler does not run. Without `onAck` and `onFail` an event costs less for each client. */
  readonly onDrop?: () => void
  readonly name: string
  readonly data: unknown
  /** The client handles the event at this version or a later one. Default: the current version. */
  readonly minVersion?: number
  /** Set if the rule of a client's event has sent it: that client gets it with its origin. */
  readonly origin?: Dispatch['origin'] | undefined
}

/** A client that has been let in, or a session that goes on. */
export interface JoinRequest {
  readonly id: string
  /** The secret that lets it resume. */
  readonly token: Uint8Array
  /** Payload of the welcome. */
  readonly welcome: Uint8Array
  readonly identity?: Identity | undefined
  /** Join data, as the schema of the game has returned it. */
  readonly data?: unknown
  /** Of its rules; undefined for a client that has not said it. */
  readonly gameVersion?: number | undefined
  /** Of a session that another process has begun. `token` is then for a client that has not got its welcome. */
  readonly ledger?: SessionLedger | undefined
  /** When its client has connected, on the clock of the server. Default: now. */
  readonly connectedAtMs?: number
}
