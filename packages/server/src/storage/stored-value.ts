import { TygaseError } from '@tygase/gamestate'
import { decodePayload, encodePayload } from '@tygase/protocol/payload'
import { StorageError } from './errors.js'

/** As deep as a state of gamestate may be, and more for what it is wrapped in. */
const maxPayloadDepth = 110

/** What was written by this side was bounded by it; only the depth has to have some limit, as a cycle has none. */
const readLimits = {
  maxPayloadDepth,
  maxPayloadElements: Number.POSITIVE_INFINITY,
  maxPayloadStringBytes: Number.POSITIVE_INFINITY,
}

/** A value as MessagePack. @throws StorageError `storage_value_invalid` with the path of what is not plain */
export function encodeValue(value: unknown): Uint8Array {
  if (value === undefined) throw new StorageError('storage_value_invalid', 'undefined cannot be kept; delete the key')
  try {
    return encodePayload(value, { maxPayloadDepth })
  } catch (error) {
    throw new StorageError('storage_value_invalid', messageOf(error), { cause: error })
  }
}

/** Mirror of `encodeValue`. @throws StorageError `storage_failed` for bytes that something else has written */
export function decodeValue(bytes: Uint8Array): unknown {
  try {
    return decodePayload(bytes, readLimits)
  } catch (error) {
    throw new StorageError('storage_failed', 'what is kept is not what was put', { cause: error })
  }
}

function messageOf(error: unknown): string {
  if (!(error instanceof TygaseError)) throw error
  return error.message.replace(/^payload/, 'value')
}
