// For the packages of this repository only: no promise is made about these names.
export { ByteReader } from './bytes/byte-reader.js'
export { ByteWriter } from './bytes/byte-writer.js'
export { TygaseError } from './errors.js'
export { faultOfNumber, type OptionRow } from './option-table.js'
export type { PayloadLimits } from './values/kind.js'
export { copyValue, kindOf, kinds } from './values/kinds.js'
export { decodeValue, defaultPayloadLimits, type EncodeLimits, encodeValue } from './values/payload.js'
export { copyBytes, equalBytes, isBytes, isPlainObject, type PlainObject } from './values/plain.js'
