import { type CloseCode, closeCodes } from '@tygase/protocol'

/** Why a client is not let in. */
export interface RefusedHello {
  code: CloseCode
  reason: string
}

/** There is something at this address, but not what the client asks for. */
export const unknownPath: RefusedHello = { code: 'unknown_path', reason: closeCodes.unknown_path.reason }
