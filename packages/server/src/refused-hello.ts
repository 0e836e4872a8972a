import type { CloseCode } from '@tygase/protocol'

/** Why a client is not let in. */
export interface RefusedHello {
  code: CloseCode
  reason: string
}
