// For the packages of this repository only: no promise is made about these names.
export { ByteReader } from './bytes/byte-reader.js'
export { ByteWriter } from './bytes/byte-writer.js'
export {
  atOnce,
  guard,
  guarded,
  guardedClock,
  guardedTime,
  isThenable,
  Listeners,
  lookMs,
  settle,
  wakefulClock,
  watch,
} from './callbacks.js'
export { type Clock, systemClock } from './clock.js'
export { registerMapReader } from './codec/context.js'
export type { DeltaOptions } from './codec/delta.js'
export { applyCounted } from './codec/delta-reader.js'
export { type PrecisionNode, precisionOf, roundTo } from './codec/values/number.js'
export { TygaseError } from './errors.js'
export { announce, defaultLogger, toLogger, withDetails } from './limited-logger.js'
export { type Logger, type LoggerOption, silentLogger, toBriefLogger } from './logger.js'
export type { MadeTick } from './machine.js'
export {
  blendPart,
  blendRows,
  type PartMotion,
  wayBetween,
} from './motion/blend.js'
export type { Motion, MotionDefinition } from './motion/motion.js'
export { type ChangedRows, changedRows, eachRowIn, type RowChanges, rowIn, withRows } from './motion/overlay.js'
export { movementSpan, type Place, placeBetween } from './motion/place.js'
export { gameOptionRows, machineOptionRows, storeOptionRows } from './option-rows.js'
export { faultOfNumber, faultOfOptions, type OptionRange, type OptionRow } from './option-table.js'
export type { EntityId, Row } from './rows/page.js'
export { createRandom, hashText, serverClient } from './rules/context.js'
export { type Dispatch, type DispatchArguments, dispatchArguments, type Recipients } from './rules/dispatch.js'
export type { AllEventsOf, EventsOf, JoinDataOf, PresenceOf, ServerEventsOf } from './rules/game.js'
export {
  type Checked,
  checkJoinData,
  checkPresence,
  type EventInput,
  eventProblem,
  type Refused,
  type RuleFailure,
  TickRun,
  validateEvent,
} from './rules/make-tick.js'
export { type Timer, TimerQueue } from './timer-queue.js'
export { elementBytes, elementsOf } from './values/elements.js'
export type { PayloadLimits } from './values/kind.js'
export { copyValue, kindOf, kinds } from './values/kinds.js'
export { decodeCounted, decodeValue, defaultPayloadLimits, type EncodeLimits, encodeValue } from './values/payload.js'
export { copyBytes, equalBytes, isBytes, isPlainObject, type PlainObject } from './values/plain.js'
export { type View, type ViewKey, Views } from './views.js'
