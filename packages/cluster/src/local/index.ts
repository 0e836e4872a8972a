export { type LocalEngineOptions, localEngine } from './local-engine.js'
export { localRegistry } from './local-registry.js'
