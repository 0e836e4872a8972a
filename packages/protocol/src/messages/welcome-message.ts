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

/** What a client is told of a session that is new to it. */
export interface Introduction {
  clientId: string
  token: Uint8Array
  /** What the server's clock said when its session began, in milliseconds of that clock. */
  startMs: number
  terms: ServerTerms
  names: readonly string[]
  payload: Uint8Array
}

export interface WelcomeMessage {
  /** Of the hello that is answered. */
  attempt: Uint8Array
  /** What has become of the client's session: it goes on, or there is a new one. */
  session: { receivedThrough: number } | Introduction
}

const resumedFlag = 0x10

export function writeWelcome(writer: ByteWriter, { attempt, session }: WelcomeMessage): void {
  writer.writeByte(kinds.welcome | ('terms' in session ? 0 : resumedFlag))
  writer.writeRaw(attempt)
  if (!('terms' in session)) return writer.writeVarUint(session.receivedThrough)
  const { clientId, token, startMs, terms, names, payload } = session
  writer.writeString(clientId)
  writer.writeBytes(token)
  writer.writeFloat64(startMs)
  for (const term of termOrder) writer.writeVarUint(Math.min(Math.ceil(terms[term]), Number.MAX_SAFE_INTEGER))
  writer.writeVarUint(names.length)
  for (const name of names) writer.writeString(name)
  writer.writeBytes(payload)
}

export function readWelcome(reader: ByteReader, flags: number): WelcomeMessage {
  const attempt = reader.readRaw(attemptBytes)
  if (flags & resumedFlag) return { attempt, session: { receivedThrough: reader.readVarUint() } }
  const clientId = reader.readString()
  const token = reader.readBytes()
  const startMs = readMs(reader)
  // reason: a number for each name of the order, which has them all
  const terms = Object.fromEntries(termOrder.map((term) => [term, reader.readVarUint()])) as ServerTerms
  const names = Array.from({ length: reader.readCount(1) }, () => reader.readString())
  const payload = reader.readBytes()
  return { attempt, session: { clientId, token, startMs, terms, names, payload } }
}
