export { type LocalEngineOptions, localEngine } from './local-engine.js'
export { localRegistry } from './local-registry.js'
export { type AllCoresOptions, runOnAllCores } from './run-on-all-cores.js'
