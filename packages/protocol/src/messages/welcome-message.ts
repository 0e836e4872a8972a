import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import type { SessionLimits } from '../limits.js'
import { attemptBytes } from './hello-message.js'
import { kinds } from './kinds.js'
import { readMs } from './read-ms.js'

/** The order in which the terms travel. */
const termOrder = [
  'keepAliveMs',
  'idleTimeoutMs',
  'graceMs',
  'maxPacketBytes',
  'maxEventsPerPacket',
  'maxEventBytes',
  'maxPayloadDepth',
  'maxPayloadElements',
  'maxPayloadStringBytes',
] as const satisfies readonly (keyof SessionLimits)[]

/** What a client has to know of its server's ways in order to keep within them. */
export type ServerTerms = Record<(typeof termOrder)[number], number>

export interface WelcomeMessage {
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

export function writeWelcome(writer: ByteWriter, message: WelcomeMessage): void {
  writer.writeByte(kinds.welcome | (message.resumed ? resumedFlag : 0))
  writer.writeRaw(message.attempt)
  writer.writeString(message.clientId)
  writer.writeBytes(message.token)
  writer.writeFloat64(message.startMs)
  for (const term of termOrder) writer.writeVarUint(Math.min(Math.ceil(message.terms[term]), Number.MAX_SAFE_INTEGER))
  writer.writeVarUint(message.receivedThrough)
  writer.writeVarUint(message.names.length)
  for (const name of message.names) writer.writeString(name)
  writer.writeBytes(message.payload)
}

export function readWelcome(reader: ByteReader, flags: number): WelcomeMessage {
  const resumed = (flags & resumedFlag) !== 0
  const attempt = reader.readRaw(attemptBytes)
  const clientId = reader.readString()
  const token = reader.readBytes()
  const startMs = readMs(reader)
  // reason: a number for each name of the order, which has them all
  const terms = Object.fromEntries(termOrder.map((term) => [term, reader.readVarUint()])) as ServerTerms
  const receivedThrough = reader.readVarUint()
  const names = Array.from({ length: reader.readCount(1) }, () => reader.readString())
  const payload = reader.readBytes()
  return { resumed, attempt, clientId, token, startMs, terms, receivedThrough, names, payload }
}
