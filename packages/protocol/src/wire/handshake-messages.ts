import type { ByteReader, ByteWriter } from '@tygase/gamestate/internal'
import { malformed, ProtocolError } from '../errors.js'
import type { ClientLimits } from '../limits.js'

/** The version of the protocol. Both sides have to speak the same one. */
export const protocolVersion = 3

/** The first message of a client on each transport. */
export interface Hello {
  protocolVersion: number
  /** Names the game at the server. */
  path: string
  /** Present if the client wants to resume a session. */
  resume?: { clientId: string; token: Uint8Array }
  /** The version of the client's replica. */
  heldVersion?: number
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

/** The length of `attempt`. */
export const attemptBytes = 8

const magic = new Uint8Array([0x54, 0x79, 0x47, 0x61])
const resumePart = 1
const versionPart = 2

/** Magic and version come first in every version of the protocol; the rest may change. */
export function writeHello(writer: ByteWriter, hello: Hello): void {
  const { resume, heldVersion } = hello
  writer.writeRaw(magic)
  writer.writeVarUint(hello.protocolVersion)
  writer.writeByte((resume ? resumePart : 0) | (heldVersion !== undefined ? versionPart : 0))
  writer.writeRaw(hello.attempt)
  writer.writeFloat64(hello.startMs)
  writer.writeString(hello.path)
  if (resume) {
    writer.writeString(resume.clientId)
    writer.writeBytes(resume.token)
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
  if (parts > (resumePart | versionPart)) throw malformed(`unknown parts in a hello: ${parts}`)
  const attempt = reader.readRaw(attemptBytes)
  const startMs = readMs(reader)
  const path = reader.readString()
  const resume =
    parts & resumePart ? { resume: { clientId: reader.readString(), token: reader.readBytes() } } : undefined
  const held = parts & versionPart ? { heldVersion: reader.readVarUint() } : undefined
  const receivedThrough = reader.readVarUint()
  const credentials = reader.readBytes()
  return { protocolVersion: version, path, ...resume, ...held, receivedThrough, attempt, startMs, credentials }
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
  'maxEventBytes',
  'maxPayloadDepth',
  'maxPayloadElements',
  'maxPayloadStringBytes',
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
  session: { receivedThrough: number } | Introduction
}

const resumedFlag = 0x10

/** The flags of a WELCOME that exist. */
export const welcomeFlagsFrom = { server: resumedFlag } as const

export function welcomeFlags({ session }: WelcomeMessage): number {
  return 'terms' in session ? 0 : resumedFlag
}

export function writeWelcome(writer: ByteWriter, { attempt, session }: WelcomeMessage): void {
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
