export { StorageError, type StorageErrorCode } from './errors.js'
export { type LmdbStorageOptions, lmdbStorage } from './lmdb-storage.js'
export { type MemoryStorageOptions, memoryStorage } from './memory-storage.js'
