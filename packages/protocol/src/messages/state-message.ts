import { ProtocolError } from '../errors.js'
import type { MessageFormat } from './message-format.js'

export interface StateMessage {
  kind: 'state'
  version: number
  /** Below `version`; undefined for a snapshot. */
  base: number | undefined
  payload: Uint8Array
}

/** Which version the client's replica is at: undefined for none that a delta could start from. */
export interface HaveMessage {
  kind: 'have'
  version: number | undefined
}

const baseFlag = 0x10
const versionFlag = 0x10

export const stateFormat: MessageFormat<StateMessage> = {
  flags: ({ base }) => (base === undefined ? 0 : baseFlag),
  write(writer, { version, base, payload }) {
    writer.writeVarUint(version)
    if (base !== undefined) writer.writeVarUint(version - base)
    writer.writeBytes(payload)
  },
  read(reader, flags) {
    const version = reader.readVarUint()
    const distance = flags & baseFlag ? reader.readVarUint() : undefined
    if (distance !== undefined && (distance === 0 || distance > version)) {
      throw new ProtocolError('malformed', `a delta to version ${version} from ${distance} versions before`)
    }
    const payload = reader.readBytes()
    return { kind: 'state', version, base: distance === undefined ? undefined : version - distance, payload }
  },
}

export const haveFormat: MessageFormat<HaveMessage> = {
  flags: ({ version }) => (version === undefined ? 0 : versionFlag),
  write(writer, { version }) {
    if (version !== undefined) writer.writeVarUint(version)
  },
  read(reader, flags) {
    return { kind: 'have', version: flags & versionFlag ? reader.readVarUint() : undefined }
  },
}
