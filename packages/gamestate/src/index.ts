export { Listeners } from './callbacks.js'
export type { Clock } from './clock.js'
export { applyDelta } from './codec/apply-delta.js'
export { type DeltaOptions, encodeDelta } from './codec/encode-delta.js'
export type { Precision } from './codec/values/precision.js'
export { roundTo } from './codec/values/precision.js'
export { GameStateError, type GameStateErrorCode, gameStateErrorCodes, TygaseError } from './errors.js'
export type { EventWire, WireEvent, WireListener, WireOutcome } from './event-wire.js'
export { type Logger, type LoggerOption, silentLogger } from './logger.js'
export { GameStateMachine, type MachineOptions, type MadeTick } from './machine.js'
export { EntityMap } from './rows/entity-map.js'
export type { Outcome } from './rules/context.js'
export { defineGame } from './rules/define-game.js'
export type { DispatchArguments, Recipients } from './rules/dispatch.js'
export {
  type AllEventsOf,
  type AnyGame,
  type BoundOn,
  type DataOf,
  type EventHandler,
  type EventRule,
  type EventsOf,
  event,
  type Game,
  type GameDefinition,
  type JoinDataOf,
  on,
  type RuleClient,
  type RuleContext,
  type ServerEvent,
  type ServerEventsOf,
  type StateOf,
} from './rules/game.js'
export { makeTick, type Tick, type TickInput } from './rules/make-tick.js'
export { createRandom } from './rules/random.js'
export { GameStateStore, type StoreListener, type StoreOptions } from './store.js'
export { transact } from './transaction.js'
export type { Immutable, ReadonlyEntityMap } from './values/immutable.js'
export { equalStates } from './values/kinds.js'
export { type View, type ViewKey, Views } from './views.js'
