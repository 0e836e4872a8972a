export { StorageError, type StorageErrorCode } from './errors.js'
export { type LmdbStorageOptions, lmdbStorage } from './lmdb-storage.js'
export { memoryStorage } from './memory-storage.js'
