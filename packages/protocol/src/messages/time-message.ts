import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { kinds } from './kinds.js'

/** Times are tenths of a millisecond since the session of the one who says them began. */
export interface TimeMessage {
  /** When this was sent. */
  time: number
  /** The last time that came from the peer, and how long it has lain here, in tenths of a millisecond. */
  echo: { time: number; held: number } | undefined
}

const echoFlag = 0x10

export function writeTime(writer: ByteWriter, { time, echo }: TimeMessage): void {
  writer.writeByte(kinds.time | (echo === undefined ? 0 : echoFlag))
  writer.writeVarUint(time)
  if (echo === undefined) return
  writer.writeVarUint(echo.time)
  writer.writeVarUint(echo.held)
}

export function readTime(reader: ByteReader, flags: number): TimeMessage {
  const time = reader.readVarUint()
  if (!(flags & echoFlag)) return { time, echo: undefined }
  return { time, echo: { time: reader.readVarUint(), held: reader.readVarUint() } }
}
