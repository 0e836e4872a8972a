import { type CloseCode, closeCodes } from './close-codes.js'
import type { CloseInfo } from './session-types.js'

/** @param reason for people; empty: the sentence of the table */
export function ownInfo(code: CloseCode, reason = ''): CloseInfo {
  return { code, reason: reason || closeCodes[code].reason, byPeer: false }
}

/** What a REFUSE or CLOSE says. */
export function peerInfo({ code, reason }: { code: CloseCode; reason: string }): CloseInfo {
  return { code, reason, byPeer: true }
}
