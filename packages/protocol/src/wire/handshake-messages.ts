import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import { type ClientLimits, eventLimitNames } from '../limits.js'
import { attemptBytes, rejoinPart, resumePart, versionPart, welcomeFlag } from './head-bits.js'

/** The version of the protocol. Both sides have to speak the same one. */
export const protocolVersion = 6

/** Who a client is, and the secret that proves it. */
export interface ClientSecret {
  readonly clientId: string
  readonly token: Uint8Array
}

/** The first message of a client on each transport. */
export interface Hello {
  protocolVersion: number
  /** Names the game at the server. */
  path: string
  /** Present if the client wants to resume a session. */
  resume?: ClientSecret | undefined
  /** Present if the client knows nothing of its session any more, and wants to be the same client in another one. */
  rejoin?: ClientSecret | undefined
  /** The version of the client's replica. */
  heldVersion?: number | undefined
  /** All events of the server up to this sequence have come or are known to be lost. */
  receivedThrough: number
  /** 8 random bytes, the same in each resend of one hello. */
  attempt: Uint8Array
  /** The client's clock when its session began, in ms. */
  startMs: number
  credentials: Uint8Array
  /** The length of the packet that it came in. Does not travel. */
  packetBytes?: number
}

const magic = new Uint8Array([0x54, 0x79, 0x47, 0x61])

/** Magic and version come first in every version of the protocol; the rest may change. */
export function writeHello(writer: ByteWriter, hello: Hello): void {
  const { resume, rejoin, heldVersion } = hello
  const secret = resume ?? rejoin
  writer.writeRaw(magic)
  writer.writeVarUint(hello.protocolVersion)
  writer.writeByte((resume ? resumePart : rejoin ? rejoinPart : 0) | (heldVersion !== undefined ? versionPart : 0))
  writer.writeRaw(hello.attempt)
  writer.writeFloat64(hello.startMs)
  writer.writeString(hello.path)
  if (secret) {
    writer.writeString(secret.clientId)
    writer.writeBytes(secret.token)
  }
  if (heldVersion !== undefined) writer.writeVarUint(heldVersion)
  writer.writeVarUint(hello.receivedThrough)
  writer.writeBytes(hello.credentials)
}

/** Throws `not_hello`, `version_mismatch`, `malformed`. */
export function readHello(reader: ByteReader): Hello {
  const isHello = reader.remaining >= magic.length && startsWithMagic(reader.readRaw(magic.length))
  if (!isHello) throw new ProtocolError('not_hello', 'not a hello')
  const version = reader.readVarUint()
  if (version !== protocolVersion) {
    throw new ProtocolError(
      'version_mismatch',
      `the peer speaks version ${version} of the protocol, this side ${protocolVersion}`,
    )
  }
  const parts = reader.readByte()
  if (parts > rejoinPart) throw malformed(`unknown parts in a hello: ${parts}`)
  const attempt = reader.readRaw(attemptBytes)
  const startMs = readMs(reader)
  const path = reader.readString()
  const resume = parts & resumePart ? { resume: readSecret(reader) } : undefined
  const rejoin = parts === rejoinPart ? { rejoin: readSecret(reader) } : undefined
  const held = parts & versionPart ? { heldVersion: reader.readVarUint() } : undefined
  const receivedThrough = reader.readVarUint()
  if (rejoin && receivedThrough > 0) throw malformed('a client that begins anew has received something')
  const credentials = reader.readBytes()
  const who = { ...resume, ...rejoin, ...held }
  return { protocolVersion: version, path, ...who, receivedThrough, attempt, startMs, credentials }
}

function readSecret(reader: ByteReader): ClientSecret {
  return { clientId: reader.readString(), token: reader.readBytes() }
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}

/** The order in which the terms travel. */
const termOrder = [
  'keepAliveMs',
  'idleTimeoutMs',
  'graceMs',
  'maxPacketBytes',
  'maxEventsPerPacket',
  ...eventLimitNames,
] as const satisfies readonly (keyof ClientLimits)[]

/** The limits and intervals of a server that its clients have to keep to. */
export type ServerTerms = Record<(typeof termOrder)[number], number>

/** The facts of a session that is new to the client. */
export interface Introduction {
  clientId: string
  token: Uint8Array
  /** The server's clock when its session began, in ms. */
  startMs: number
  terms: ServerTerms
  names: readonly string[]
  payload: Uint8Array
}

/** The answer to a hello: the session goes on, or there is a new one. */
export interface WelcomeMessage {
  /** Of the hello that is answered. */
  attempt: Uint8Array
  session: Continuation | Introduction
}

/** The facts of a session that the client knows. */
interface Continuation {
  /** The server's clock when the session began, in ms: another process that goes on with it has a clock of its own. */
  startMs: number
  /** Of the client's events. */
  receivedThrough: number
}

export function welcomeFlags({ session }: WelcomeMessage): number {
  return 'terms' in session ? 0 : welcomeFlag
}

export function writeWelcome(writer: ByteWriter, { attempt, session }: WelcomeMessage): void {
  writer.writeRaw(attempt)
  writer.writeFloat64(session.startMs)
  if (!('terms' in session)) return writer.writeVarUint(session.receivedThrough)
  const { clientId, token, terms, names, payload } = session
  writer.writeString(clientId)
  writer.writeBytes(token)
  for (const term of termOrder) writer.writeVarUint(Math.min(Math.ceil(terms[term]), Number.MAX_SAFE_INTEGER))
  writer.writeVarUint(names.length)
  for (const name of names) writer.writeString(name)
  writer.writeBytes(payload)
}

export function readWelcome(reader: ByteReader, flags: number): WelcomeMessage {
  const attempt = reader.readRaw(attemptBytes)
  const startMs = readMs(reader)
  if (flags & welcomeFlag) return { attempt, session: { startMs, receivedThrough: reader.readVarUint() } }
  const clientId = reader.readString()
  const token = reader.readBytes()
  // reason: a number for each name of the order, which has them all
  const terms = Object.fromEntries(termOrder.map((term) => [term, reader.readVarUint()])) as ServerTerms
  const names = Array.from({ length: reader.readCount(1) }, () => reader.readString())
  const payload = reader.readBytes()
  return { attempt, session: { clientId, token, startMs, terms, names, payload } }
}

/** The reading of a clock: a finite number. Throws `malformed` for any other. */
function readMs(reader: ByteReader): number {
  const value = reader.readFloat64()
  if (!Number.isFinite(value)) throw malformed('start time')
  return value
}

/** Takes equally long for all bytes of one length, wherever the first difference is, so that timing reveals nothing of a secret. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  let difference = a.length ^ b.length
  for (let i = 0; i < a.length; i++) difference |= a[i]! ^ (b[i] ?? 0)
  return difference === 0
}
