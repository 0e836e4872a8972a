export type { LinkConditions } from '@tygase/protocol/sim'
export { SimulationError, type SimulationErrorCode, simulationErrorCodes } from './errors.js'
export type { CutOptions, Link } from './line.js'
export { datagrams, links, type NamedLink, seventeenLinks } from './links.js'
export type { Problem } from './problem-log.js'
export { seedOfRun } from './seed.js'
export { simulate } from './simulate.js'
export type {
  ClientOptions,
  SimulatedConnectOptions,
  SimulatedServerOptions,
  SimulateOptions,
} from './simulate-options.js'
export type { RestartOptions, SimulatedBackend } from './simulated-backend.js'
export type { SimulatedClient } from './simulated-client.js'
export type { Simulation, TimeoutOptions } from './simulation.js'
export { type ScriptedEvent, type SyncTestOptions, syncTest } from './sync-test.js'
