import type { CloseCode } from './close-codes.js'

/** The version of the protocol that this package speaks. */
export const protocolVersion = 1

/** What a client says first. */
export interface Hello {
  protocolVersion: number
  /** Which game. */
  path: string
  /** Present when the client wants to go on with a session. */
  resume?: { clientId: string; token: Uint8Array }
  /** The version that the client's replica is at. */
  heldVersion?: number
  /** All events of the server up to this sequence have come. */
  receivedThrough: number
  /** 8 random bytes, the same in each resend of one hello. */
  attempt: Uint8Array
  /** The client's clock when its session began, in milliseconds. */
  startMs: number
  credentials: Uint8Array
}

export function readHello(_packet: Uint8Array): Hello {
  throw new Error('not yet')
}

export function writeRefusal(_code: CloseCode, _reason: string): Uint8Array {
  throw new Error('not yet')
}
