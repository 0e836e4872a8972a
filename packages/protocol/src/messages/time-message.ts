import type { MessageFormat } from './message-format.js'

/** Times are tenths of a millisecond since the session of the one who says them began. */
export interface TimeMessage {
  kind: 'time'
  /** When this was sent. */
  time: number
  /** The last time that came from the peer, and how long it has lain here, in tenths of a millisecond. */
  echo: { time: number; held: number } | undefined
}

const echoFlag = 0x10

export const timeFormat: MessageFormat<TimeMessage> = {
  flags: ({ echo }) => (echo === undefined ? 0 : echoFlag),
  write(writer, { time, echo }) {
    writer.writeVarUint(time)
    if (echo === undefined) return
    writer.writeVarUint(echo.time)
    writer.writeVarUint(echo.held)
  },
  read(reader, flags) {
    const time = reader.readVarUint()
    if (!(flags & echoFlag)) return { kind: 'time', time, echo: undefined }
    return { kind: 'time', time, echo: { time: reader.readVarUint(), held: reader.readVarUint() } }
  },
}
