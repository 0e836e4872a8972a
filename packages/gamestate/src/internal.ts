// For the packages of this repository only: no promise is made about these names.
export { ByteReader } from './bytes/byte-reader.js'
export { ByteWriter } from './bytes/byte-writer.js'
export { guard, isThenable, Listeners } from './callbacks.js'
export { type Clock, systemClock } from './clock.js'
export type { DeltaOptions } from './codec/encode-delta.js'
export { roundTo } from './codec/values/precision.js'
export { TygaseError } from './errors.js'
export {
  announce,
  ConsoleLogger,
  defaultLogger,
  type Logger,
  type LoggerOption,
  silentLogger,
  toLogger,
} from './logger.js'
export type { MadeTick } from './machine.js'
export { gameOptionRows, machineOptionRows, storeOptionRows } from './option-rows.js'
export { faultOfNumber, faultOfOptions, type OptionRange, type OptionRow } from './option-table.js'
export { serverClient } from './rules/context.js'
export { type Dispatch, type DispatchArguments, dispatchArguments, type Recipients } from './rules/dispatch.js'
export type { AllEventsOf, EventsOf, JoinDataOf, ServerEventsOf } from './rules/game.js'
export {
  type Checked,
  checkJoinData,
  type EventInput,
  eventProblem,
  type Refused,
  type RuleFailure,
  TickRun,
  validateEvent,
} from './rules/make-tick.js'
export { createRandom, hashText } from './rules/random.js'
export { type Timer, TimerQueue } from './timer-queue.js'
export type { PayloadLimits } from './values/kind.js'
export { copyValue, kindOf, kinds } from './values/kinds.js'
export { decodeValue, defaultPayloadLimits, type EncodeLimits, encodeValue } from './values/payload.js'
export { copyBytes, equalBytes, isBytes, isPlainObject, type PlainObject } from './values/plain.js'
export { type View, type ViewKey, Views } from './views.js'
