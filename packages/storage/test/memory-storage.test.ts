import { memoryStorage } from '../src/index.js'
import { storageContract } from './storage-contract.js'

storageContract('a storage in memory', memoryStorage)
