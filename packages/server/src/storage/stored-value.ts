import { Packr } from 'msgpackr'
import { StorageError } from './errors.js'
import { plainCopy } from './plain-value.js'

const packr = new Packr({
  // plain MessagePack, which any reader of it understands, and not the records of this one alone
  useRecords: false,
  mapsAsObjects: true,
  // a number is what all whole numbers are here; the other types of this reader are not plain
  int64AsType: 'number',
  // what is got is its caller's own
  copyBuffers: true,
})

/** A value as MessagePack. @throws StorageError `storage_value_invalid` with the path of what is not plain */
export function encodeValue(value: unknown): Uint8Array {
  if (value === undefined) throw new StorageError('storage_value_invalid', 'undefined cannot be kept; delete the key')
  // a copy, as what the packer gives is a part of a buffer that may be far larger
  return new Uint8Array(packr.pack(plainCopy(value)))
}

/**
 * Mirror of `encodeValue`; what comes out shares nothing with the bytes.
 * @throws StorageError `storage_failed` for bytes that something else has written
 */
export function decodeValue(bytes: Uint8Array): unknown {
  try {
    // of a Buffer, byte arrays would come out as Buffers
    const value: unknown = packr.unpack(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length))
    // MessagePack can hold more than what was put
    plainCopy(value)
    return value
  } catch (error) {
    throw new StorageError('storage_failed', 'what is kept is not what was put', { cause: error })
  }
}
