export {
  type MemoryEngineOptions,
  MemoryNetwork,
  type MemoryNetworkOptions,
  memoryEngine,
} from './memory-network.js'
