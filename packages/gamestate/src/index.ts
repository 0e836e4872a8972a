export type { Clock } from './clock.js'
export { applyDelta, encodeDelta } from './codec/delta.js'
export type { Precision } from './codec/values/number.js'
export { GameStateError, TygaseError } from './errors.js'
export type { Logger } from './logger.js'
export { GameStateMachine } from './machine.js'
export type { MachineOptions } from './machine-options.js'
export { EntityMap, equalStates } from './rows/entity-map.js'
export { createRandom, type Outcome } from './rules/context.js'
export { defineGame } from './rules/define-game.js'
export {
  type AnyGame,
  type EventRule,
  type EventsOf,
  event,
  type Game,
  on,
  type RuleClient,
  type RuleContext,
  type ServerEvent,
  type ServerEventsOf,
  type StateOf,
} from './rules/game.js'
export { makeTick, type Tick, type TickInput } from './rules/make-tick.js'
export { GameStateStore, type StoreOptions } from './store.js'
export { transact } from './transaction.js'
export type { Immutable, ReadonlyEntityMap } from './values/immutable.js'
