import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { type CloseCode, closeCodeOf, closeCodes } from '../close-codes.js'
import { kinds } from './kinds.js'

/**
 * What REFUSE (no session for this hello) and CLOSE (the session ends) say. Both look alike, and the same in every version
 * of the protocol.
 */
export interface Ending {
  code: CloseCode
  reason: string
}

/** In UTF-16 units: a reason is a sentence. Longer ones are cut, by the writer and by the reader. */
const maxReasonLength = 200

export function writeEnding(writer: ByteWriter, kind: 'refuse' | 'close', { code, reason }: Ending): void {
  writer.writeByte(kinds[kind])
  writer.writeVarUint(closeCodes[code].number)
  writer.writeString(reason.slice(0, maxReasonLength))
}

export function readEnding(reader: ByteReader): Ending {
  const code = closeCodeOf(reader.readVarUint())
  const reason = reader.readString().slice(0, maxReasonLength)
  return { code, reason }
}
