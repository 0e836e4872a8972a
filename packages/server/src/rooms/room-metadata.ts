import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import { ServerError } from '../errors.js'
import type { RoomMetadata } from './room-options.js'

/** It is listed for many rooms at a time. */
const maxBytes = 4096

/** @returns a copy that nobody changes. @throws ServerError `invalid_argument` for what is no plain object of at most 4 KiB */
export function copyMetadata(metadata: RoomMetadata): RoomMetadata {
  let bytes: Uint8Array
  try {
    bytes = encodePayload(metadata)
  } catch (cause) {
    throw new ServerError('invalid_argument', 'metadata are plain values', { cause })
  }
  const copy = decodePayload(bytes)
  if (typeof copy !== 'object' || copy === null || Array.isArray(copy)) {
    throw new ServerError('invalid_argument', 'metadata are an object')
  }
  if (bytes.length > maxBytes) throw new ServerError('invalid_argument', `metadata take more than ${maxBytes} bytes`)
  return Object.freeze(copy as RoomMetadata)
}
