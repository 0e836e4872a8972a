import { type CloseCode, closeCodeOf, closeCodes } from '../close-codes.js'
import type { MessageFormat } from './message-format.js'

/** No session for this hello. */
export interface RefuseMessage {
  kind: 'refuse'
  code: CloseCode
  reason: string
}

/** The session ends. */
export interface CloseMessage {
  kind: 'close'
  code: CloseCode
  reason: string
}

/** In UTF-16 units: a reason is a sentence. Longer ones are cut, by the writer and by the reader. */
const maxReasonLength = 200

/** REFUSE and CLOSE look alike, and the same in every version of the protocol. */
function endingFormat<Kind extends 'refuse' | 'close'>(
  kind: Kind,
): MessageFormat<{ kind: Kind; code: CloseCode; reason: string }> {
  return {
    flags: () => 0,
    write(writer, { code, reason }) {
      writer.writeVarUint(closeCodes[code].number)
      writer.writeString(reason.slice(0, maxReasonLength))
    },
    read(reader) {
      const code = closeCodeOf(reader.readVarUint())
      const reason = reader.readString().slice(0, maxReasonLength)
      return { kind, code, reason }
    },
  }
}

export const refuseFormat: MessageFormat<RefuseMessage> = endingFormat('refuse')
export const closeFormat: MessageFormat<CloseMessage> = endingFormat('close')
