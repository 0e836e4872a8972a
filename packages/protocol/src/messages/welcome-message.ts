import { attemptBytes, readMs } from './hello-message.js'
import type { MessageFormat } from './message-format.js'

/** What a client has to know of its server's ways in order to keep within them. */
export interface ServerTerms {
  keepAliveMs: number
  idleTimeoutMs: number
  graceMs: number
  maxPacketBytes: number
  maxEventsPerPacket: number
  maxEventBytes: number
}

export interface WelcomeMessage {
  kind: 'welcome'
  /** True when the session goes on, false when it is new. */
  resumed: boolean
  /** Of the hello that is answered. */
  attempt: Uint8Array
  clientId: string
  token: Uint8Array
  /** What the server's clock said when its session began, in milliseconds of that clock. */
  startMs: number
  terms: ServerTerms
  /** All events of the client up to this sequence have come or are known to be lost. */
  receivedThrough: number
  names: readonly string[]
  payload: Uint8Array
}

const resumedFlag = 0x10

/** The order in which the terms travel. */
const termOrder = [
  'keepAliveMs',
  'idleTimeoutMs',
  'graceMs',
  'maxPacketBytes',
  'maxEventsPerPacket',
  'maxEventBytes',
] as const satisfies readonly (keyof ServerTerms)[]

export const welcomeFormat: MessageFormat<WelcomeMessage> = {
  flags: ({ resumed }) => (resumed ? resumedFlag : 0),
  write(writer, message) {
    writer.writeRaw(message.attempt)
    writer.writeString(message.clientId)
    writer.writeBytes(message.token)
    writer.writeFloat64(message.startMs)
    for (const term of termOrder) writer.writeVarUint(Math.min(Math.ceil(message.terms[term]), Number.MAX_SAFE_INTEGER))
    writer.writeVarUint(message.receivedThrough)
    writer.writeVarUint(message.names.length)
    for (const name of message.names) writer.writeString(name)
    writer.writeBytes(message.payload)
  },
  read(reader, flags) {
    const attempt = reader.readRaw(attemptBytes)
    const clientId = reader.readString()
    const token = reader.readBytes()
    const startMs = readMs(reader.readFloat64())
    const terms = Object.fromEntries(termOrder.map((term) => [term, reader.readVarUint()])) as Record<
      (typeof termOrder)[number],
      number
    >
    const receivedThrough = reader.readVarUint()
    const names = Array.from({ length: reader.readCount(1) }, () => reader.readString())
    const payload = reader.readBytes()
    const resumed = (flags & resumedFlag) !== 0
    return { kind: 'welcome', resumed, attempt, clientId, token, startMs, terms, receivedThrough, names, payload }
  },
}
