import type { ByteReader, ByteWriter } from '@tygase/gamestate/bytes'
import { malformed } from '../errors.js'
import { kinds } from './kinds.js'

export interface StateMessage {
  version: number
  /** Below `version`; undefined for a snapshot. */
  base: number | undefined
  payload: Uint8Array
}

/** Which version the client's replica is at: undefined for none that a delta could start from. */
export interface HaveMessage {
  version: number | undefined
}

const baseFlag = 0x10
const versionFlag = 0x10

export function writeState(writer: ByteWriter, { version, base, payload }: StateMessage): void {
  writer.writeByte(kinds.state | (base === undefined ? 0 : baseFlag))
  writer.writeVarUint(version)
  if (base !== undefined) writer.writeVarUint(version - base)
  writer.writeBytes(payload)
}

export function readState(reader: ByteReader, flags: number): StateMessage {
  const version = reader.readVarUint()
  const distance = flags & baseFlag ? reader.readVarUint() : undefined
  if (distance !== undefined && (distance === 0 || distance > version)) {
    throw malformed(`a delta to version ${version} from ${distance} versions before`)
  }
  const payload = reader.readBytes()
  return { version, base: distance === undefined ? undefined : version - distance, payload }
}

export function writeHave(writer: ByteWriter, { version }: HaveMessage): void {
  writer.writeByte(kinds.have | (version === undefined ? 0 : versionFlag))
  if (version !== undefined) writer.writeVarUint(version)
}

export function readHave(reader: ByteReader, flags: number): HaveMessage {
  return { version: flags & versionFlag ? reader.readVarUint() : undefined }
}
