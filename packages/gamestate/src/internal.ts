// For the packages of this repository only: no promise is made about these names.
export { ByteReader } from './bytes/byte-reader.js'
export { ByteWriter } from './bytes/byte-writer.js'
export { TygaseError } from './errors.js'
export { faultOfNumber, type OptionRow } from './option-table.js'
