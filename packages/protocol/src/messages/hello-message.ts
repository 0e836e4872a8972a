import { ProtocolError } from '../errors.js'
import { protocolVersion } from '../protocol-version.js'
import type { MessageFormat } from './message-format.js'

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

export interface HelloMessage {
  kind: 'hello'
  hello: Hello
}

/** How many bytes name an attempt to connect. */
export const attemptBytes = 8

const magic = new Uint8Array([0x54, 0x79, 0x47, 0x61])
const hasResume = 1
const hasVersion = 2

/** The magic and the version come first in every version of the protocol; what follows may change with it. */
export const helloFormat: MessageFormat<HelloMessage> = {
  flags: () => 0,
  write(writer, { hello }) {
    writer.writeRaw(magic)
    writer.writeVarUint(hello.protocolVersion)
    const { resume, heldVersion } = hello
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
  },
  read(reader, flags) {
    if (flags !== 0 || reader.remaining < magic.length) throw new ProtocolError('not_hello', 'not a hello')
    const found = reader.readRaw(magic.length)
    if (magic.some((byte, i) => found[i] !== byte)) throw new ProtocolError('not_hello', 'not a hello')
    const version = reader.readVarUint()
    if (version !== protocolVersion) {
      throw new ProtocolError(
        'version_mismatch',
        `the peer speaks version ${version} of the protocol, this side ${protocolVersion}`,
      )
    }
    const parts = reader.readByte()
    if (parts > (hasResume | hasVersion)) throw new ProtocolError('malformed', `unknown parts in a hello: ${parts}`)
    const attempt = reader.readRaw(attemptBytes)
    const startMs = readMs(reader.readFloat64())
    const path = reader.readString()
    const resume =
      parts & hasResume ? { resume: { clientId: reader.readString(), token: reader.readBytes() } } : undefined
    const held = parts & hasVersion ? { heldVersion: reader.readVarUint() } : undefined
    const receivedThrough = reader.readVarUint()
    const credentials = reader.readBytes()
    return {
      kind: 'hello',
      hello: { protocolVersion: version, path, ...resume, ...held, receivedThrough, attempt, startMs, credentials },
    }
  },
}

/** A clock's reading has to be a number that one can count with. */
export function readMs(value: number): number {
  if (!Number.isFinite(value)) throw new ProtocolError('malformed', `not a time: ${value}`)
  return value
}
