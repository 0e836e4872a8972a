import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { malformed, ProtocolError } from '../errors.js'
import { protocolVersion } from '../protocol-version.js'
import { kinds } from './kinds.js'
import { readMs } from './read-ms.js'

/** What a client says first. */
export interface Hello {
  protocolVersion: number
  /** Which game. */
  path: string
  /** Present when the client wants to go on with a session. */
  resume?: { clientId: string; token: Uint8Array }
  /** The version that the client's replica is at. */
  heldVersion?: number
  /** All events of the server up to this sequence have come or are known to be lost. */
  receivedThrough: number
  /** 8 random bytes, the same in each resend of one hello. */
  attempt: Uint8Array
  /** What the client's clock said when its session began, in milliseconds of that clock. */
  startMs: number
  credentials: Uint8Array
}

/** How many bytes name an attempt to connect. */
export const attemptBytes = 8

const magic = new Uint8Array([0x54, 0x79, 0x47, 0x61])
const hasResume = 1
const hasVersion = 2

/** The magic and the version come first in every version of the protocol; what follows may change with it. */
export function writeHello(writer: ByteWriter, hello: Hello): void {
  const { resume, heldVersion } = hello
  writer.writeByte(kinds.hello)
  writer.writeRaw(magic)
  writer.writeVarUint(hello.protocolVersion)
  writer.writeByte((resume ? hasResume : 0) | (heldVersion !== undefined ? hasVersion : 0))
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
  if (parts > (hasResume | hasVersion)) throw malformed(`unknown parts in a hello: ${parts}`)
  const attempt = reader.readRaw(attemptBytes)
  const startMs = readMs(reader)
  const path = reader.readString()
  const resume =
    parts & hasResume ? { resume: { clientId: reader.readString(), token: reader.readBytes() } } : undefined
  const held = parts & hasVersion ? { heldVersion: reader.readVarUint() } : undefined
  const receivedThrough = reader.readVarUint()
  const credentials = reader.readBytes()
  return { protocolVersion: version, path, ...resume, ...held, receivedThrough, attempt, startMs, credentials }
}

function startsWithMagic(bytes: Uint8Array): boolean {
  return magic.every((byte, i) => bytes[i] === byte)
}
