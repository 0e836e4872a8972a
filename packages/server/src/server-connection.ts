import type { CloseInfo, SessionStats, SessionStatus } from '@tygase/protocol'
import type { ClientAddress } from './entrance/address.js'

/** A client's session as the server sees it. It outlives the transport: the same object goes on after a resume. */
export interface ServerConnection {
  /** Public name of the session; never used again. */
  readonly clientId: string
  readonly status: SessionStatus
  /** Why it ended, once it has. */
  readonly closeInfo: CloseInfo | undefined
  /** Smoothed round-trip time and its jitter; undefined until measured. */
  readonly rttMs: number | undefined
  readonly jitterMs: number | undefined
  readonly stats: Readonly<SessionStats>
  readonly isHost: boolean
  /** Bytes that its transport has taken and not sent yet, because the client is slow to read them; 0 without a transport. */
  readonly bufferedBytes: number
  /** Where its transport comes from, or the last one came from; undefined where that is not known, as in process. */
  readonly clientAddress: ClientAddress | undefined
  /** When the session began, in ms of the server's clock. */
  readonly connectedSince: number
  /** Ends the session for good: the client is told `kicked` and the reason. Does nothing when it has ended. */
  disconnect(reason?: string): void
}
